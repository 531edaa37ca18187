package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// Every command that README shows exists with the flags that it shows, in both
// languages, and every one that names no more than a file, a directory, a
// server or a receipt is run against a house with the demo's samples. Other
// placeholders ("…") are for the reader to fill in: there the flags are
// checked. Commands of the go tool must select tests that are there.
func TestReadmeCommands(t *testing.T) {
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(module, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := fencedCommands(string(readme))
	if len(lines) < 20 {
		t.Fatalf("only %d commands found in README: %q", len(lines), lines)
	}
	var house *readmeHouse
	for _, line := range lines {
		switch {
		case line == "go run ./cmd/jianding demo": // TestDemo runs it
		case strings.HasPrefix(line, "go run ./cmd/jianding ") || strings.HasPrefix(line, "jianding "):
			words := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(line, "go run ./cmd/"), "jianding "))
			for _, args := range alternatives(words) {
				cmd := checkCommand(t, line, args)
				if cmd == nil || !cmd.Runnable() && !slices.Contains(args, "--help") {
					continue
				}
				if house == nil {
					house = newReadmeHouse(t)
				}
				t.Chdir(t.TempDir()) // for what commands write
				house.run(line, cmd, args)
			}
		case strings.HasPrefix(line, "go test "):
			checkGoTest(t, module, line)
		case strings.HasPrefix(line, "go run ./"):
			checkGoRun(t, module, line)
		default:
			t.Errorf("README: what is %q?", line)
		}
	}
	if house == nil || house.ran < 10 {
		t.Error("too few of README's commands could be run: the test has no meaning")
	} else {
		t.Logf("%d commands were run", house.ran)
	}
}

// fencedCommands are the lines of README's fenced blocks that begin like a
// command, without what explains them at their right.
func fencedCommands(readme string) []string {
	var out []string
	inside := false
	for _, line := range strings.Split(readme, "\n") {
		if strings.HasPrefix(line, "```") {
			inside = !inside
			continue
		}
		if inside && regexp.MustCompile(`^(go|jianding) `).MatchString(line) {
			out = append(out, regexp.MustCompile(`\s{2,}.*`).ReplaceAllString(line, ""))
		}
	}
	return out
}

// alternatives takes "delivery list | replay" apart: "delivery list",
// "delivery replay".
func alternatives(words []string) [][]string {
	if !slices.Contains(words, "|") {
		return [][]string{words}
	}
	first := slices.Index(words, "|") - 1
	var out [][]string
	for _, w := range words[first:] {
		if w != "|" {
			out = append(out, append(slices.Clone(words[:first]), w))
		}
	}
	return out
}

// checkCommand finds the command and checks that it has the flags.
func checkCommand(t *testing.T, line string, args []string) *cobra.Command {
	t.Helper()
	root := newRoot()
	root.InitDefaultHelpFlag()
	cmd, rest, err := root.Find(args)
	if err != nil {
		t.Errorf("README: %s: %v", line, err)
		return nil
	}
	if cmd.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		t.Errorf("README: %s: %s has no command %q", line, cmd.CommandPath(), rest[0])
		return nil
	}
	cmd.InitDefaultHelpFlag()
	for _, a := range rest {
		name, isFlag := strings.CutPrefix(a, "--")
		if name, _, _ = strings.Cut(name, "="); isFlag && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			t.Errorf("README: %s: %s has no flag --%s", line, cmd.CommandPath(), name)
		}
	}
	return cmd
}

// checkGoRun: the package is there and is a program.
func checkGoRun(t *testing.T, module, line string) {
	t.Helper()
	main, err := os.ReadFile(filepath.Join(module, strings.Fields(line)[2], "main.go"))
	if err != nil || !strings.Contains(string(main), "package main") {
		t.Errorf("README: %s: no program: %v", line, err)
	}
}

