package main

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The demo needs nothing and no further input: the sample reports are filed
// with the sandbox or returned to their agency, and one escalation goes from
// its opening to the acknowledgement of an officer who is said to be simulated.
func TestDemo(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var out, errOut bytes.Buffer
	if code := run(ctx, []string{"demo", "--exit", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "new")}, strings.NewReader(""), &out, &errOut); code != 0 {
		t.Fatalf("exit %d\n%s\n%s", code, &out, &errOut)
	}
	story := out.String()
	for what, want := range map[string]string{
		"address of the portal":   `门户 portal +http://127\.0\.0\.1:\d+/portal`,
		"address of the console":  `控制台 console +http://127\.0\.0\.1:\d+/console`,
		"password":                `密码 password +[A-Z0-9]{12}`,
		"token":                   `JIANDING_TOKEN=jda_\S+`,
		"a filing":                `报送.*平台已受理并出具回执：\S+`,
		"a return":                `评定.*expired-certificate.pdf → rejected`,
		"the case":                `险情.*已建立险情案件.*red.*法定时限`,
		"the message":             `【模拟值班员】收到`,
		"the acknowledgement":     `险情.*已确认收到.*模拟值班员`,
		"the red one is accepted": `评定.*class-d-red.pdf → accepted，危险性 red`,
	} {
		if !regexp.MustCompile(want).MatchString(story) {
			t.Errorf("the demo does not show %s (%s)", what, want)
		}
	}
	if n := strings.Count(story, "平台已受理并出具回执"); n != 3 {
		t.Errorf("%d reports filed, want 3", n)
	}
	if t.Failed() {
		t.Logf("%s\n%s", story, &errOut)
	}
}
