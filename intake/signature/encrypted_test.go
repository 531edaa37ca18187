package signature_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"
	"fmt"
	"strings"
	"testing"

	"jianding/intake/signature/revision"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// locker encrypts documents with owner restrictions alone (ISO 32000-1, 7.6.3,
// revision 4): the password to open them is empty.
type locker struct {
	method string // V2 or AESV2
	key    []byte
}

const passwordPad = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

var ownerEntry = strings.Repeat("o", 32)

const documentID = "jianding"

func newLocker(method string) *locker {
	sum := md5.Sum([]byte(passwordPad + ownerEntry + "\xfc\xff\xff\xff" + documentID))
	for range 50 {
		sum = md5.Sum(sum[:])
	}
	return &locker{method, sum[:]}
}

// dictionary is the Encrypt dictionary.
func (k *locker) dictionary() string {
	sum := md5.Sum([]byte(passwordPad + documentID))
	u := sum[:]
	for i := range 20 {
		key := bytes.Clone(k.key)
		for j := range key {
			key[j] ^= byte(i)
		}
		c, _ := rc4.NewCipher(key)
		c.XORKeyStream(u, u)
	}
	return fmt.Sprintf("<< /Filter /Standard /V 4 /R 4 /Length 128 /P -4 /O <%x> /U <%x%032d> /CF << /StdCF << /CFM /%s /AuthEvent /DocOpen /Length 16 >> >> /StmF /StdCF /StrF /StdCF >>",
		ownerEntry, u, 0, k.method)
}

func (k *locker) lock(num int, data []byte) []byte {
	seed := append(bytes.Clone(k.key), byte(num), byte(num>>8), byte(num>>16), 0, 0)
	if k.method == "AESV2" {
		seed = append(seed, "sAlT"...)
	}
	key := md5.Sum(seed)
	if k.method == "V2" {
		c, _ := rc4.NewCipher(key[:])
		out := make([]byte, len(data))
		c.XORKeyStream(out, data)
		return out
	}
	pad := 16 - len(data)%16
	data = append(bytes.Clone(data), bytes.Repeat([]byte{byte(pad)}, pad)...)
	out := make([]byte, 16+len(data))
	_, _ = rand.Read(out[:16])
	block, _ := aes.NewCipher(key[:])
	cipher.NewCBCEncrypter(block, out[:16]).CryptBlocks(out[16:], data)
	return out
}

// object encrypts the strings and the stream data of an object.
func (k *locker) object(num int, o revision.Object) revision.Object {
	switch o := o.(type) {
	case revision.String:
		return revision.String(k.lock(num, o))
	case revision.Array:
		out := revision.Array{}
		for _, x := range o {
			out = append(out, k.object(num, x))
		}
		return out
	case *revision.Dict:
		out := &revision.Dict{}
		for _, e := range o.Entries {
			signing.Put(out, e.Key, k.object(num, e.Value))
		}
		return out
	case *revision.Stream:
		raw := k.lock(num, o.Raw)
		d, _ := k.object(num, o.Dict).(*revision.Dict)
		signing.Put(d, "Length", int64(len(raw)))
		return &revision.Stream{Dict: d, Raw: raw}
	}
	return o
}

