package cms

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"math/big"
)

// verifyWide is PKCS #1 v1.5 verification (RFC 8017, 8.2.2) for what crypto/rsa
// refuses: public exponents over 31 bits, which some trust centres use, and keys
// under 1024 bits, which are weak and not wrong.
// The expected block is built and compared whole, so that no padding is parsed.
func verifyWide(pub *rsa.PublicKey, h crypto.Hash, digest, sig []byte) bool {
	prefix := map[crypto.Hash]string{
		crypto.SHA1:   "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
		crypto.SHA224: "\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c",
		crypto.SHA256: "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
		crypto.SHA384: "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
		crypto.SHA512: "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
	}[h]
	size := (pub.N.BitLen() + 7) / 8
	s := new(big.Int).SetBytes(sig)
	if prefix == "" || len(sig) != size || s.Cmp(pub.N) >= 0 || size < len(prefix)+len(digest)+11 {
		return false
	}
	want := append([]byte(prefix), digest...)
	block := bytes.Repeat([]byte{0xff}, size)
	block[0], block[1], block[size-len(want)-1] = 0, 1, 0
	copy(block[size-len(want):], want)
	got := s.Exp(s, big.NewInt(int64(pub.E)), pub.N).FillBytes(make([]byte, size))
	return bytes.Equal(got, block)
}

// verifyWidePSS is RSASSA-PSS verification (RFC 8017, 8.1.2 and 9.1.2) for the
// same keys, for an empty salt, and for a mask by another hash than the message's.
func verifyWidePSS(pub *rsa.PublicKey, scheme Scheme, digest, sig []byte) bool {
	saltLen := scheme.salt
	bits := pub.N.BitLen() - 1
	size := (bits + 7) / 8
	s := new(big.Int).SetBytes(sig)
	if len(sig) != (pub.N.BitLen()+7)/8 || s.Cmp(pub.N) >= 0 {
		return false
	}
	m := s.Exp(s, big.NewInt(int64(pub.E)), pub.N)
	if m.BitLen() > bits {
		return false
	}
	em := m.FillBytes(make([]byte, size))
	hLen := len(digest)
	if size < hLen+saltLen+2 || em[size-1] != 0xbc {
		return false
	}
	db, hash := em[:size-hLen-1], em[size-hLen-1:size-1]
	unused := uint(8*size - bits)
	if db[0]>>(8-unused) != 0 {
		return false
	}
	for i, b := range mgf1(scheme.mgf, hash, len(db)) {
		db[i] ^= b
	}
	db[0] &= 0xff >> unused
	split := len(db) - saltLen - 1
	if len(bytes.TrimLeft(db[:split], "\x00")) > 0 || db[split] != 1 {
		return false
	}
	check := append(make([]byte, 8), digest...)
	check = append(check, db[split+1:]...)
	return bytes.Equal(scheme.Hash.sum(check), hash)
}

// mgf1 is RFC 8017, B.2.1.
func mgf1(h Hash, seed []byte, n int) []byte {
	var out []byte
	for i := uint32(0); len(out) < n; i++ {
		block := append(bytes.Clone(seed), byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
		out = append(out, h.sum(block)...)
	}
	return out[:n]
}
