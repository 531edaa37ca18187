package signature_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

const packet = "<?xpacket begin='' id='W5M0'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><a>%s</a></x:xmpmeta><?xpacket end='w'?>"

// described is a report with an XMP packet as object 60.
func described(t *testing.T) []byte {
	return update(t, report(false), false, func(u *signing.Update) {
		u.SetStream(60, "/Type /Metadata /Subtype /XML ", fmt.Appendf(nil, packet, "1"))
		u.SetRoot("Metadata", ref(60))
		reserve(u, 62)
	})
}

// TestPacketWithValidationData: iText and Acrobat rewrite the XMP packet when
// they append validation data. By itself it has no business there, and it must
// be a packet and no more.
func TestPacketWithValidationData(t *testing.T) {
	l := sharedLab()
	anew := fmt.Sprintf(packet, "2")
	for _, c := range []struct {
		name, keys, data string
		alone            bool
		status           schemas.SignatureStatus
	}{
		{"rewritten", "/Type /Metadata /Subtype /XML ", anew, false, schemas.SignatureValid},
		{"alone", "/Type /Metadata /Subtype /XML ", anew, true, schemas.SignatureModified},
		{"no XML", "/Type /Metadata /Subtype /XML ", "q 1 0 0 rg", false, schemas.SignatureModified},
		{"XML that is not whole", "/Type /Metadata /Subtype /XML ", anew[:60], false, schemas.SignatureModified},
		{"a picture as well", "/Type /Metadata /Subtype /XML /Width 1 /Height 1 ", anew, false, schemas.SignatureModified},
		{"leads on", "/Type /Metadata /Subtype /XML /X 43 0 R ", anew, false, schemas.SignatureModified},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, place := range []int{60, 0} {
				out := update(t, l.sign(t, described(t), l.agency[signing.RSA], signing.Options{}), false, func(u *signing.Update) {
					n := place
					if n == 0 {
						n = u.New()
						u.SetRoot("Metadata", ref(n))
					}
					u.SetStream(n, c.keys, []byte(c.data))
					if !c.alone {
						u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
					}
				})
				expect(t, l.verify(out), c.status, "")
			}
		})
	}
}

// TestResourceIsRenamed: a name in the form's resources may mean another seal,
// unless something that was signed borrows it.
func TestResourceIsRenamed(t *testing.T) {
	l := sharedLab()
	borrow := func(num int) func(u *signing.Update) {
		return func(u *signing.Update) {
			sealFRM(60)(u)
			u.SetStream(61, "/Type /XObject /Subtype /Form /BBox [0 0 90 20] ", []byte("/FRM Do"))
			edit(u, num, "AP", raw("<< /N 61 0 R >>"))
			if num == emptySig {
				edit(u, num, "F", int64(4))
				edit(u, page1, "Annots", raw("[11 0 R 10 0 R]"))
			}
			reserve(u, 62)
		}
	}
	for name, base := range map[string]func(u *signing.Update){"text field": borrow(textField), "seal": borrow(emptySig)} {
		t.Run(name, func(t *testing.T) {
			p := producer{before: base, change: sealFRM(0)}
			expect(t, l.verify(p.build(t, l, l.person, l.agency[signing.RSA])), schemas.SignatureModified, schemas.ReasonChanged)
		})
	}
	t.Run("with validation data", func(t *testing.T) {
		pdf := l.sign(t, update(t, report(false), false, sealFRM(60)), l.agency[signing.RSA], signing.Options{})
		out := update(t, pdf, false, func(u *signing.Update) {
			sealFRM(0)(u)
			u.AddDSS([][]byte{l.root.Certificate}, nil, nil)
		})
		expect(t, l.verify(out), schemas.SignatureModified, schemas.ReasonChanged)
	})
}

// TestVisibleFieldStays: a prepared field that shows something keeps its place.
func TestVisibleFieldStays(t *testing.T) {
	l := sharedLab()
	shown := func(u *signing.Update) {
		u.SetStream(61, "/Type /XObject /Subtype /Form /BBox [0 0 90 20] /Resources << >> ", []byte("0 0 90 20 re f"))
		edit(u, emptySig, "AP", raw("<< /N 61 0 R >>"))
		edit(u, emptySig, "F", int64(4))
		edit(u, emptySig, "Rect", raw("[60 60 150 80]"))
		reserve(u, 62)
	}
	p := producer{before: shown, opts: signing.Options{Field: "reviewer"}, change: func(u *signing.Update) { edit(u, emptySig, "Rect", raw("[0 0 0 0]")) }}
	expect(t, l.verify(p.build(t, l, l.person, l.agency[signing.RSA])), schemas.SignatureModified, schemas.ReasonChanged)
	p = producer{opts: signing.Options{Field: "reviewer"}, change: func(u *signing.Update) { edit(u, emptySig, "Rect", raw("[60 60 150 80]")) }}
	expect(t, l.verify(p.build(t, l, l.person, l.agency[signing.RSA])), schemas.SignatureModified, schemas.ReasonChanged)
}

