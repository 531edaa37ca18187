package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// TestReplacementText: what is read is what is drawn, whatever a producer says
// should be read in its place.
func TestReplacementText(t *testing.T) {
	const marked = "/Span << /ActualText (Grade Bsu) >> BDC " + hello + " EMC"
	form := func(keys, content string) string {
		return stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>"+keys+">>", content)
	}
	deep := []string{}
	for i := range 12 { // from object 6 on, each inside the one before
		deep = append(deep, form(fmt.Sprintf("/XObject<</X %d 0 R>>", 7+i), "/X Do"))
	}
	deep = append(deep, form("", marked))
	catalog := "<</Type/Catalog/Pages 2 0 R>>"
	with := func(resources, content string, more ...string) []byte {
		return build(append([]string{catalog, "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>" + resources + ">>>>", stream("", content), font}, more...)...)
	}
	e := newEngine(t)
	for name, document := range map[string][]byte{
		"none":                  with("", hello),
		"in the content":        with("", marked),
		"in two":                with("", "/P << /MCID 0 >> BDC /Span << /ActualText (x) >> BDC "+marked+" EMC EMC"),
		"among the properties":  with("/Properties<</M 6 0 R>>", "/Span /M BDC "+hello+" EMC", "<</ActualText(Grade Bsu)>>"),
		"behind a reference":    with("/Properties<</M 6 0 R>>", "/Span /M BDC "+hello+" EMC", "<</ActualText 7 0 R>>", "(Grade Bsu)"),
		"in a form":             with("/XObject<</X 6 0 R>>", "/X Do", form("", marked)),
		"around a form":         with("/XObject<</X 6 0 R>>", "/Span << /ActualText (Grade Bsu) >> BDC /X Do EMC", form("", hello)),
		"in forms, deep inside": with("/XObject<</X 6 0 R>>", "/X Do", deep...),
		"in an annotation":      simple("", "", "/Annots[6 0 R]", "<</Type/Annot/Subtype/Stamp/F 4/Rect[0 0 595 842]/AP<</N 7 0 R>>>>", form("", marked)),
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, e, document)
			text, err := d.Text(1)
			if err != nil || strings.TrimSpace(text) != "Grade Dsu" {
				t.Errorf("text is %q, %v", text, err)
			}
			chars, err := d.Chars(1)
			if err != nil {
				t.Fatal(err)
			}
			read := ""
			for _, c := range chars {
				read += string(c.R)
			}
			if strings.TrimSpace(read) != "Grade Dsu" {
				t.Errorf("characters are %q", read)
			}
		})
	}
	t.Run("too many objects", func(t *testing.T) {
		limits := pdf.DefaultLimits()
		limits.ObjectsPage = 2
		d, err := pdf.Open(t.Context(), e, with("", strings.Repeat("0 0 1 1 re f ", 30)+marked), limits)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if text, err := d.Text(1); err == nil {
			t.Errorf("read %q", text)
		}
	})
}
