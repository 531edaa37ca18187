package readingtest

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"jianding/schemas"
)

var ordinary = flag.String("ordinary", "", "file of ordinary sentences, to be read for the first time")

// TestOrdinary reads sentences of sound reports, each in a short one: whatever an
// engineer writes day by day must hold nobody up, and be read as its grade.
//
//	go test ./intake/reading/readingtest -run Ordinary -v -ordinary FILE
func TestOrdinary(t *testing.T) {
	if *ordinary != "" {
		all, err := LoadOrdinary(os.DirFS(path.Dir(*ordinary)), path.Base(*ordinary))
		if err != nil {
			t.Fatal(err)
		}
		readOrdinary(t, all, func(x Ordinary, v Verdict) { t.Logf("%s %s: %s | %s", x.Section, x.Grade, x.Text, weighing(v.Reasons)) })
		return
	}
	files, err := fs.Glob(dataFS, "data/ordinary/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no sentences", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(path.Base(name), ".tsv"), func(t *testing.T) {
			all, err := LoadOrdinary(dataFS, name)
			if err != nil {
				t.Fatal(err)
			}
			held := 0
			readOrdinary(t, all, func(Ordinary, Verdict) { held++ })
			// What still is held up is little; a rule that holds more is too wide.
			if held*100 > len(all)*7 {
				t.Errorf("%s held", share(held, len(all)))
			}
		})
	}
}

// readOrdinary reads the sentences and tells of those over which a report goes
// to a human. A grade that is not the sentence's is a failure.
func readOrdinary(t *testing.T, all []Ordinary, held func(Ordinary, Verdict)) {
	w := load(t)
	count := map[string][2]int{}
	for _, x := range all {
		if leftOut(x.Text) {
			continue
		}
		r, grade := w.BuildOrdinary(x)
		v, err := real(r.Pages)
		if err != nil {
			t.Fatal(err)
		}
		c := count[x.Section]
		c[1]++
		if v.Outcome != schemas.Accepted {
			c[0]++
			held(x, v)
		} else {
			for _, f := range v.Findings {
				// A sentence of several houses holds several grades.
				if (f.Aspect == schemas.AspectSafety || f.Aspect == schemas.AspectDanger) && f.Grade != grade && !strings.Contains(x.Text, string(f.Grade)) {
					t.Errorf("accepted as %s, is %s: %s", f.Grade, grade, x.Text)
				}
			}
		}
		count[x.Section] = c
	}
	for _, s := range ordinarySections {
		t.Logf("%-12s held %s", s, share(count[s][0], count[s][1]))
	}
}