// TestMovedCatalog: between signers the catalog may move, as it was, to a new
// object; not after the agency, not to one that stood before, and by no detour.
func TestMovedCatalog(t *testing.T) {
	l := sharedLab()
	moved := func(change func(u *signing.Update)) func(u *signing.Update) {
		return func(u *signing.Update) { u.MoveRoot(); change(u) }
	}
	for name, change := range map[string]func(u *signing.Update){
		"pages":  func(u *signing.Update) { u.SetRoot("Pages", ref(page1)) },
		"action": func(u *signing.Update) { u.SetRoot("OpenAction", raw("<< /S /JavaScript /JS (x) >>")) },
		"names":  func(u *signing.Update) { u.SetRoot("Names", raw("<< /Dests << /Names [] >> >>")) },
	} {
		t.Run(name, func(t *testing.T) {
			p := producer{change: moved(change)}
			expect(t, l.verify(p.build(t, l, l.person, l.agency[signing.RSA])), schemas.SignatureModified, schemas.ReasonChanged)
		})
	}
	pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{})
	t.Run("after the agency", func(t *testing.T) {
		out := update(t, pdf, false, func(u *signing.Update) { u.MoveRoot(); u.AddDSS([][]byte{l.root.Certificate}, nil, nil) })
		expect(t, l.verify(out), schemas.SignatureModified, schemas.ReasonChanged)
	})
	t.Run("detour", func(t *testing.T) {
		person := l.sign(t, report(false), l.person, signing.Options{})
		there := update(t, person, false, func(u *signing.Update) { u.MoveRoot(); u.SetRoot("Lang", revision.String("x")) })
		back := update(t, there, false, func(u *signing.Update) { u.Set(u.New(), "<< /Producer (x) >>") })
		at := bytes.LastIndex(back, []byte("/Root "))
		back = append(back[:at:at], bytes.Replace(back[at:], back[at:at+9], []byte("/Root 1 0"), 1)...)
		out := l.sign(t, back, l.agency[signing.RSA], signing.Options{})
		expect(t, l.verify(out), schemas.SignatureModified, schemas.ReasonUpdate)
	})
}

// TestStreamListsItselfAsFree: iText 5 lists the cross-reference stream of an
// update as a free object.
func TestStreamListsItselfAsFree(t *testing.T) {
	l := sharedLab()
	pdf := l.sign(t, report(true), l.agency[signing.RSA], signing.Options{Streams: true})
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	root, _ := f.Root()
	r, _ := f.Trailer.Get("Root").(revision.Ref)
	size, _ := f.Trailer.Get("Size").(int64)
	n := int(size)
	d := &revision.Dict{Entries: append([]revision.Entry{}, root.Entries...)}
	signing.Put(d, "DSS", ref(n))
	extra := ""
	by := func(own string) []byte {
		var b strings.Builder
		at := make(map[int]int)
		for _, o := range []struct {
			num  int
			body string
		}{{r.Num, string(signing.Append(nil, d))}, {n, fmt.Sprintf("<< /Certs [%d 0 R] >>", n+1)}, {n + 1, stringStream(l.root.Certificate)}} {
			at[o.num] = len(pdf) + b.Len()
			fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", o.num, o.body)
		}
		start := len(pdf) + b.Len()
		row := func(kind byte, at int) string {
			return string([]byte{kind, byte(at >> 24), byte(at >> 16), byte(at >> 8), byte(at), 0})
		}
		data := row(1, at[r.Num]) + row(1, at[n]) + row(1, at[n+1])
		index := fmt.Sprintf("%d 1 %d 2", r.Num, n)
		switch own {
		case "free":
			data, index = data+row(0, 0), fmt.Sprintf("%d 1 %d 3", r.Num, n)
		case "elsewhere":
			data, index = data+row(1, at[n]), fmt.Sprintf("%d 1 %d 3", r.Num, n)
		}
		fmt.Fprintf(&b, "%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 1] /Index [%s] /Root %d 0 R /Prev %s %s/Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
			n+2, n+3, index, r.Num, lastStartXRef(pdf), extra, len(data), data, start)
		return append_(pdf, b.String())
	}
	for own, status := range map[string]schemas.SignatureStatus{"free": schemas.SignatureValid, "unlisted": schemas.SignatureValid, "elsewhere": schemas.SignatureModified} {
		t.Run(own, func(t *testing.T) { expect(t, l.verify(by(own)), status, "") })
	}
	t.Run("leads to more than it says", func(t *testing.T) {
		extra = "/XRefStm " + lastStartXRef(pdf) + " "
		expect(t, l.verify(by("free")), schemas.SignatureModified, schemas.ReasonUpdate)
	})
}
