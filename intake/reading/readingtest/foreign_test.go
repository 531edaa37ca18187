package readingtest

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

var foreign = flag.String("set", "", "directory with traps.yaml, benign.yaml, wholes.yaml, to be read for the first time")

// TestForeign reads material that somebody else wrote. The sets that are kept
// stay as well read as they are: no trap is accepted and nothing sound is held
// but what their lists of the held name. With -set another set is read, and what
// became of it is printed: that is the measure, what follows from it is not.
//
//	go test ./intake/reading/readingtest -run Foreign -v -set DIR
func TestForeign(t *testing.T) {
	if *foreign != "" {
		f, err := LoadForeign(os.DirFS(*foreign))
		if err != nil {
			t.Fatal(err)
		}
		f.print(t)
		return
	}
	for name, f := range foreignSets(t) {
		t.Run(name, f.check)
	}
}

// foreignSets loads the sets that are kept, by name.
func foreignSets(t *testing.T) map[string]Foreign {
	t.Helper()
	sets, err := fs.ReadDir(dataFS, "data/foreign")
	if err != nil || len(sets) == 0 {
		t.Fatal("no sets", err)
	}
	out := make(map[string]Foreign)
	for _, s := range sets {
		dir, err := fs.Sub(dataFS, path.Join("data/foreign", s.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if out[s.Name()], err = LoadForeign(dir); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// read is one piece of a set, read.
type read struct {
	id, why string
	trap    bool
	truth   *Truth // of a whole report
	v       Verdict
}

func (f Foreign) read(t *testing.T) []read {
	t.Helper()
	w := load(t)
	var out []read
	add := func(id, why string, trap bool, r Report, truth *Truth) {
		if leftOut(id) {
			return
		}
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, read{id, why, trap, truth, v})
	}
	for _, x := range f.Traps {
		add(x.Text, x.Why, true, w.BuildLine(x), nil)
	}
	for _, x := range f.Benign {
		add(x.Text, x.Why, false, w.BuildLine(x), nil)
	}
	for _, k := range f.Wholes {
		r := w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12})
		add(k.ID, k.Why, k.Outcome != "", r, &r.Truth)
	}
	return out
}

func (f Foreign) check(t *testing.T) {
	seen := map[string]bool{}
	for _, x := range f.read(t) {
		accepted, known := x.v.Outcome == schemas.Accepted, slices.Contains(f.Held, x.id)
		seen[x.id] = true
		switch {
		case x.trap && accepted && !known:
			t.Errorf("accepted: %s (%s)", x.id, x.why)
		case !x.trap && !accepted && !known:
			t.Errorf("goes to a human: %s: %s", x.id, weighing(x.v.Reasons))
		case x.trap != accepted && known:
			t.Errorf("is read now, take it from the list: %s", x.id)
		}
		if x.truth == nil || known {
			continue
		}
		for _, d := range Judge(*x.truth, x.v) {
			if d.Fault == HazardMissed || d.Fault == WrongAcceptance {
				t.Errorf("%s (%s): %s", x.id, x.why, d)
			}
		}
	}
	for _, h := range f.Held {
		if !seen[h] && !leftOut(h) {
			t.Errorf("nothing of this name: %s", h)
		}
	}
}

func (f Foreign) print(t *testing.T) {
	type count struct{ accepted, of int }
	counts := map[string]*count{}
	missed := 0
	for _, x := range f.read(t) {
		kind := map[bool]string{true: "traps", false: "sound"}[x.trap]
		if x.truth != nil {
			kind += ", whole reports"
			for _, d := range Judge(*x.truth, x.v) {
				if d.Fault == HazardMissed || d.Fault == HazardMilder {
					missed++
					t.Logf("%s: %s", x.id, weighing(x.v.Reasons))
				}
				if d.Fault != FieldDiffers {
					t.Logf("%s (%s): %s", x.id, x.why, d)
				}
			}
		}
		if counts[kind] == nil {
			counts[kind] = &count{}
		}
		counts[kind].of++
		accepted := x.v.Outcome == schemas.Accepted
		if accepted {
			counts[kind].accepted++
		}
		if accepted == x.trap {
			t.Logf("%s %s: %s (%s) %v %s", kind, x.v.Outcome, x.id, x.why, x.v.Hazard.Level, weighing(x.v.Reasons))
		}
	}
	for kind, c := range counts {
		t.Logf("%s accepted: %s", kind, share(c.accepted, c.of))
	}
	t.Logf("hazards missed in whole reports: %d", missed)
}

// weighing is what the reasons that end acceptance say.
func weighing(rs []schemas.Reason) string {
	var out []string
	for _, r := range rs {
		if info, known := r.Code.Info(); !known || info.Weight != schemas.WeightNote {
			out = append(out, string(r.Code)+" "+r.Message)
		}
	}
	return strings.Join(out, " | ")
}
