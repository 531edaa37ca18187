package signature_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
)

// The makers of documents that cost: each lets one part of the structure grow
// until some limit must hold.

// numbered has a table with an entry for every number up to n.
func numbered(n int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n")
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", n)
	for range n - 1 {
		b.WriteString("0000000009 00000 n \n")
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", n, at)
	return b.Bytes()
}

// scattered has objects far apart in number, and signatures upon them.
func (l *lab) scattered(t testing.TB) []byte {
	u, err := signing.NewUpdate(report(false), false)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1000; n < 8_000_000; n += 400 {
		u.Set(n, "null")
	}
	pdf := u.Bytes("")
	for i := range 8 {
		pdf = l.sign(t, pdf, l.agency[signing.ECDSA], signing.Options{Room: 2048, Field: fmt.Sprintf("s%d", i)})
	}
	return pdf
}

func packed(data []byte) []byte {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		panic(err)
	}
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

// streamed writes objects with a cross-reference stream that places number
// 10+i into container i.
func streamed(containers [][]byte, dict string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n")
	rows := []byte("\x00\x00\x00\x00\x00\x00" + "\x01\x00\x00\x00\x09\x00")
	index := "0 2"
	first := 100_000
	for i, c := range containers {
		at := b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n<< /Type /ObjStm %s /Filter /FlateDecode /Length %d >>\nstream\n", first+i, dict, len(c))
		b.Write(c)
		b.WriteString("\nendstream\nendobj\n")
		rows = append(rows, 1, byte(at>>24), byte(at>>16), byte(at>>8), byte(at), 0)
	}
	index += fmt.Sprintf(" %d %d", first, len(containers))
	index += fmt.Sprintf(" 10 %d", len(containers))
	for i := range containers {
		c := first + i
		rows = append(rows, 2, byte(c>>24), byte(c>>16), byte(c>>8), byte(c), 0)
	}
	at := b.Len()
	data := packed(rows)
	fmt.Fprintf(&b, "9 0 obj\n<< /Type /XRef /W [1 4 1] /Index [%s] /Size 200000 /Root 1 0 R /Filter /FlateDecode /Length %d >>\nstream\n", index, len(data))
	b.Write(data)
	fmt.Fprintf(&b, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", at)
	return b.Bytes()
}

// packedApart has n object streams of one object each.
func packedApart(n int) []byte {
	containers := make([][]byte, n)
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for i := range containers {
		b.Reset()
		z.Reset(&b)
		fmt.Fprintf(z, "%d 0 << /Subtype /X >>", 10+i)
		_ = z.Close()
		containers[i] = bytes.Clone(b.Bytes())
	}
	return streamed(containers, "/N 1 /First 5")
}

// inflated has object streams that grow a thousandfold.
func inflated(size int) []byte {
	big := packed(append([]byte("10 0 "), bytes.Repeat([]byte(" "), size)...))
	return streamed([][]byte{big, big, big, big, big, big}, "/N 1 /First 5")
}

// updated makes one update and signs what comes of it n times.
func (l *lab) updated(t testing.TB, pdf []byte, n int, change func(*signing.Update)) []byte {
	u, err := signing.NewUpdate(pdf, false)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(u)
		pdf = u.Bytes("")
	}
	for i := range n {
		pdf = l.sign(t, pdf, l.agency[signing.ECDSA], signing.Options{Room: 1500, Field: fmt.Sprintf("s%d", i)})
	}
	return pdf
}

// form adds n fields.
func form(u *signing.Update, n int, keys string) {
	fields := revision.Array{}
	for i := range n {
		num := u.New()
		u.Set(num, fmt.Sprintf("<< %s /T (f%d) >>", keys, i))
		fields = append(fields, revision.Ref{Num: num})
	}
	list := u.New()
	u.SetObject(list, fields)
	u.SetRoot("AcroForm", &revision.Dict{Entries: []revision.Entry{{Key: "Fields", Value: revision.Ref{Num: list}}}})
}

// lists gives the catalog and the first page arrays of n references.
func lists(u *signing.Update, n int) {
	a := make(revision.Array, n)
	for i := range a {
		a[i] = revision.Ref{Num: 3}
	}
	u.SetRoot("Zz", a)
	page := u.Dict(page1)
	signing.Put(page, "Annots", a)
	u.SetObject(page1, page)
}

// lattice hangs dictionaries below the catalog that each lead twice to the
// next, direct ones and references mixed.
func lattice(u *signing.Update) {
	next := u.New()
	u.Set(next, "<< >>")
	for range 3000 {
		num := u.New()
		u.Set(num, strings.Repeat("[ ", 20)+fmt.Sprintf("%d 0 R %d 0 R << /A %d 0 R >>", next, next, next)+strings.Repeat("] ", 20))
		next = num
	}
	u.SetRoot("Zz", revision.Ref{Num: next})
}

// rewritten signs n times and lists all objects in each table, as some
// producers do.
func (l *lab) rewritten(t testing.TB, pdf []byte, n int) []byte {
	for i := range n {
		u, err := signing.NewUpdate(pdf, false)
		if err != nil {
			t.Fatal(err)
		}
		if i%8 == 0 { // the signing package writes objects, not bare entries
			page := u.Dict(page1)
			u.SetObject(page1, page)
		}
		if pdf, err = signing.SignUpdate(u, l.person, signing.Options{Room: 1500, Field: fmt.Sprintf("s%d", i), At: signedAt}); err != nil {
			t.Fatal(err)
		}
	}
	return l.sign(t, pdf, l.agency[signing.RSA], signing.Options{Field: "agency"})
}

// store signs and stamps with a DSS of many items each time.
func (l *lab) store(t testing.TB, stamps, items int) []byte {
	pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Field: "agency"})
	certs := make([][]byte, items)
	crls := make([][]byte, 100)
	for i := range certs {
		certs[i] = l.root.Certificate
	}
	for i := range crls {
		crls[i] = l.root.CRL(crlFrom, crlUntil.AddDate(0, 0, i), nil)
	}
	for i := range stamps {
		c, r := certs[:1], crls[:1]
		if i == 0 {
			c, r = certs, crls
		}
		var err error
		if pdf, err = signing.AppendDSS(pdf, false, c, r, nil); err != nil {
			t.Fatal(err)
		}
		pdf = l.sign(t, pdf, l.tsa, signing.Options{Format: signing.Stamp, Room: 2048, Field: fmt.Sprintf("t%d", i)})
	}
	return pdf
}

