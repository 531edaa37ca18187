// Command produce writes PDFs by way of real producers, with their truth beside
// them, for measuring a reader on what producers make of a report:
//
//	go run ./intake/reading/readingtest/produce -out DIR [-n 30] [-seed 9001] [-chromium chromium] [-soffice soffice] [-wkhtmltopdf wkhtmltopdf]
//
// Each file DIR/<id>.pdf has its truth in DIR/truth/<id>.json. A tool that is
// not found is left out, and said so. Measure with
//
//	go test ./intake/reading/readingtest -run Scores -count=1 -v -pdfs DIR
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	rt "jianding/intake/reading/readingtest"
)

type producer struct {
	out      string
	tools    map[string]string // name → path of the tools that were found
	wordings *rt.Wordings
	log      io.Writer
	count    int
}

func main() {
	out := flag.String("out", "", "directory to write to")
	n := flag.Int("n", 30, "how many reports to draw, beside the written cases and the doubtful pages")
	seed := flag.Uint64("seed", 9001, "the first seed")
	names := map[string]*string{}
	for _, tool := range []string{"chromium", "soffice", "wkhtmltopdf", "pdftoppm"} {
		names[tool] = flag.String(tool, tool, "the program "+tool)
	}
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	p := &producer{out: *out, tools: map[string]string{}, log: os.Stderr}
	for name, path := range names {
		if found, err := exec.LookPath(*path); err == nil {
			p.tools[name] = found
		} else {
			fmt.Fprintf(p.log, "%s: not found, left out\n", name)
		}
	}
	if err := p.run(*n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintf(p.log, "%d PDFs in %s\n", p.count, p.out)
}

func (p *producer) run(n int, seed uint64) error {
	if err := os.MkdirAll(filepath.Join(p.out, "truth"), 0o755); err != nil {
		return err
	}
	var err error
	if p.wordings, err = rt.LoadWordings(); err != nil {
		return err
	}
	printers := p.printers()
	typographies := rt.Typographies()
	for i, k := range p.wordings.Cases {
		r := p.wordings.BuildCase(k, typographies[i%len(typographies)], rt.Layout{Columns: 1, RunningText: true})
		if err := p.print("case-"+k.ID, r, printers[i%len(printers)], i); err != nil {
			return err
		}
	}
	for i := range n {
		s := p.wordings.Draw(seed + uint64(i))
		id := fmt.Sprintf("drawn-%d", s.Seed)
		if i%5 == 4 {
			if err := p.plain(id, s); err != nil {
				return err
			}
			continue
		}
		if err := p.print(id, p.wordings.Build(s), printers[i%len(printers)], i); err != nil {
			return err
		}
	}
	return p.doubtful(seed+10_000, printers[0])
}

// printers lists the tools that print HTML.
func (p *producer) printers() []string {
	var out []string
	for _, t := range []string{"chromium", "soffice", "wkhtmltopdf"} {
		if p.tools[t] != "" {
			out = append(out, t)
		}
	}
	sort.Strings(out)
	if len(out) == 0 {
		out = []string{""}
	}
	return out
}

// doubtful writes reports that no reader may accept as they stand.
func (p *producer) doubtful(seed uint64, printer string) error {
	for i, kind := range []rt.PageKind{rt.Scanned, rt.Scanned, rt.Scanned, rt.Garbled, rt.Garbled, rt.Partly, rt.Partly, rt.Pictured, rt.Pictured, rt.Veiled, rt.Veiled, rt.Headless, rt.Headless, rt.Survey, rt.Survey} {
		s := p.wordings.Draw(seed + uint64(i))
		s.Pages = kind
		id := fmt.Sprintf("%s-%d", kind, s.Seed)
		var err error
		switch kind {
		case rt.Garbled, rt.Partly:
			err = p.undecodable(id, s)
		case rt.Scanned:
			err = p.scan(id, s)
		default:
			err = p.print(id, p.wordings.Build(s), printer, i)
		}
		if err != nil {
			return err
		}
	}
	for i, c := range rt.Contradictions() {
		var s rt.Spec
		for n := uint64(1); ; n++ {
			var ok bool
			if s, ok = rt.Contradict(p.wordings.Draw(seed+100*uint64(i+1)+n), c); ok {
				break
			}
		}
		if err := p.print("contradiction-"+string(c), p.wordings.Build(s), printer, i); err != nil {
			return err
		}
	}
	return nil
}

// print prints a report as HTML by the tool.
func (p *producer) print(id string, r rt.Report, tool string, style int) error {
	if tool == "" {
		return nil
	}
	white := ""
	if r.Spec.Pages == rt.Veiled {
		white = "综合评定该房屋安全性等级为Asu级，不影响整体承载。"
		// White ink is ink: a reader sees two grades and asks a human.
		r.Truth.Expected = rt.Expected{Outcome: "needs_review", Why: "white text states another grade"}
		if r.Truth.Overall != nil && r.Truth.Overall.Grade == "Asu" {
			r.Truth.Expected.AlsoOK = []string{"accepted"}
		}
		r.Truth.Conflict = []string{"white text"}
		r.Truth.Levels = []string{"none", "amber", "red"}
		if r.Truth.WholeStructure != nil && *r.Truth.WholeStructure {
			r.Truth.Levels = []string{"amber", "red"}
		}
	}
	page := r.Document.HTML(r.Spec.Layout, style, r.Spec.Pages == rt.Pictured, white)
	r.Truth.Producer = tool
	return p.write(id, r.Truth, page, tool)
}

func (p *producer) write(id string, t rt.Truth, page, tool string) error {
	raw, err := p.render(page, tool)
	if err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	return p.save(id, t, raw)
}

func (p *producer) save(id string, t rt.Truth, raw []byte) error {
	t.ID, t.File, t.Set = id, id+".pdf", "produced"
	j, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.out, "truth", id+".json"), j, 0o644); err != nil {
		return err
	}
	p.count++
	return os.WriteFile(filepath.Join(p.out, id+".pdf"), raw, 0o644)
}

