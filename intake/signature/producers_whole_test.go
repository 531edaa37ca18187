package signature_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// replaced is wholeObjects with replacements in one object, old and new in turn.
func replaced(num int, pairs ...string) map[int]string {
	objects := wholeObjects("")
	s := strings.NewReplacer(pairs...).Replace(objects[num])
	if s == objects[num] {
		panic("nothing to replace")
	}
	objects[num] = s
	return objects
}

// merged adds objects.
func merged(objects map[int]string, more map[int]string) map[int]string {
	maps.Copy(objects, more)
	return objects
}

// sealForm is a visible seal as Acrobat layers it: a frame with layers of its
// own, the picture with a mask in one of them.
func sealForm() map[int]string {
	stream := func(keys, data string) string {
		return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", keys, len(data), data)
	}
	form := "/Type /XObject /Subtype /Form /FormType 1 /BBox [0 0 120 120] /Matrix [1 0 0 1 0 0] "
	return map[int]string{
		20: stream(form+"/Resources << /XObject << /FRM 21 0 R >> /ProcSet [/PDF] >>", "q 1 0 0 1 0 0 cm /FRM Do Q"),
		21: stream(form+"/Resources << /XObject << /n0 22 0 R /n2 23 0 R >> /ProcSet [/PDF] >>", "q /n0 Do Q q /n2 Do Q"),
		22: stream(form+"/Resources << >>", "% DSBlank"),
		23: stream(form+"/Resources << /XObject << /Im0 24 0 R >> /Font << /F1 5 0 R >> /ProcSet [/PDF /ImageC] >>", "q 120 0 0 120 0 0 cm /Im0 Do Q"),
		24: stream("/Type /XObject /Subtype /Image /Width 2 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask 25 0 R", "\xff\x00\x00\xff\x00\x00"),
		25: stream("/Type /XObject /Subtype /Image /Width 2 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", "\x80\x80"),
	}
}