// crowd has signatures of a stranger, with a hundred authorities in the store
// that could all be the one that issued the certificate.
func (l *lab) crowd(t testing.TB, n int) []byte {
	pdf := report(false)
	certs := make([][]byte, 0, 100)
	for range 100 {
		ca, err := signing.NewAuthority(signing.ECDSA, "测试根 RSA")
		if err != nil {
			t.Fatal(err)
		}
		certs = append(certs, ca.Certificate)
	}
	for i := range n {
		pdf = l.sign(t, pdf, l.stranger, signing.Options{Room: 2048, Field: fmt.Sprintf("s%d", i)})
	}
	pdf, err := signing.AppendDSS(pdf, false, certs, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// updates appends n updates of validation data.
func (l *lab) updates(t testing.TB, n int) []byte {
	pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Field: "agency"})
	for range n {
		var err error
		if pdf, err = signing.AppendDSS(pdf, false, [][]byte{l.root.Certificate}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	return pdf
}

// sections chains empty cross-reference sections.
func sections(root string) string {
	var b strings.Builder
	b.WriteString(root)
	prev := -1
	for range 5000 {
		at := len("%PDF-1.7\n") + b.Len()
		p := ""
		if prev >= 0 {
			p = fmt.Sprintf("/Prev %d", prev)
		}
		fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R %s >>\n", p)
		prev = at
	}
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", prev)
	return b.String()
}

func blank(n int) [][]string {
	pages := make([][]string, n)
	for i := range pages {
		pages[i] = []string{"页"}
	}
	return pages
}

// stamped is a long report with a time-stamp each year.
func (l *lab) stamped(t testing.TB, pages, stamps int) []byte {
	pdf := l.sign(t, signing.Document{Pages: blank(pages)}.Bytes(), l.agency[signing.RSA], signing.Options{})
	for i := range stamps {
		pdf = l.sign(t, pdf, l.tsa, signing.Options{Format: signing.Stamp, Room: 2048, Field: fmt.Sprintf("t%d", i)})
	}
	return pdf
}
