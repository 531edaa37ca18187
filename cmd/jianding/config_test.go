package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jianding/schemas"
)

// The sample that newcomers copy is valid as it stands.
func TestTheSampleConfigurationIsValid(t *testing.T) {
	for _, name := range []string{"LINK_SECRET", "DATABASE", "REDIS_PASSWORD", "S3_SECRET", "PLATFORM_SECRET", "SMTP_PASSWORD", "WECOM_KEY"} {
		t.Setenv("JIANDING_"+name, "0123456789abcdef0123456789abcdef")
	}
	t.Setenv("JIANDING_WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	if _, err := loadConfig(filepath.Join("deploy", "jianding.yaml")); err != nil {
		var e *schemas.Error
		if errors.As(err, &e) {
			for _, p := range e.Problems {
				t.Errorf("%s: %s", p.Field, p.Message)
			}
		}
		t.Fatal(err)
	}
}

func TestEveryDefaultWorks(t *testing.T) {
	if _, err := loadConfig(""); err != nil {
		t.Fatal(err)
	}
}

func TestConfigurationProblemsComeTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte(`
listn: 127.0.0.1:1
database: {driver: oracle, dsm: x}
redis: {embedded: false}
channels: {robot: {type: wecom, keey: "1"}}
originals: {s3: {bucket: b}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadConfig(file)
	var e *schemas.Error
	if !errors.As(err, &e) || e.Kind != schemas.KindInvalid {
		t.Fatalf("error %v", err)
	}
	got := map[string]bool{}
	for _, p := range e.Problems {
		got[p.Field] = true
	}
	for _, want := range []string{"listn", "database.dsm", "channels.robot.keey", "database.driver"} {
		if !got[want] {
			t.Errorf("problem of %s is not named; named: %v", want, got)
		}
	}
}

// Secrets come from files and the environment, and never show.
func TestSecretsAreResolvedAndStayHidden(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JD_TEST_SECRET", "from-env-0123456789")
	file := filepath.Join(dir, "c.yaml")
	if err := os.WriteFile(file, []byte("link_secret: env:JD_TEST_SECRET\nredis: {embedded: true, password: \"file:key\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if c.LinkSecret.Reveal() != "from-env-0123456789" || c.Redis.Password.Reveal() != "from-file" {
		t.Errorf("secrets %q %q", c.LinkSecret.Reveal(), c.Redis.Password.Reveal())
	}
	var out strings.Builder
	code := run(t.Context(), []string{"config", "show", "--config", file}, nil, &out, &out)
	if code != 0 || strings.Contains(out.String(), "from-") {
		t.Errorf("exit %d:\n%s", code, out.String())
	}
}

// A problem is named by the key that the file has.
func TestProblemsOfTheLadderAreNamedByTheirKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("ladder: {steps: [{contacts: [nobody], wait: 0s}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadConfig(file)
	var e *schemas.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v", err)
	}
	got := map[string]bool{}
	for _, p := range e.Problems {
		got[p.Field] = true
	}
	if !got["ladder.last_resort"] || !got["ladder.steps[0].wait"] {
		t.Errorf("named: %v", got)
	}
}