// document encrypts a document, putting the objects of packed into an object
// stream.
func (k *locker) document(t *testing.T, pdf []byte, packed ...int) []byte {
	t.Helper()
	f, err := revision.NewDocument(pdf).Open(len(pdf))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	rows, index := "", ""
	put := func(num, kind, x, y int) {
		index += fmt.Sprintf("%d 1 ", num)
		rows += string([]byte{byte(kind), byte(x >> 24), byte(x >> 16), byte(x >> 8), byte(x), byte(y)})
	}
	write := func(num int, o revision.Object) {
		put(num, 1, b.Len(), 0)
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", num, signing.Append(nil, o))
	}
	const container, encrypt, xref = 200, 201, 202
	head, data := "", ""
	for _, num := range f.Numbers() {
		o, err := f.Object(num)
		if err != nil {
			t.Fatal(err)
		}
		at := -1
		for i, p := range packed {
			if p == num {
				at = i
			}
		}
		switch {
		case o == nil:
		case at >= 0:
			put(num, 2, container, at)
			head += fmt.Sprintf("%d %d ", num, len(data))
			data += string(signing.Append(nil, o)) + " "
		default:
			write(num, k.object(num, o))
		}
	}
	if len(packed) > 0 {
		d := raw(fmt.Sprintf("<< /Type /ObjStm /N %d /First %d >>", len(packed), len(head))).(*revision.Dict)
		write(container, k.object(container, &revision.Stream{Dict: d, Raw: []byte(head + data)}))
	}
	put(encrypt, 1, b.Len(), 0)
	fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", encrypt, k.dictionary())
	at := b.Len()
	put(xref, 1, at, 0)
	fmt.Fprintf(&b, "%d 0 obj\n<< /Type /XRef /W [1 4 1] /Index [%s] /Size %d /Root 1 0 R /Info 6 0 R /Encrypt %d 0 R /ID [(%s) (%s)] /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		xref, strings.TrimSpace(index), xref+1, encrypt, documentID, documentID, len(rows), rows, at)
	return b.Bytes()
}

func rawUpdate(t *testing.T, pdf []byte) *signing.Update {
	t.Helper()
	u, err := signing.NewRawUpdate(pdf, false)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestEncryptedStringsMove: what an object stream holds is encrypted with the
// stream, a string outside by itself. The same bytes in the other place mean
// something else.
func TestEncryptedStringsMove(t *testing.T) {
	l := sharedLab()
	note := "<< /Type /Annot /Subtype /FreeText /Rect [60 740 460 780] /F 4 /Contents (%s) /DA (/F1 12 Tf) >>"
	for _, method := range []string{"V2", "AESV2"} {
		k := newLocker(method)
		base := update(t, report(false), false, func(u *signing.Update) {
			u.Set(60, fmt.Sprintf(note, "Dsu-Dsu-Dsu-Dsu-Dsu-Dsu-Dsu-Dsu-Dsu-Dsu-Dsu-Dsu"))
			reserve(u, 61)
			edit(u, 42, "Annots", revision.Array{ref(60)})
		})
		signAs := func(pdf []byte, s signing.Signer, change func(u *signing.Update)) []byte {
			u := rawUpdate(t, pdf)
			if change != nil {
				change(u)
			}
			out, err := signing.SignUpdate(u, s, signing.Options{OmitFromPage: true})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		addDSS := func(pdf []byte, change func(u *signing.Update)) []byte {
			u := rawUpdate(t, pdf)
			n, d := u.New(), u.New()
			u.SetStream(n, "", k.lock(n, l.root.Certificate))
			u.Set(d, fmt.Sprintf("<< /Certs [%d 0 R] >>", n))
			u.SetRoot("DSS", ref(d))
			change(u)
			return u.Bytes("")
		}
		for name, c := range map[string]struct {
			packed []int
			change func(u *signing.Update)
			status schemas.SignatureStatus
		}{
			"DSS alone":                     {[]int{60}, func(*signing.Update) {}, schemas.SignatureValid},
			"out of the stream, same bytes": {[]int{60}, func(u *signing.Update) { u.SetObject(60, u.Dict(60)) }, schemas.SignatureModified},
			"out of the stream, same text":  {[]int{60}, func(u *signing.Update) { u.SetObject(60, k.object(60, u.Dict(60))) }, schemas.SignatureValid},
			"encrypted anew":                {nil, func(u *signing.Update) { u.SetObject(60, k.object(60, u.Dict(60))) }, schemas.SignatureValid},
			"other text":                    {nil, func(u *signing.Update) { u.SetObject(60, k.object(60, raw(fmt.Sprintf(note, "Bsu")))) }, schemas.SignatureModified},
			"left in clear":                 {nil, func(u *signing.Update) { u.SetObject(60, u.Dict(60)) }, schemas.SignatureModified},
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				pdf := signAs(k.document(t, base, c.packed...), l.agency[signing.RSA], nil)
				expect(t, l.verify(pdf), schemas.SignatureValid, "")
				expect(t, l.verify(addDSS(pdf, c.change)), c.status, "")
			})
		}
		t.Run(method+"/prepared field is encrypted anew with the signature", func(t *testing.T) {
			pdf := signAs(k.document(t, base), l.person, nil)
			out := signAs(pdf, l.agency[signing.RSA], func(u *signing.Update) { u.SetObject(textField, k.object(textField, u.Dict(textField))) })
			expect(t, l.verify(out), schemas.SignatureValid, schemas.ReasonBetweenSigns)
		})
	}
}
