package web

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"jianding/schemas"
)

// tab is a page in a real browser, driven by the test.
type tab struct {
	t   *testing.T
	h   *house
	ctx context.Context
}

// chromium starts a real headless browser, or skips where there is none.
func (h *house) chromium() *tab {
	h.t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		h.t.Skip("no chromium on this machine: the pages were not checked in a browser")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.UserDataDir(h.t.TempDir()), chromedp.NoFirstRun, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
	)
	h.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	h.t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 6*time.Minute)
	h.t.Cleanup(cancel)
	return &tab{h.t, h, ctx}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// the shorthand of a page's script: go there, wait for, click, type, submit.
func (b *tab) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.h.URL + path)) }
func (b *tab) see(sel string)   { b.t.Helper(); b.do(chromedp.WaitVisible(chromedp.CSS(sel))) }
func (b *tab) click(sel string) { b.t.Helper(); b.do(chromedp.Click(chromedp.CSS(sel))) }
func (b *tab) enter(sel, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(sel), text))
}
func (b *tab) size(w, h int64) { b.t.Helper(); b.do(chromedp.EmulateViewport(w, h)) }

func (b *tab) text(sel string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(sel)))
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// shot keeps a picture of the page in the directory that
// JIANDING_SCREENSHOTS names, for people to look at; else nothing.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("JIANDING_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// fits checks that a page can be read without scrolling sideways.
func (b *tab) fits(what string) {
	b.t.Helper()
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		b.t.Fatal(err)
	}
	if wide > 0 {
		b.t.Errorf("%s is %d px wider than the screen", what, wide)
	}
}

func (b *tab) signIn(login string) {
	b.t.Helper()
	b.open("/sign-in")
	b.enter(`input[name=login]`, login)
	b.enter(`input[name=password]`, password)
	b.click(`main button`)
	b.see(`.who`)
}

func TestInChromium(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Precheck = func(context.Context, io.Reader, int64, schemas.Declared, time.Time) (schemas.Assessment, error) {
			return reading(schemas.NeedsReview), nil
		}
	})
	rep, _, c := h.story()
	b := h.chromium()
	doc := filepath.Join(t.TempDir(), "报告.pdf")
	if err := os.WriteFile(doc, []byte(pdf(77)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.size(1280, 900)
	b.open("/sign-in")
	b.shot("signin")
	b.signIn("clerk")
	b.shot("portal")

	// A check with scripts sends nothing.
	sent := h.count()
	b.open("/portal/upload")
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`input[name=file]`), []string{doc}))
	b.click(`button[formaction="/portal/check"]`)
	b.see(`.chip.needs_review`)
	b.shot("check")
	b.size(390, 844)
	b.fits("the result of a check")
	b.shot("phone-check")
	b.size(1280, 900)
	if text := b.text(`main`); !strings.Contains(text, "尚未报送") || h.count() != sent {
		t.Errorf("after the check: %d reports, %s", h.count()-sent, text)
	}
	b.open("/portal")

	// Upload with scripts: the bar, then the report's page.
	b.click(`a.button[href="/portal/upload"]`)
	b.see(`input[name=file]`)
	b.shot("upload")
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`input[name=file]`), []string{doc}))
	b.enter(`input[name=report_no]`, "渝江鉴字〔2026〕200号")
	b.click(`main button`)
	b.see(`#report`)
	b.shot("report-waiting")
	if text := b.text(`main`); !strings.Contains(text, "报告已收下") || !strings.Contains(text, "识别中") {
		t.Errorf("after the upload: %s", text)
	}
	// The worker reads it; the page tells by itself.
	rs, _, err := h.ledger.Reports(context.Background(), schemas.ReportFilter{Query: "渝江鉴字〔2026〕200号"})
	if err != nil || len(rs) != 1 {
		t.Fatalf("%v %v", rs, err)
	}
	h.assess(rs[0].ID, reading(schemas.NeedsReview), schemas.Consequences{Status: schemas.ReportNeedsReview})
	b.see(`.chip.needs_review`)
	b.shot("report-clerk")
	if text := b.text(`main`); !strings.Contains(text, "结论与评级表不一致") {
		t.Errorf("the reasons are not told: %s", text)
	}
	b.open("/portal/notices")
	b.shot("notices")
	b.size(390, 844)
	for _, path := range []string{"/portal", "/portal/upload", "/portal/notices", "/portal/reports/" + rep.ID, "/account"} {
		b.open(path)
		b.fits(path)
		b.shot("phone" + strings.ReplaceAll(path, "/", "-"))
	}
	b.click(`.who button`)
	b.see(`input[name=login]`)

	b.signIn("admin")
	for _, size := range []struct {
		name string
		w    int64
	}{{"desktop", 1280}, {"phone", 390}} {
		b.size(size.w, 844)
		for name, path := range map[string]string{
			"board": "/console", "case": "/console/cases/" + c.Ref, "record": "/console/cases/" + c.Ref + "/record", "order": "/console/cases/" + c.Ref + "/order",
			"review": "/console/review", "decide": "/console/reports/" + rep.ID, "reports": "/console/reports", "deliveries": "/console/deliveries",
			"overdue": "/console/overdue", "agencies": "/console/agencies", "agency": "/console/agencies/agency-01", "users": "/console/users",
		} {
			b.open(path)
			b.shot(name + "-" + size.name)
			b.fits(name + " on a " + size.name)
		}
	}
	b.inTheDark(c)

	// Without scripts: acknowledge from the board.
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.size(390, 844)
	b.open("/console")
	b.shot("board-no-scripts")
	b.fits("the board without scripts")
	b.click(`#board td.act button`)
	b.see(`.banner.green`)
	got, err := h.ledger.Case(context.Background(), c.ID)
	if err != nil || got.AcknowledgedBy == nil {
		t.Errorf("not acknowledged without scripts: %v", err)
	}
}

// inTheDark looks at the pages of the night: dark, with the countdown; and on
// paper.
func (b *tab) inTheDark(c schemas.Case) {
	b.t.Helper()
	b.size(1280, 844)
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
	b.open("/console")
	b.shot("board-dark")
	b.size(390, 844)
	b.shot("board-dark-phone")
	b.size(1280, 844)
	if text := b.text(`.due`); !strings.Contains(text, "剩余") {
		b.t.Errorf("countdown %q", text)
	}
	b.open("/console/cases/" + c.Ref)
	b.shot("case-dark")
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
		b.t.Fatal(err)
	}
	for _, sheet := range []string{"record", "order"} {
		b.open("/console/cases/" + c.Ref + "/" + sheet)
		b.paper(sheet)
	}
}

// paper prints the page, with pictures as [tab.shot] keeps them.
func (b *tab) paper(name string) {
	b.t.Helper()
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if dir := os.Getenv("JIANDING_SCREENSHOTS"); err == nil && dir != "" {
		err = os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