// plain writes a report by our own writer, with a font that is not embedded.
func (p *producer) plain(id string, s rt.Spec) error {
	if s.Typography == rt.Unicode {
		s.Typography = rt.Plain // the font's collection has no such characters
	}
	r := p.wordings.Build(s)
	cmap := []rt.CMap{rt.UniGB, rt.GBK}[s.Seed%2]
	r.Truth.Producer = "cid:" + string(cmap)
	return p.save(id, r.Truth, rt.WritePDF(r.Pages, cmap))
}

// undecodable writes a report whose pages, or whose conclusion's pages, are
// set in a font that no one can decode.
func (p *producer) undecodable(id string, s rt.Spec) error {
	kind := s.Pages
	r := p.wordings.Build(s)
	s.Pages = rt.Readable
	clear := p.wordings.Build(s)
	var bad []int
	if kind == rt.Partly {
		bad = rt.ConclusionPages(clear.Document, clear.Pages)
	} else {
		for i := range clear.Pages {
			bad = append(bad, i)
		}
	}
	r.Truth.Producer = "cid:Identity-H"
	return p.save(id, r.Truth, rt.WritePDF(clear.Pages, rt.UniGB, bad...))
}

// scan prints a report, makes pictures of its pages and prints those.
func (p *producer) scan(id string, s rt.Spec) error {
	if p.tools["chromium"] == "" || p.tools["pdftoppm"] == "" {
		return nil
	}
	r := p.wordings.Build(s)
	raw, err := p.render(r.Document.HTML(s.Layout, 0, false, ""), "chromium")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "scan")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	in := filepath.Join(dir, "in.pdf")
	if err := os.WriteFile(in, raw, 0o600); err != nil {
		return err
	}
	if msg, err := exec.Command(p.tools["pdftoppm"], "-r", "110", "-jpeg", "-gray", in, filepath.Join(dir, "p")).CombinedOutput(); err != nil {
		return fmt.Errorf("pdftoppm: %w: %s", err, msg)
	}
	names, err := filepath.Glob(filepath.Join(dir, "p*.jpg"))
	if err != nil {
		return err
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString(`<style>@page{margin:0}body{margin:0}img{display:block;width:100%;height:100vh;break-after:page}</style>`)
	for _, n := range names {
		img, err := os.ReadFile(n)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, `<img src="data:image/jpeg;base64,%s">`, base64.StdEncoding.EncodeToString(img))
	}
	r.Truth.Producer = "scan"
	return p.write(id, r.Truth, b.String(), "chromium")
}

// render prints a page of HTML by the tool, in a directory of its own.
func (p *producer) render(page, tool string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "produce")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(in, []byte(page), 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var args []string
	switch tool {
	case "chromium":
		args = []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pdf-header-footer", "--user-data-dir=" + filepath.Join(dir, "profile"), "--print-to-pdf=" + out, "file://" + in}
	case "soffice":
		args = []string{"--headless", "-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--convert-to", "pdf:writer_web_pdf_Export", "--outdir", dir, in}
	case "wkhtmltopdf":
		args = []string{"--quiet", in, out}
	}
	if msg, err := exec.CommandContext(ctx, p.tools[tool], args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", tool, err, msg)
	}
	return os.ReadFile(out)
}
