package pdf_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"jianding/intake/pdf"
)

// corpus is the directory of sample reports; tests that need it are skipped
// without it.
func corpus(t testing.TB, elem ...string) string {
	dir := os.Getenv("JIANDING_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	p := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("the corpus of sample reports is not here: %v", err)
	}
	return p
}

func newEngine(t testing.TB) *pdf.Engine {
	t.Helper()
	dir := filepath.Join(os.TempDir(), "jianding-test-pdfium")
	e, err := pdf.NewEngine(context.Background(), pdf.EngineConfig{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func open(t testing.TB, e *pdf.Engine, data []byte) *pdf.Document {
	t.Helper()
	d, err := pdf.Open(context.Background(), e, data, pdf.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestCorpusText: the report number of every report with a full text layer is
// found in its text, and Text is the runes of Chars.
func TestCorpusText(t *testing.T) {
	dir := corpus(t, "dev")
	e := newEngine(t)
	truths, err := filepath.Glob(filepath.Join(dir, "truth", "*.json"))
	if err != nil || len(truths) == 0 {
		t.Fatal("no truth files", err)
	}
	for _, path := range truths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			var truth struct {
				File      string `json:"file"`
				ReportNo  string `json:"report_no"`
				TextLayer string `json:"text_layer"`
				Signature struct{ State string }
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &truth); err != nil {
				t.Fatal(err)
			}
			b, err = os.ReadFile(filepath.Join(dir, truth.File))
			if err != nil {
				t.Fatal(err)
			}
			d := open(t, e, b)
			var all strings.Builder
			hidden := 0
			for n := 1; n <= d.NumPages(); n++ {
				text, err := d.Text(n)
				if err != nil {
					t.Fatal(err)
				}
				all.WriteString(text)
				if n > 12 {
					continue
				}
				info, err := d.Page(n)
				if err != nil {
					t.Fatal(err)
				}
				chars, err := d.Chars(n)
				if err != nil {
					t.Fatal(err)
				}
				runes := make([]rune, len(chars))
				for i, c := range chars {
					runes[i] = c.R
					if c.Generated {
						continue
					}
					overlaid := truth.Signature.State == "content_changed_after_signature"
					outside := c.Box[0] >= info.Width || c.Box[1] >= info.Height || c.Box[2] <= 0 || c.Box[3] <= 0
					hidden += count(c.Hidden && overlaid)
					watermark := c.Box[2]-c.Box[0] > 30 // lies under the cells of tables
					if c.Hidden && truth.TextLayer == "full" && !overlaid && !outside && !watermark {
						t.Errorf("page %d: %q at %v is called hidden", n, c.R, c.Box)
					}
					if !c.Hidden && c.R > ' ' && (c.Box[0] < -12 || c.Box[1] < -12 || c.Box[2] > info.Width+12 || c.Box[3] > info.Height+12) {
						t.Errorf("page %d: %q at %v outside %v × %v", n, c.R, c.Box, info.Width, info.Height)
					}
				}
				if diff := cmp.Diff(text, string(runes)); diff != "" {
					t.Errorf("page %d: Text and Chars differ:\n%s", n, diff)
				}
				share, err := d.ImageShare(n)
				if err != nil {
					t.Fatal(err)
				}
				if scan := truth.TextLayer == "none"; scan != (share > 0.8) {
					t.Errorf("page %d: image share %.2f, text layer %s", n, share, truth.TextLayer)
				}
			}
			if truth.Signature.State == "content_changed_after_signature" && hidden == 0 {
				t.Error("the sentence under the overlay is not called hidden")
			}
			if truth.TextLayer != "full" {
				return
			}
			plain := strings.Join(strings.Fields(norm.NFKC.String(all.String())), "")
			if !strings.Contains(plain, truth.ReportNo) {
				t.Errorf("report number %s is not in the text", truth.ReportNo)
			}
		})
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestCorpusCMaps: fonts that are not embedded and have predefined CMaps give
// Chinese prose, not code points of another character set.
func TestCorpusCMaps(t *testing.T) {
	e := newEngine(t)
	for _, name := range []string{"dev-006.pdf", "dev-025.pdf"} {
		b, err := os.ReadFile(corpus(t, "dev", name))
		if err != nil {
			t.Fatal(err)
		}
		d := open(t, e, b)
		text := ""
		for n := 1; n <= d.NumPages(); n++ {
			s, err := d.Text(n)
			if err != nil {
				t.Fatal(err)
			}
			text += s
		}
		d.Close()
		for _, want := range []string{"鉴定", "结论", "重庆", "房屋", "级"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in the text", name, want)
			}
		}
	}
}