// checkGoTest: the package is there, and -run, -bench or -fuzz select
// something in it; flags of our own exist.
func checkGoTest(t *testing.T, module, line string) {
	t.Helper()
	words := strings.Fields(line)[2:]
	var source strings.Builder
	for _, w := range words {
		if !strings.HasPrefix(w, "./") || strings.HasSuffix(w, "...") {
			continue
		}
		files, err := filepath.Glob(filepath.Join(module, w, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Errorf("README: %s: no tests in %s", line, w)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	for i, w := range words {
		name := strings.TrimPrefix(w, "-")
		if name == w {
			continue
		}
		switch name, _, _ := strings.Cut(name, "="); name {
		case "v", "race", "timeout", "count", "p", "benchmem", "benchtime", "fuzztime", "tags", "short", "json":
		case "run", "bench", "fuzz":
			prefix := map[string]string{"run": "(Test|Fuzz)", "bench": "Benchmark", "fuzz": "Fuzz"}[name]
			if want := strings.Trim(words[i+1], "'\""); want != "^$" && !selects(source.String(), prefix, want) {
				t.Errorf("README: %s: nothing matches -%s %s", line, name, want)
			}
		default:
			if !strings.Contains(source.String(), `"`+name+`"`) {
				t.Errorf("README: %s: no flag -%s", line, name)
			}
		}
	}
}

func selects(source, prefix, want string) bool {
	want, _, _ = strings.Cut(want, "/") // subtests are not looked for
	re, err := regexp.Compile(want)
	if err != nil {
		return false
	}
	for _, m := range regexp.MustCompile(`(?m)^func (`+prefix+`\w*)\(`).FindAllStringSubmatch(source, -1) {
		if re.MatchString(m[1]) {
			return true
		}
	}
	return false
}

// readmeHouse is a running house in which the demo's samples were received.
type readmeHouse struct {
	*house
	ran   int
	words map[string]string // README's placeholders, and what stands for them here
}

func newReadmeHouse(t *testing.T) *readmeHouse {
	t.Helper()
	dir := t.TempDir()
	if err := writeSamples(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	h := &readmeHouse{house: newHouse(t, newOutside(t, false), filepath.Join(dir, "trust"), nil)}
	h.start()
	tokens := h.tokens()
	t.Setenv("JIANDING_TOKEN", tokens["agency-03"])
	s := newSender(submitOptions{server: h.url(), token: tokens["agency-03"], attempts: 5, quiet: true, wait: 2 * time.Minute}, io.Discard)
	got := s.submit(context.Background(), filepath.Join(dir, "bsu-sm2.pdf"), nil)
	if got.Error != "" {
		t.Fatal(got.Error)
	}
	h.eventually("the sample is filed", time.Minute, func() bool {
		l, _ := h.open()
		d, err := l.DeliveryByReport(context.Background(), got.Report.ID)
		return err == nil && d.PlatformReceipt != ""
	})
	profile := filepath.Join(dir, "platform.yaml")
	if err := os.WriteFile(profile, []byte("extends: reference-hmac-sha256\nname: ours\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, "bsu-sm2.pdf")
	h.words = map[string]string{
		"DIR": filepath.Join(dir, "trust"), "目录": filepath.Join(dir, "trust"), "URL": h.url(), "地址": h.url(),
		"report.pdf": report, "报告.pdf": report, "FILE.pdf": report, "FILE": h.config, "文件": h.config, "platform.yaml": profile,
		"JD-20261124-000001-7": got.Report.ReceiptNo,
	}
	return h
}

// run executes a command whose placeholders are all known.
func (h *readmeHouse) run(line string, cmd *cobra.Command, args []string) {
	h.t.Helper()
	filled := make([]string, 0, len(args)+2)
	for _, a := range args {
		if w, ok := h.words[a]; ok {
			a = w
		}
		if strings.ContainsAny(a, "…[]") || strings.ToUpper(a) == a && strings.ToLower(a) != a && !strings.HasPrefix(a, "JD-") {
			return // for the reader to fill in
		}
		filled = append(filled, a)
	}
	if cmd.Flags().Lookup("config") != nil && !slices.Contains(filled, "--config") {
		filled = append(filled, "--config", h.config)
	}
	if err := cmd.ValidateArgs(positional(cmd, filled)); err != nil && !slices.Contains(filled, "--help") {
		return // shown without its arguments: "replay", "receipt", …
	}
	if slices.Contains([]string{"serve", "sandbox", "demo"}, cmd.Name()) {
		return // they run for ever; other tests start them
	}
	h.ran++
	var out, errOut bytes.Buffer
	if code := run(context.Background(), filled, strings.NewReader(""), &out, &errOut); code != 0 {
		h.t.Errorf("README: %s: exit %d\n%s%s", line, code, &out, &errOut)
	}
}

// positional returns the arguments of a command line that are no flags.
func positional(cmd *cobra.Command, args []string) []string {
	rest := args[len(strings.Fields(cmd.CommandPath()))-1:]
	if err := cmd.ParseFlags(rest); err != nil {
		return rest
	}
	return cmd.Flags().Args()
}
