package signature_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// brokenReport has an object that page 2 refers to and that is no PDF.
func brokenReport(body string) []byte {
	u, err := signing.NewUpdate(report(false), false)
	if err != nil {
		panic(err)
	}
	u.Set(60, body)
	edit(u, 42, "PieceInfo", ref(60))
	reserve(u, 260)
	return u.Bytes("")
}

// TestBrokenAsSigned: what was broken when it was signed is no change, whatever
// follows, unless another reader could see it lead to what follows.
func TestBrokenAsSigned(t *testing.T) {
	l := sharedLab()
	for _, c := range []struct {
		name, body string
		status     schemas.SignatureStatus
	}{
		{"key without value", "<< /Left /Over /Odd >>", schemas.SignatureValid},
		{"word that is none", "<< /Odd nothing >>", schemas.SignatureValid},
		{"not closed", "<< /Odd [701 702", schemas.SignatureValid},
		{"numbers of their own kind", "<< /Matrix [1e-05 --5 0.0.1 +-2 0 0] >>", schemas.SignatureValid},
		{"leads to what is not there yet", fmt.Sprintf("<< /Left /Over /Odd nothing /To %d 0 R >>", unborn), schemas.SignatureModified},
		{"leads there in its own way", fmt.Sprintf("<< /Odd nothing /To %d%%\n0 R >>", unborn), schemas.SignatureModified},
	} {
		t.Run(c.name, func(t *testing.T) {
			pdf := l.sign(t, brokenReport(c.body), l.agency[signing.RSA], signing.Options{})
			expect(t, l.verify(pdf), schemas.SignatureValid, "")
			expect(t, l.verify(disguise("(x)")(t, l, pdf)), c.status, "")
		})
	}
}

// TestEntryThatLeadsNowhere: some producers list objects that they never wrote.
func TestEntryThatLeadsNowhere(t *testing.T) {
	l := sharedLab()
	base := update(t, report(false), false, func(u *signing.Update) {
		u.Set(62, "<< /Last /One >>")
		edit(u, 42, "PieceInfo", ref(61))
	})
	entry := fmt.Sprintf("62 1\n%010d 00000 n ", place(t, base, 62))
	if !bytes.Contains(base, []byte(entry)) {
		t.Fatal("no such entry")
	}
	at := bytes.LastIndex(base, []byte("\nxref\n")) + 1
	tail := strings.Replace(string(base[at:]), entry, "61 2\n0000000017 00000 n \n"+entry[len("62 1\n"):], 1)
	base = append_(base[:at], tail)
	pdf := l.sign(t, base, l.agency[signing.RSA], signing.Options{})
	expect(t, l.verify(dss(t, l, pdf, false)), schemas.SignatureValid, schemas.ReasonExtended)
}

// TestOddNumberStays: a number that readers take differently is equal to itself
// alone.
func TestOddNumberStays(t *testing.T) {
	l := sharedLab()
	base := update(t, report(false), false, func(u *signing.Update) { edit(u, page1, "CropBox", raw("[0 0 1e3 --842]")) })
	pdf := l.sign(t, base, l.person, signing.Options{})
	for box, status := range map[string]schemas.SignatureStatus{"[0 0 0.0 0.0]": schemas.SignatureModified, "[0 0 1000 842]": schemas.SignatureModified} {
		u, err := signing.NewUpdate(pdf, false)
		if err != nil {
			t.Fatal(err)
		}
		edit(u, page1, "CropBox", raw(box))
		out, err := signing.SignUpdate(u, l.agency[signing.RSA], signing.Options{At: signedAt})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, l.verify(out), status, schemas.ReasonChanged)
	}
}
