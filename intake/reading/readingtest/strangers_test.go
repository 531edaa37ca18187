package readingtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"jianding/schemas"
)

// strange is a report that somebody drew who knows nothing of the reader, with
// what a careful clerk reads in it. No grades: nobody may accept it.
type strange struct {
	File, Producer, Note string
	Grades               []string // "Bsu", "1号楼 Bsu", "II"
	Advice               []string // as its writer sees it; not judged
	Hazard               schemas.HazardLevel
	Fields               map[string]any
}

// TestStrangers reads whole PDF reports in the layouts and words of strangers.
// held.yaml names those that a clerk would accept and that still go to a human,
// with why. What is accepted has the grades of its truth and tells where the
// house is and whose report it is; what nobody may accept is not, and a hazard to
// the whole house is flagged.
//
//	go test ./intake/reading/readingtest -run Strangers -v
func TestStrangers(t *testing.T) {
	sets, err := filepath.Glob(filepath.Join("testdata", "strangers", "*"))
	if err != nil || len(sets) == 0 {
		t.Fatal("no sets", err)
	}
	e := engine(t)
	sound, through := 0, 0
	right, of := map[string]int{}, map[string]int{}
	for _, dir := range sets {
		var all []strange
		load := func(name string, v any) {
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil {
				err = yaml.Unmarshal(raw, v)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		held := map[string]string{}
		load("truth.yaml", &all)
		load("held.yaml", &held)
		for _, s := range all {
			if leftOut(s.Note) {
				continue
			}
			t.Run(filepath.Base(dir)+strings.TrimSuffix(s.File, ".pdf"), func(t *testing.T) {
				raw, err := os.ReadFile(filepath.Join(dir, s.File))
				if err != nil {
					t.Fatal(err)
				}
				v, err := readPDF(e, raw)
				if err != nil {
					t.Fatal(err)
				}
				accepted, why := v.Outcome == schemas.Accepted, held[s.File]
				switch {
				case accepted && len(s.Grades) == 0:
					t.Errorf("accepted: %s", s.Note)
				case accepted && why != "":
					t.Errorf("is read now: take it from held.yaml")
				case !accepted && why == "" && len(s.Grades) > 0:
					t.Errorf("goes to a human: %s", weighing(v.Reasons))
				}
				if s.Hazard == schemas.HazardRed && v.Hazard.Level.Rank() == 0 {
					t.Errorf("no hazard: %s", s.Note)
				}
				if len(s.Grades) == 0 {
					return
				}
				sound++
				if accepted {
					through++
					if got, want := gradesRead(v), gradesTrue(s); !slices.Equal(got, want) {
						t.Errorf("reads %v, want %v", got, want)
					}
				}
				for name, want := range s.Fields {
					of[name]++
					got := Plainly(fieldOf(v.Fields, name))
					if name == "area_m2" {
						got = fmt.Sprint(v.Fields.AreaM2)
					}
					if same := Plainly(fmt.Sprint(want)); got == same || name == "address" && strings.HasPrefix(got, same) {
						right[name]++
					} else if accepted && (name == "report_no" || name == "agency" || name == "address" || name == "issued_on") {
						t.Errorf("%s is %v, read as %q", name, want, got)
					}
				}
			})
		}
	}
	t.Logf("straight through %s", share(through, sound))
	for name, n := range of {
		t.Logf("%-12s %s", name, share(right[name], n))
	}
}

func gradesRead(v Verdict) []string {
	var out []string
	for _, f := range v.Findings {
		out = append(out, string(f.Grade))
	}
	slices.Sort(out)
	return out
}

func gradesTrue(s strange) []string {
	var out []string
	for _, g := range s.Grades {
		words := strings.Fields(g)
		out = append(out, strings.NewReplacer("一级", "I", "二级", "II", "三级", "III", "四级", "IV", "Ⅰ", "I", "Ⅱ", "II", "Ⅲ", "III", "Ⅳ", "IV").Replace(Plainly(words[len(words)-1])))
	}
	slices.Sort(out)
	return out
}
