package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jianding/integrations/municipal"
	"jianding/integrations/sandbox"
)

// `jianding sandbox` with random faults: the same seed makes the same mess,
// and what it recorded is in its log, once.
func TestSandboxCommandBreaksBySeed(t *testing.T) {
	results := func(seed string) string {
		log := filepath.Join(t.TempDir(), "commits.jsonl")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		cmd := exec.CommandContext(ctx, programFile(t), "sandbox", "--listen", "127.0.0.1:0", "--app-id", testAppID, "--commit-log", log,
			"--seed", seed, "--fault-rate", "0.5", "--fault", "error,error-after,reset-before,reset-after,rate-limit,truncated,not-json,pending")
		cmd.Env = append(os.Environ(), envAsProgram+"=1", "JIANDING_SANDBOX_SECRET="+testSecret)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { stop(); _ = cmd.Wait() }()
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		base := "http" + strings.Fields(strings.SplitN(line, "http", 2)[1])[0]
		p, err := municipal.OpenProfile(fastProfile(t))
		if err != nil {
			t.Fatal(err)
		}
		c, err := municipal.New(p, municipal.Secrets{AppID: testAppID, Secret: testSecret}, municipal.Options{BaseURL: base + sandbox.Prefix})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		f, original := municipal.SampleFiling()
		var said []string
		for i := range 20 {
			f.Delivery.IdempotencyKey = fmt.Sprintf("jd-seed-%04d", i)
			said = append(said, string(c.Submit(ctx, f, original, func(string, string) error { return nil }).Result))
		}
		commits, err := sandbox.ReadCommits(log)
		if err != nil || len(commits) == 0 || len(commits) >= 20 {
			t.Errorf("%d records (%v)", len(commits), err)
		}
		return strings.Join(said, " ")
	}
	one, again, other := results("7"), results("7"), results("8")
	if one != again || one == other || !strings.Contains(one, "unknown") || !strings.Contains(one, "accepted") {
		t.Errorf("seed 7: %s\nagain:  %s\nseed 8: %s", one, again, other)
	}
	var errOut bytes.Buffer
	if code := run(t.Context(), []string{"sandbox", "--app-id", "x", "--secret", testSecret, "--fault", "earthquake"}, strings.NewReader(""), io.Discard, &errOut); code == 0 || !strings.Contains(errOut.String(), "earthquake") {
		t.Errorf("an unknown fault: exit %d, %s", code, &errOut)
	}
}