// layouts are documents signed as they are written, each in the habit of some
// producer.
func layouts() map[string]map[int]string {
	room := signing.Value(wholeRoom)
	sigDict := func(inner string) map[int]string {
		o := wholeObjects("")
		o[7] = inner
		return o
	}
	visible := merged(replaced(6, "[0 0 0 0]", "[300 100 420 220]", "/P 3 0 R", "/P 3 0 R /AP << /N 20 0 R >> /MK << >>"), sealForm())
	return map[string]map[int]string{
		"contents before the range, more behind":  sigDict("<< " + room + " /Type /Sig " + signing.Range() + " /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Name (x) /M (D:20260601070000Z) >>"),
		"range last":                              sigDict("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached" + room + signing.Range() + ">>"),
		"no spaces at all":                        sigDict("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached" + strings.ReplaceAll(signing.Range(), "/ByteRange [", "/ByteRange [") + room + ">>"),
		"no type":                                 sigDict("<< /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached " + signing.Range() + " " + room + " >>"),
		"brackets and comments in the dictionary": sigDict("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Reason (a > b \\( <c> [0 1 2 3]) % /Contents <00>\n " + signing.Range() + " " + room + " /Location <E9878D> >>"),
		"build properties, references": wholeObjects("/Prop_Build << /Filter << /Name /Adobe.PPKLite /R 131104 /Date (D:2026) >> /App << /Name /Exchange-Pro /OS [/Win] /TrustedMode true >> >> " +
			"/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> /Data 1 0 R >>] /ContactInfo (x) /Changes [0 0 0] /Prop_AuthTime 3 /Prop_AuthType /PIN /V 0 /R 0 "),
		"filter of another maker":        replaced(7, "/Adobe.PPKLite", "/Adobe.PPKMS"),
		"field in a hierarchy":           merged(replaced(1, "[6 0 R]", "[10 0 R]"), map[int]string{10: "<< /T (form1) /Kids [11 0 R] >>", 11: "<< /T (page1) /Parent 10 0 R /Kids [6 0 R] >>"}),
		"widget apart from its field":    merged(replaced(1, "[6 0 R]", "[10 0 R]"), map[int]string{6: "<< /Type /Annot /Subtype /Widget /Parent 10 0 R /F 132 /Rect [0 0 0 0] /P 3 0 R >>", 10: "<< /FT /Sig /T (agency) /V 7 0 R /Kids [6 0 R] >>"}),
		"type of the field inherited":    merged(replaced(1, "[6 0 R]", "[10 0 R]"), map[int]string{6: "<< /Type /Annot /Subtype /Widget /Parent 10 0 R /T (a) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 7 0 R >>", 10: "<< /FT /Sig /T (agency) /Kids [6 0 R] >>"}),
		"no page, no annotation":         merged(replaced(3, " /Annots [6 0 R]", ""), map[int]string{6: "<< /FT /Sig /T (agency) /V 7 0 R >>"}),
		"everything an object":           merged(replaced(1, "<< /Fields [6 0 R] /SigFlags 3 >>", "10 0 R"), map[int]string{3: strings.Replace(wholeObjects("")[3], "[6 0 R]", "12 0 R", 1), 10: "<< /Fields 11 0 R /SigFlags 3 /DA (/Helv 0 Tf 0 g ) /DR << /Font << /F1 5 0 R >> >> >>", 11: "[6 0 R]", 12: "[6 0 R]"}),
		"seal in layers":                 visible,
		"text field filled and drawn":    merged(merged(replaced(1, "[6 0 R]", "[6 0 R 10 0 R]"), sealForm()), map[int]string{10: "<< /Type /Annot /Subtype /Widget /FT /Tx /T (no) /V (TEST) /DA (/F1 9 Tf 0 g) /F 4 /Rect [10 10 90 30] /P 3 0 R /AP << /N 22 0 R >> >>", 3: strings.Replace(wholeObjects("")[3], "[6 0 R]", "[10 0 R 6 0 R]", 1)}),
		"validation data from the start": merged(replaced(1, "/Pages", "/DSS << /Certs [10 0 R] >> /Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >> /Pages"), map[int]string{10: stringStream(sharedLab().root.Certificate)}),
		"certified from the start":       merged(replaced(1, "/Pages", "/Perms << /DocMDP 7 0 R >> /Pages"), map[int]string{7: strings.Replace(wholeObjects("")[7], "/Type /Sig ", "/Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 /V /1.2 >> >>] ", 1)}),
		"outline, names, labels, metadata": merged(replaced(1, "/Pages", "/Outlines 10 0 R /Names << /Dests << /Names [(a) [3 0 R /Fit]] >> >> /PageLabels << /Nums [0 << /S /D >>] >> /Metadata 11 0 R /Lang (zh-CN) /OpenAction [3 0 R /Fit] /Pages"),
			map[int]string{10: "<< /Type /Outlines /First 12 0 R /Last 12 0 R /Count 1 >>", 11: "<< /Type /Metadata /Subtype /XML /Length 12 >>\nstream\n<x:xmpmeta/>\nendstream", 12: "<< /Title (x) /Parent 10 0 R /Dest [3 0 R /XYZ 0 842 0] >>"}),
		"page tree of several levels":      merged(replaced(2, "[3 0 R]", "[10 0 R]"), map[int]string{10: "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>", 3: strings.Replace(wholeObjects("")[3], "/Parent 2 0 R", "/Parent 10 0 R", 1)}),
		"contents in pieces, length apart": merged(replaced(3, "/Contents 4 0 R", "/Contents [4 0 R 10 0 R]"), map[int]string{10: "<< /Length 11 0 R >>\nstream\nq Q\nendstream", 11: "3"}),
	}
}

func stringStream(b []byte) string {
	return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(b), b)
}

// TestLayouts: documents signed as they were written are valid, whatever signed
// them, and stay so with validation data, a time-stamp, or as one of several.
func TestLayouts(t *testing.T) {
	l := sharedLab()
	for name, objects := range layouts() {
		for _, a := range []signing.Algorithm{signing.RSA, signing.SM2} {
			t.Run(name+"/"+string(a), func(t *testing.T) {
				pdf := whole(t, l.agency[a], objects, "")
				expect(t, l.verify(pdf), schemas.SignatureValid, "")
				for _, streams := range []bool{false, true} {
					expect(t, l.verify(stamp(t, l, dss(t, l, pdf, streams), streams)), schemas.SignatureValid, schemas.ReasonExtended)
				}
				if strings.HasPrefix(name, "certified") {
					return // permits no more signatures
				}
				person := whole(t, l.person, objects, "")
				both := l.sign(t, person, l.agency[a], signing.Options{Streams: true, Field: "second"})
				expect(t, l.verify(dss(t, l, both, false)), schemas.SignatureValid, schemas.ReasonBetweenSigns)
			})
		}
	}
}

