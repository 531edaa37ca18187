package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
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

// The sandbox platform of the demo calls back: what is returned on its page is
// told at once, and not by the comparison of the night.
func TestTheDemosPlatformCallsBack(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(ctx, []string{"demo", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "new")}, strings.NewReader(""), in, io.Discard)
		in.Close()
	}()
	platform, receipt := regexp.MustCompile(`沙盒平台 sandbox (http://\S+)/`), regexp.MustCompile(`平台已受理并出具回执：(\S+)`)
	address, returned := "", ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := platform.FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
		}
		if m := receipt.FindStringSubmatch(lines.Text()); m != nil && returned == "" {
			resp, err := http.PostForm(address+"/_sandbox/records/"+m[1]+"/return", url.Values{"reason": {"层数不符"}})
			if err != nil {
				t.Error(err)
				break
			}
			resp.Body.Close()
			returned = m[1]
		}
		if returned != "" && strings.Contains(lines.Text(), "平台退回："+returned) {
			cancel()
			go io.Copy(io.Discard, out) // what is told while it ends
			<-ended
			return
		}
	}
	cancel()
	go io.Copy(io.Discard, out)
	<-ended
	t.Errorf("nothing is told of the return of %q", returned)
}
