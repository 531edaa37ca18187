package revision

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
)

// ErrPassword tells that the document cannot be opened without a password or a
// certificate. Owner restrictions with an empty user password are fine.
var ErrPassword = errors.New("document needs a password")

// decrypter opens streams and strings of a document under the standard security
// handler with the empty user password (ISO 32000-2, 7.6). Contents of a
// signature is never encrypted, and strings in object streams are not by
// themselves: the same bytes mean another thing there.
type decrypter struct {
	key     []byte
	method  string // of streams: "RC4", "AESV2", "AESV3", "None"
	strings string // of strings
}

var passwordPadding = []byte{
	0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
	0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
}

// Encrypted reports whether the revision is encrypted at all.
func (f *File) Encrypted() bool { return f.Trailer.Get("Encrypt") != nil }

// Forbids reports whether a document is encrypted in the old way (V below 4,
// deprecated by ISO 32000-2, table 20) and its permissions deny signing to
// everybody but its owner (table 22: bits 6 and 9 both clear).
//
// Neither makes a signature unsound: iText's "print and copy only" clears these
// bits, public bodies sign such files, and validators differ (DSS and MuPDF
// find one of the corpus intact, poppler cannot read its signature, the corpus
// calls it broken). So a human decides, by policy; restrictions under the
// encryption that products use today pass without a word. Bit 10, for
// accessibility, is not asked: PDF 2.0 has readers ignore it.
func (f *File) Forbids() bool {
	d := f.Dict(f.Trailer.Get("Encrypt"))
	p, ok := d.Get("P").(int64)
	v, _ := d.Get("V").(int64)
	const sign, fill = 1 << 5, 1 << 8
	return ok && v < 4 && uint32(p)&(sign|fill) == 0
}

// openCrypt prepares decryption once per document; a revision whose Encrypt
// differs from the first one's is refused.
func (f *File) openCrypt() error {
	enc := f.Trailer.Get("Encrypt")
	if f.doc.cryptFor != nil || f.doc.crypt != nil || f.doc.cryptErr != nil {
		if !Equal(enc, f.doc.cryptFor) {
			return errors.New("encryption differs between revisions")
		}
		return f.doc.cryptErr
	}
	if enc == nil {
		return nil
	}
	f.doc.cryptFor = enc
	f.doc.crypt, f.doc.cryptErr = newDecrypter(f, enc)
	return f.doc.cryptErr
}

func newDecrypter(f *File, enc Object) (*decrypter, error) {
	d := f.Dict(enc)
	if d == nil || d.Name("Filter") != "Standard" {
		return nil, ErrPassword
	}
	v, _ := d.Get("V").(int64)
	r, _ := d.Get("R").(int64)
	o, okO := d.Get("O").(String)
	u, okU := d.Get("U").(String)
	p, okP := d.Get("P").(int64)
	if !okO || !okU || !okP || len(o) < 32 || len(u) < 32 {
		return nil, ErrPassword
	}
	c := &decrypter{method: "RC4", strings: "RC4"}
	length := 5
	switch v {
	case 1:
	case 2, 3:
		if n, ok := d.Get("Length").(int64); ok {
			length = int(n / 8)
		}
	case 4, 5:
		length = 16
		var okM, okS bool
		c.method, okM = f.cryptFilter(d, "StmF")
		c.strings, okS = f.cryptFilter(d, "StrF")
		if !okM || !okS {
			return nil, ErrPassword
		}
	default:
		return nil, ErrPassword
	}
	if length < 5 || length > 16 {
		return nil, ErrPassword
	}
	switch {
	case r >= 5 && v == 5:
		ue, _ := d.Get("UE").(String)
		if c.key = keyV5(u, ue, r); c.key == nil {
			return nil, ErrPassword
		}
	case r >= 2 && r <= 4:
		meta, ok := d.Get("EncryptMetadata").(bool)
		var id String
		if ids, _ := f.resolveArray(f.Trailer.Get("ID")); len(ids) > 0 {
			id, _ = ids[0].(String)
		}
		c.key = keyV4(o, uint32(p), id, r, length, !ok || meta)
		if !bytes.Equal(userEntry(c.key, id, r), u[:userLen(r)]) {
			return nil, ErrPassword
		}
	default:
		return nil, ErrPassword
	}
	return c, nil
}

// cryptFilter names the method of the crypt filter that key of d asks for.
func (f *File) cryptFilter(d *Dict, key Name) (method string, ok bool) {
	name := d.Name(key)
	if name == "" || name == "Identity" {
		return "None", true
	}
	switch m := f.Dict(f.Dict(d.Get("CF")).Get(name)).Name("CFM"); m {
	case "V2":
		return "RC4", true
	case "AESV2", "AESV3":
		return string(m), true
	case "None", "":
		return "None", true
	}
	return "", false
}

func (f *File) resolveArray(o Object) (Array, bool) {
	v, err := f.Resolve(o)
	if err != nil {
		return nil, false
	}
	a, ok := v.(Array)
	return a, ok
}

