package readingtest

import (
	"strings"
	"testing"
)

// TestFieldsOfForeign reads the particulars of the whole reports that others
// wrote: all of them are found, and what is found is right.
func TestFieldsOfForeign(t *testing.T) {
	w := load(t)
	read := 0
	for name, f := range foreignSets(t) {
		for _, k := range f.Wholes {
			if leftOut(k.ID) || len(k.Fields) == 0 {
				continue
			}
			v, err := real(w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12}).Pages)
			if err != nil {
				t.Fatal(err)
			}
			for field, want := range k.Fields {
				read++
				if got := fieldOf(v.Fields, field); !sameField(field, got, want) {
					t.Errorf("%s/%s: %s %q, want %q", name, k.ID, field, got, want)
				}
			}
		}
	}
	t.Logf("%d particulars", read)
}

// sameField: an address or a structure may be told shorter or longer.
func sameField(field, got, want string) bool {
	a, b := Plainly(got), Plainly(want)
	return a == b || a != "" && (field == "address" || field == "structure") && (strings.Contains(a, b) || strings.Contains(b, a))
}
