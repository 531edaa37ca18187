package cms

import (
	"crypto"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"

	"github.com/emmansun/gmsm/sm3"
)

// Hash is a message digest by its usual name: "SHA256", "SM3".
type Hash string

// Digests that signatures use. MD5 and SHA1 are broken or weak; they are
// computed so that a report can say so.
const (
	MD5      Hash = "MD5"
	SHA1     Hash = "SHA1"
	SHA224   Hash = "SHA224"
	SHA256   Hash = "SHA256"
	SHA384   Hash = "SHA384"
	SHA512   Hash = "SHA512"
	SHA3_256 Hash = "SHA3-256"
	SHA3_384 Hash = "SHA3-384"
	SHA3_512 Hash = "SHA3-512"
	SM3      Hash = "SM3"
	Shake256 Hash = "SHAKE256" // 64 bytes, as Ed448 wants (RFC 8419)
)

// New returns a fresh hash.
func (h Hash) New() hash.Hash {
	switch h {
	case MD5:
		return md5.New()
	case SHA1:
		return sha1.New()
	case SHA224:
		return sha256.New224()
	case SHA256:
		return sha256.New()
	case SHA384:
		return sha512.New384()
	case SHA512:
		return sha512.New()
	case SHA3_256:
		return sha3.New256()
	case SHA3_384:
		return sha3.New384()
	case SHA3_512:
		return sha3.New512()
	case SM3:
		return sm3.New()
	case Shake256:
		return &shake{*sha3.NewSHAKE256()}
	}
	return nil
}

// shake is SHAKE256 with 64 bytes of output as a hash.Hash.
type shake struct{ sha3.SHAKE }

func (s *shake) Size() int { return 64 }

func (s *shake) Sum(b []byte) []byte {
	c := s.SHAKE
	out := make([]byte, 64)
	_, _ = c.Read(out)
	return append(b, out...)
}

func (h Hash) sum(b []byte) []byte {
	d := h.New()
	d.Write(b)
	return d.Sum(nil)
}

// std maps to crypto.Hash for RSA; 0 when there is none.
func (h Hash) std() crypto.Hash {
	return map[Hash]crypto.Hash{
		MD5: crypto.MD5, SHA1: crypto.SHA1, SHA224: crypto.SHA224, SHA256: crypto.SHA256,
		SHA384: crypto.SHA384, SHA512: crypto.SHA512,
		SHA3_256: crypto.SHA3_256, SHA3_384: crypto.SHA3_384, SHA3_512: crypto.SHA3_512,
	}[h]
}

// HashByOID names the digest of an algorithm identifier, "" when unknown.
func HashByOID(oid string) Hash {
	switch oid {
	case "1.2.840.113549.2.5":
		return MD5
	case "1.3.14.3.2.26":
		return SHA1
	case "2.16.840.1.101.3.4.2.4":
		return SHA224
	case "2.16.840.1.101.3.4.2.1":
		return SHA256
	case "2.16.840.1.101.3.4.2.2":
		return SHA384
	case "2.16.840.1.101.3.4.2.3":
		return SHA512
	case "2.16.840.1.101.3.4.2.8":
		return SHA3_256
	case "2.16.840.1.101.3.4.2.9":
		return SHA3_384
	case "2.16.840.1.101.3.4.2.10":
		return SHA3_512
	case "2.16.840.1.101.3.4.2.12", "2.16.840.1.101.3.4.2.18":
		return Shake256
	case "1.2.156.10197.1.401", "1.2.156.10197.1.401.1":
		return SM3
	}
	return ""
}