func userLen(r int64) int {
	if r == 2 {
		return 32
	}
	return 16
}

// keyV4 is algorithm 2 with the empty password.
func keyV4(o String, p uint32, id String, r int64, length int, metadata bool) []byte {
	h := md5.New()
	h.Write(passwordPadding)
	h.Write(o[:32])
	var pb [4]byte
	binary.LittleEndian.PutUint32(pb[:], p)
	h.Write(pb[:])
	h.Write(id)
	if r >= 4 && !metadata {
		h.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	key := h.Sum(nil)
	if r >= 3 {
		for range 50 {
			s := md5.Sum(key[:length])
			key = s[:]
		}
	}
	return key[:length]
}

// userEntry is algorithms 4 and 5.
func userEntry(key []byte, id String, r int64) []byte {
	if r == 2 {
		out := make([]byte, 32)
		c, _ := rc4.NewCipher(key)
		c.XORKeyStream(out, passwordPadding)
		return out
	}
	h := md5.New()
	h.Write(passwordPadding)
	h.Write(id)
	out := h.Sum(nil)
	for i := range 20 {
		k := make([]byte, len(key))
		for j := range key {
			k[j] = key[j] ^ byte(i)
		}
		c, _ := rc4.NewCipher(k)
		c.XORKeyStream(out, out)
	}
	return out
}

// keyV5 is algorithm 2.A with the empty user password; nil when it is wrong.
func keyV5(u, ue String, r int64) []byte {
	if len(u) < 48 || len(ue) < 32 {
		return nil
	}
	if !bytes.Equal(hashV5(u[32:40], r), u[:32]) {
		return nil
	}
	block, err := aes.NewCipher(hashV5(u[40:48], r))
	if err != nil {
		return nil
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(key, ue[:32])
	return key
}

// hashV5 is algorithm 2.B for the empty password (SHA-256 alone in R5).
func hashV5(salt []byte, r int64) []byte {
	s := sha256.Sum256(salt)
	k := s[:]
	if r == 5 {
		return k
	}
	for i := 0; ; i++ {
		k1 := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		e := make([]byte, len(k1))
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(e, k1)
		sum := 0
		for _, b := range e[:16] {
			sum += int(b)
		}
		switch sum % 3 {
		case 0:
			h := sha256.Sum256(e)
			k = h[:]
		case 1:
			h := sha512.Sum384(e)
			k = h[:]
		default:
			h := sha512.Sum512(e)
			k = h[:]
		}
		if i >= 63 && int(e[len(e)-1]) <= i-32 {
			return k[:32]
		}
	}
}

// stream decrypts the data of one stream (algorithms 1 and 1.A).
func (c *decrypter) stream(st *Stream) ([]byte, error) {
	if st.Dict.Name("Type") == "XRef" {
		return st.Raw, nil
	}
	return c.open(c.method, st.Raw, st.num, st.gen)
}

// open decrypts data of the object with that number and generation.
func (c *decrypter) open(method string, data []byte, num, gen int) ([]byte, error) {
	if method == "None" {
		return data, nil
	}
	key := c.key
	if method != "AESV3" {
		h := md5.New()
		h.Write(c.key)
		h.Write([]byte{byte(num), byte(num >> 8), byte(num >> 16), byte(gen), byte(gen >> 8)})
		if method == "AESV2" {
			h.Write([]byte("sAlT"))
		}
		key = h.Sum(nil)[:min(16, len(c.key)+5)]
	}
	if method == "RC4" {
		r, err := rc4.NewCipher(key)
		if err != nil {
			return nil, err
		}
		out := make([]byte, len(data))
		r.XORKeyStream(out, data)
		return out, nil
	}
	if len(data) < 32 || len(data)%16 != 0 {
		return nil, errors.New("encrypted data have a broken length")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(data)-16)
	cipher.NewCBCDecrypter(block, data[:16]).CryptBlocks(out, data[16:])
	pad := int(out[len(out)-1])
	if pad < 1 || pad > 16 {
		return nil, errors.New("encrypted data have broken padding")
	}
	return out[:len(out)-pad], nil
}

// object decrypts the strings of an object in place. One that cannot be
// decrypted stays as it is, and makes the object equal to none.
func (c *decrypter) object(ind *Indirect) { ind.Value = c.value(ind, ind.Value) }

func (c *decrypter) value(ind *Indirect, o Object) Object {
	switch o := o.(type) {
	case String:
		if len(o) == 0 {
			return o
		}
		plain, err := c.open(c.strings, o, ind.Num, ind.Gen)
		if err != nil {
			ind.opaque = true
			return o
		}
		return String(plain)
	case Array:
		for i, x := range o {
			o[i] = c.value(ind, x)
		}
	case *Dict:
		_, signature := o.Get("ByteRange").(Array)
		for i := range o.Entries {
			if e := &o.Entries[i]; !signature || e.Key != "Contents" {
				e.Value = c.value(ind, e.Value)
			}
		}
	case *Stream:
		if o.Dict.Name("Type") != "XRef" {
			c.value(ind, o.Dict)
		}
	}
	return o
}
