package signature_test

import (
	"slices"
	"strings"
	"testing"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// TestNotesWithoutAppearance: what one reader draws of a note or a field by itself,
// and another leaves out or draws otherwise, goes to a human: it may be the grade.
func TestNotesWithoutAppearance(t *testing.T) {
	l := sharedLab()
	const (
		box     = " /Rect [60 740 260 780]"
		shown   = " /AP << /N 11 0 R >>"
		text    = "/Subtype /Widget /FT /Tx /T (grade)" + box
		parts   = "/Subtype /Widget" + box + " /Parent 12 0 R"
		again   = "/NeedAppearances true"
		nothing = ""
	)
	for name, c := range map[string]struct {
		note, form string
		ask        bool
	}{
		"text box":                         {"/Subtype /FreeText /DA (/F1 12 Tf) /Contents (Dsu)" + box, nothing, true},
		"text box that is painted":         {"/Subtype /FreeText /DA (/F1 12 Tf) /Contents (Dsu)" + box + shown, nothing, false},
		"text box without a state":         {"/Subtype /FreeText /Contents (Dsu)" + box + " /AP << >>", nothing, true},
		"text box that is hidden":          {"/Subtype /FreeText /Contents (Dsu) /F 2" + box, nothing, false},
		"box":                              {"/Subtype /Square /IC [1 1 1]" + box, nothing, true},
		"stamp":                            {"/Subtype /Stamp /Name /Approved" + box, nothing, true},
		"mark":                             {"/Subtype /Highlight /QuadPoints [60 780 260 780 60 740 260 740] /C [0 0 0]" + box, nothing, true},
		"link":                             {"/Subtype /Link" + box, nothing, false},
		"field with a value":               {text + " /V (Dsu)", nothing, true},
		"field without a value":            {text, nothing, false},
		"field with an empty value":        {text + " /V ()", nothing, false},
		"field that is painted":            {text + " /V (Dsu)" + shown, nothing, false},
		"field that readers paint anew":    {text + " /V (Dsu)" + shown, again, true},
		"no value that readers paint anew": {text + shown, again, false},
		"choice":                           {"/Subtype /Widget /FT /Ch /T (grade) /V [(Dsu)]" + box, nothing, true},
		"value above the field":            {parts, nothing, true},
		"button with a caption":            {"/Subtype /Widget /FT /Btn /Ff 65536 /T (grade) /MK << /CA (Dsu) >>" + box, nothing, true},
		"button that is painted":           {"/Subtype /Widget /FT /Btn /Ff 65536 /T (grade) /MK << /CA (Dsu) >>" + box + shown, again, false},
		"signature field alone":            {"/Subtype /Link" + box, again, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := wholeObjects("")
			o[1] = strings.Replace(o[1], "/SigFlags", c.form+" /SigFlags", 1)
			o[3] = strings.Replace(o[3], "/Annots [6 0 R]", "/Annots [6 0 R 10 0 R]", 1)
			o[10] = "<< /Type /Annot " + c.note + " >>"
			o[11] = "<< /Type /XObject /Subtype /Form /BBox [0 0 200 40] /Length 31 >>\nstream\n1 1 1 rg 60 760 500 20 re f 0 g\nendstream"
			o[12] = "<< /FT /Tx /T (grade) /V (Dsu) /Kids [10 0 R] >>"
			r := l.verify(whole(t, l.agency[signing.RSA], o, ""))
			expect(t, r, schemas.SignatureValid, "")
			asks := slices.ContainsFunc(r.Reasons, func(x schemas.Reason) bool { return x.Code == schemas.ReasonAmbiguous })
			if asks != c.ask {
				t.Errorf("asks %v, want %v: %v", asks, c.ask, r.Reasons)
			}
		})
	}
}