// TestTables: how producers write cross-references, ends of lines and of files.
func TestTables(t *testing.T) {
	l := sharedLab()
	agency := l.agency[signing.RSA]
	end := func(change func(s string) string) []byte {
		pdf := whole(t, agency, wholeObjects(""), "")
		at := bytes.LastIndex(pdf, []byte("\nxref\n")) + 1
		// Filled once more: the range ends elsewhere.
		out := []byte(string(pdf[:at]) + change(string(pdf[at:])))
		return fillWhole(t, emptied(out), agency, signing.Options{})
	}
	crlf := func() []byte {
		var b bytes.Buffer
		b.WriteString("%PDF-2.0\r\n%\xe2\xe3\xcf\xd3\r\n")
		objects, at := wholeObjects(""), make(map[int]int)
		for _, n := range slices.Sorted(maps.Keys(objects)) {
			at[n] = b.Len()
			fmt.Fprintf(&b, "%d 0 obj\r\n%s\r\nendobj\r\n", n, objects[n])
		}
		start := b.Len()
		b.WriteString("xref\r\n0 10\r\n0000000000 65535 f\r\n")
		for n := 1; n <= 9; n++ {
			fmt.Fprintf(&b, "%010d 00000 n\r\n", at[n])
		}
		fmt.Fprintf(&b, "trailer<</Size 10/Root 1 0 R/ID[<00><01>]>>\r\nstartxref\r\n%d\r\n%%%%EOF", start)
		return fillWhole(t, b.Bytes(), agency, signing.Options{})
	}
	for name, pdf := range map[string][]byte{
		"as they should be":          end(func(s string) string { return s }),
		"no line end at the end":     end(func(s string) string { return strings.TrimRight(s, "\n") }),
		"carriage return at the end": end(func(s string) string { return strings.TrimRight(s, "\n") + "\r" }),
		"blanks behind, signed":      end(func(s string) string { return s + "\r\n  \n" }),
		"comment before the end":     end(func(s string) string { return strings.Replace(s, "startxref", "% made by x\nstartxref", 1) }),
		"trailer in one line":        end(func(s string) string { return strings.Replace(s, "trailer\n<<", "trailer <<", 1) }),
		"entries of nineteen bytes":  end(func(s string) string { return strings.ReplaceAll(s, " n \n", " n\n") }),
		"subsections": end(func(s string) string {
			return strings.Replace(s, "0 10\n0000000000 65535 f \n", "0 1\n0000000000 65535 f \n1 9\n", 1)
		}),
		"line ends of Windows, no end": crlf(),
		"identifier and information":   whole(t, agency, merged(wholeObjects(""), map[int]string{10: "<< /Producer (x) /ModDate (D:20260601) >>"}), "/Size 11 /Info 10 0 R /ID [<AB> <CD>]"),
		"Size too great":               whole(t, agency, wholeObjects(""), "/Size 500"),
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, l.verify(pdf), schemas.SignatureValid, "")
			for _, streams := range []bool{false, true} {
				expect(t, l.verify(stamp(t, l, dss(t, l, pdf, streams), streams)), schemas.SignatureValid, schemas.ReasonExtended)
			}
		})
	}
}

// emptied takes out the signature of a document written whole.
func emptied(pdf []byte) []byte {
	at := bytes.Index(pdf, []byte("/Contents <")) + len("/Contents <")
	for i := range 2 * wholeRoom {
		pdf[at+i] = '0'
	}
	r := bytes.Index(pdf, []byte("/ByteRange [")) + len("/ByteRange [")
	for i := r; pdf[i] != ']'; i++ {
		pdf[i] = ' '
	}
	return pdf
}
