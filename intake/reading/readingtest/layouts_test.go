package readingtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"jianding/schemas"
)

// drawn is a report of testdata/layouts with what a clerk reads in it.
type drawn struct {
	File     string              `yaml:"file"`
	Producer string              `yaml:"producer"`
	Note     string              `yaml:"note"`
	Grades   []string            `yaml:"grades"` // "Bsu", "1号楼 Bsu"; none: nobody may accept it
	Advice   []string            `yaml:"advice"`
	Hazard   schemas.HazardLevel `yaml:"hazard"`
	Fields   map[string]string   `yaml:"fields"`
	Held     string              `yaml:"held"`  // why it still goes to a human
	Lacks    []string            `yaml:"lacks"` // advice that is not found
}

// TestLayoutsByHand reads reports as other agencies lay them out, made by
// several producers. What goes to a human, or lacks a piece of advice, is no
// failure of this test when the list says so; a wrong acceptance and a missed
// hazard always are, and so is an entry of the list that is read now.
func TestLayoutsByHand(t *testing.T) {
	dir := filepath.Join("testdata", "layouts")
	list, err := os.ReadFile(filepath.Join(dir, "layouts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var all []drawn
	if err := yaml.Unmarshal(list, &all); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*.pdf")); len(files) != len(all) || len(all) == 0 {
		t.Fatalf("%d files, %d in the list", len(files), len(all))
	}
	e := engine(t)
	for _, d := range all {
		t.Run(strings.TrimSuffix(d.File, ".pdf"), func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(dir, d.File))
			if err != nil {
				t.Fatal(err)
			}
			v, err := readPDF(e, raw)
			if err != nil {
				t.Fatal(err)
			}
			differs := d.differences(v)
			switch accepted := v.Outcome == schemas.Accepted; {
			case accepted && len(d.Grades) == 0:
				t.Errorf("accepted: %s", d.Note)
			case !accepted && d.Held != "":
				t.Logf("held (%s): %s %v", d.Held, weighing(v.Reasons), differs)
			case accepted && d.Held != "" && len(differs) == 0:
				t.Errorf("is read now: take its held away")
			case accepted && len(differs) > 0:
				t.Errorf("accepted, but %v", differs)
			case !accepted && len(d.Grades) > 0 && d.Held == "":
				t.Errorf("goes to a human: %v %v", codes(v.Reasons), differs)
			}
			if d.Hazard == schemas.HazardRed && v.Hazard.Level.Rank() == 0 || d.Hazard == schemas.HazardAmber && v.Hazard.Level.Rank() == 0 ||
				d.Hazard == schemas.HazardRed && d.Held == "" && v.Hazard.Level != schemas.HazardRed {
				t.Errorf("hazard %s, want %s", v.Hazard.Level, d.Hazard)
			}
			if d.Hazard == schemas.HazardNone && d.Held == "" && v.Hazard.Level == schemas.HazardRed {
				t.Errorf("red: %v", v.Hazard.Basis)
			}
		})
	}
}

// differences lists where a reading is not what the clerk reads.
func (d drawn) differences(v Verdict) []string {
	var out []string
	var read []string
	for _, f := range v.Findings {
		read = append(read, string(f.Grade))
		if i := slices.IndexFunc(d.Grades, func(g string) bool {
			unit, grade, named := strings.Cut(g, " ")
			return !named && g == string(f.Grade) || named && grade == string(f.Grade) && strings.Contains(Plainly(f.Unit), Plainly(unit))
		}); i < 0 {
			out = append(out, "reads "+f.Unit+" "+string(f.Grade))
		}
	}
	if len(read) < len(d.Grades) {
		out = append(out, "reads only "+strings.Join(read, " "))
	}
	for _, code := range d.Advice {
		found := slices.ContainsFunc(v.Advice, func(r schemas.Recommendation) bool { return string(r.Code) == code })
		switch lacks := slices.Contains(d.Lacks, code); {
		case !found && !lacks:
			out = append(out, "misses advice "+code)
		case found && lacks:
			out = append(out, "no longer lacks "+code)
		}
	}
	for _, r := range v.Advice {
		if !slices.Contains(d.Advice, string(r.Code)) {
			out = append(out, "invents advice "+string(r.Code))
		}
	}
	for field, want := range d.Fields {
		got := fieldOf(v.Fields, field)
		if field == "address" && strings.HasPrefix(Plainly(got), Plainly(want)) {
			continue // 村委会办公楼 behind the number
		}
		if Plainly(got) != Plainly(want) {
			out = append(out, field+" "+got)
		}
	}
	return out
}
