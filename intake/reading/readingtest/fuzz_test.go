package readingtest

import (
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzReader gives the reader pages of any text in any layout: it must come
// back, soon, with evidence that lies in the document.
//
//	go test ./intake/reading/readingtest -run '^$' -fuzz FuzzReader -fuzztime 10m
func FuzzReader(f *testing.F) {
	w, err := LoadWordings()
	if err != nil {
		f.Fatal(err)
	}
	for seed := uint64(1); seed <= 12; seed++ {
		r := w.Build(w.Draw(seed))
		// The parts that decide; a whole report, instrumented, takes so long on a
		// busy machine that the engine believes it dead.
		f.Add(r.Document.Text(Rating)+r.Document.Text(Conclusion)+r.Document.Text(AdvicePart), uint16(seed))
	}
	f.Fuzz(func(t *testing.T, text string, form uint16) {
		if !utf8.ValidString(text) || len(text) > 1<<15 {
			return
		}
		var d Document
		for i, line := range strings.Split(text, "\n") {
			switch {
			case form&1 == 1 && i%3 == 2 && line != "":
				d.Blocks = append(d.Blocks, Block{Kind: Table, Rows: [][]string{strings.Fields(line + " .")}})
			case strings.HasSuffix(line, "结论") || strings.HasSuffix(line, "建议"):
				d.Blocks = append(d.Blocks, Block{Kind: Heading, Text: line})
			default:
				d.Blocks = append(d.Blocks, Block{Kind: Para, Text: line})
			}
		}
		pages := d.Set(Layout{Landscape: form&2 > 0, Columns: 1 + int(form>>2&1), Size: 12, RowWise: form&8 > 0})
		start := used(t)
		v, err := real(pages)
		if err != nil {
			t.Fatal(err)
		}
		if took := used(t) - start; took > 2*time.Second*time.Duration(max(1, len(pages))) {
			t.Errorf("%d pages took %v", len(pages), took)
		}
		for _, x := range v.Findings {
			if p := x.Evidence.Page; p < 1 || p > len(pages) {
				t.Errorf("%s: evidence on page %d of %d", x.Grade, p, len(pages))
			}
			if x.Evidence.Quote == "" {
				t.Errorf("%s: no words", x.Grade)
			}
		}
	})
}

// used is the processor time that the process has taken: the clock on the wall
// tells more of the other work on the machine.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
