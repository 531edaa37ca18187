package reading

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestDebugLines(t *testing.T) {
	f := os.Getenv("FILE")
	if f == "" {
		t.Skip()
	}
	d := openSample(t, newEngine(t), filepath.Join(corpusDir(t), f))
	r := &reader{roles: roleRules()}
	pages, _, _ := r.load(d, Options{})
	for i, p := range pages {
		t.Log("page", i+1)
		for _, l := range p.lines {
			s := ""
			for _, c := range l.cells {
				s += " | " + c.folded()
				if os.Getenv("BOX") != "" {
					for _, g := range c.glyphs {
						s += fmt.Sprintf(" %U[%.1f-%.1f/%.0f]", g.r, g.box[0], g.box[2], g.size)
					}
				}
			}
			t.Logf("%.0f %s", l.cy(), s)
		}
	}
}

func TestDebugSentence(t *testing.T) {
	s := os.Getenv("SENT")
	if s == "" {
		t.Skip()
	}
	r := &reader{roles: roleRules(), year: 2026, standards: []string{"GB 50292-2015", "JGJ 125-2016"}}
	it := &item{text: plain(s, 1), section: section(os.Getenv("SEC"))}
	for _, x := range sentencesOf(it.text, it) {
		for _, m := range r.mentionsOf(x) {
			t.Log(m.grade, m.scope, m.aspect, m.units, m.rest, m.role, m.rule)
		}
		for _, m := range r.statementsOf(x) {
			t.Log(m.Kind, m.Rule, m.Evidence.Quote)
		}
		for _, m := range r.advise(x, true) {
			t.Log(m.Code, m.Quote)
		}
	}
}
