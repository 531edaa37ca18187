package revision

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// build lays out bodies as objects 1, 2, … and lets the caller write the
// cross-references with their offsets.
func build(bodies []string, tail func(offsets []int, at int) string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	offsets := []int{0}
	for i, body := range bodies {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	b.WriteString(tail(offsets, b.Len()))
	return b.Bytes()
}

func rows(offsets []int) string {
	s := "0000000000 65535 f \n"
	for _, o := range offsets[1:] {
		s += fmt.Sprintf("%010d 00000 n \n", o)
	}
	return s
}

func end(at int) string { return fmt.Sprintf("startxref\n%d\n%%%%EOF\n", at) }

var two = []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		name string
		tail func(o []int, at int) string
		ok   bool
	}{
		{"plain", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
		}, true},
		{"entries of 19 bytes", func(o []int, at int) string {
			return "xref\n0 3\n" + string(bytes.ReplaceAll([]byte(rows(o)), []byte(" \n"), []byte("\n"))) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
		}, true},
		{"numbered from one", func(o []int, at int) string {
			return "xref\n1 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
		}, true},
		{"startxref before white space", func(o []int, at int) string {
			return "\nxref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
		}, true},
		{"own predecessor", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + fmt.Sprintf("trailer\n<< /Size 3 /Root 1 0 R /Prev %d >>\n", at) + end(at)
		}, false},
		{"predecessor nowhere", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R /Prev 0 >>\n" + end(at)
		}, false},
		{"an object twice", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + fmt.Sprintf("1 1\n%010d 00000 n \n", o[2]) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
		}, false},
		{"a trailer key twice", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R /Root 2 0 R >>\n" + end(at)
		}, false},
		{"no root", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 >>\n" + end(at)
		}, false},
		{"no end", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n" + fmt.Sprint(at)
		}, false},
		{"offset past the end", func(o []int, at int) string {
			return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at+100000)
		}, false},
		{"broken entry", func(o []int, at int) string {
			return "xref\n0 3\n" + "0000000000 65535 x \n" + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := build(two, c.tail)
			f, err := NewDocument(data).Open(len(data))
			if (err == nil) != c.ok {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				return
			}
			if root, err := f.Root(); err != nil || root.Name("Type") != "Catalog" {
				t.Errorf("root %v %v", root, err)
			}
		})
	}
}

// TestWrongPlace: an entry that leads to another object is an error, never
// that object.
func TestWrongPlace(t *testing.T) {
	data := build(two, func(o []int, at int) string {
		o[1], o[2] = o[2], o[1]
		return "xref\n0 3\n" + rows(o) + "trailer\n<< /Size 3 /Root 1 0 R >>\n" + end(at)
	})
	f, err := NewDocument(data).Open(len(data))
	if err != nil {
		t.Fatal(err)
	}
	if o, err := f.Object(1); err == nil {
		t.Errorf("object 1 is %v", o)
	}
}

// TestHybrid: an XRefStm adds objects that its table hides, and may not
// contradict it.
func TestHybrid(t *testing.T) {
	for _, c := range []struct {
		name  string
		table string // of object 3: "n" at its place, "f" hidden
		other bool   // the stream places it elsewhere
		ok    bool
	}{
		{"hidden", "f", false, true},
		{"agree", "n", false, true},
		{"contradict", "n", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			bodies := append(append([]string{}, two...), "(three)")
			data := build(bodies, func(o []int, at int) string {
				place := o[3]
				if c.other {
					place = o[2]
				}
				row := []byte{1, byte(place >> 8), byte(place), 0}
				stm := fmt.Sprintf("4 0 obj\n<< /Type /XRef /W [1 2 1] /Index [3 1] /Size 5 /Length %d >>\nstream\n%s\nendstream\nendobj\n", len(row), row)
				r := rows(o[:3])
				if c.table == "n" {
					r += fmt.Sprintf("%010d 00000 n \n", o[3])
				} else {
					r += "0000000000 00000 f \n"
				}
				return stm + "xref\n0 4\n" + r + fmt.Sprintf("trailer\n<< /Size 5 /Root 1 0 R /XRefStm %d >>\n", at) + end(at+len(stm))
			})
			f, err := NewDocument(data).Open(len(data))
			if (err == nil) != c.ok {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				return
			}
			if o, err := f.Object(3); err != nil || !Equal(o, String("three")) {
				t.Errorf("object 3: %v %v", o, err)
			}
		})
	}
}

// TestLengthLoop: a stream whose length is itself.
func TestLengthLoop(t *testing.T) {
	data := build(append(append([]string{}, two...), "<< /Length 3 0 R >>\nstream\nx\nendstream"), func(o []int, at int) string {
		return "xref\n0 4\n" + rows(o) + "trailer\n<< /Size 4 /Root 1 0 R >>\n" + end(at)
	})
	f, err := NewDocument(data).Open(len(data))
	if err != nil {
		t.Fatal(err)
	}
	if o, err := f.Object(3); err == nil {
		if st, ok := o.(*Stream); !ok || st.Err == nil {
			t.Errorf("object 3: %v", o)
		}
	}
}

func TestDictionaryOfManyKeys(t *testing.T) {
	p := &parser{data: append(append([]byte("<< "), bytes.Repeat([]byte("/A 0 "), maxKeys+1)...), ">>"...), budget: &budget{values: maxValues}}
	if _, err := p.object(0); !errors.Is(err, ErrBudget) {
		t.Errorf("%v", err)
	}
}

func TestEqualIgnoresOrder(t *testing.T) {
	parse := func(s string) Object {
		p := &parser{data: []byte(s), budget: &budget{values: 1000}}
		o, err := p.object(0)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"<< /A 1 /B [2 0 R (x)] >>", "<</B[2 0 R<78>]/A 1>>", true},
		{"<< /A 1 >>", "<< /A 1.0 >>", false}, // some readers look for integers only
		{"<< /A 1 >>", "<< /A 2 >>", false},
		{"<< /A 1 /A 1 >>", "<< /A 1 /A 1 >>", false}, // which one counts?
		{"[1 0 R]", "[1 1 R]", false},
		{"/A#42", "/AB", true},
		{"(a\\051\\r\\\nb)", "(a\\)\\015b)", true},
		{"null", "0", false},
	} {
		if got := Equal(parse(c.a), parse(c.b)); got != c.want {
			t.Errorf("%s = %s: %v", c.a, c.b, got)
		}
	}
}
