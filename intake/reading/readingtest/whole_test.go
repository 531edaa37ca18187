package readingtest

import (
	"fmt"
	"testing"

	"jianding/schemas"
)

// TestWhole reads the reports written by hand, in several typographies and
// ways of setting their tables.
func TestWhole(t *testing.T) {
	w := load(t)
	if len(w.Wholes) < 25 {
		t.Fatalf("only %d reports", len(w.Wholes))
	}
	straight, may := 0, 0
	for i, k := range w.Wholes {
		if leftOut(k.ID) {
			continue
		}
		t.Run(k.ID, func(t *testing.T) {
			for j, ty := range []Typography{Plain, Subscript, SubOwnLine, Parens, FullWidth, Unicode} {
				if *reports == 0 && j != 0 && j != 1+i%5 {
					continue
				}
				l := Layout{Columns: 1, Size: 12, RowWise: j%2 == 1, Tight: j == 2}
				r := w.BuildWhole(k, ty, l)
				v, err := real(r.Pages)
				if err != nil {
					t.Fatal(err)
				}
				if r.Truth.Expected.Outcome == "accepted" {
					may++
					if v.Outcome == schemas.Accepted {
						straight++
					}
				}
				for _, d := range Judge(r.Truth, v) {
					if d.Fault != FieldDiffers {
						t.Errorf("%s: %s %v", ty, d, v.Reasons)
					}
				}
				for field, want := range k.Fields {
					if got := fieldOf(v.Fields, field); Plainly(got) != Plainly(want) {
						t.Errorf("%s: %s %q, want %q", ty, field, got, want)
					}
				}
			}
		})
	}
	t.Logf("written by hand: straight through %s", share(straight, may))
}

func fieldOf(f schemas.ReportFields, name string) string {
	switch name {
	case "report_no":
		return f.ReportNo
	case "agency":
		return f.Agency
	case "client":
		return f.Client
	case "address":
		return f.Address
	case "owner":
		return f.Owner
	case "structure":
		return f.Structure
	case "storeys":
		return f.Storeys
	case "inspected_on":
		return f.InspectedOn
	case "inspected_until":
		return f.InspectedUntil
	case "issued_on":
		return f.IssuedOn
	}
	return fmt.Sprintf("no field %s", name)
}
