package signing

import (
	"crypto/rand"
	"time"

	"jianding/intake/signature/cms"
)

// Seal is an electronic seal: who made it, for whom.
type Seal struct {
	Version int    // 1, 4 or 5
	Name    string // of the seal
	Maker   Signer
	Holders [][]byte // certificates that may use it
	From    time.Time
	Until   time.Time
	Picture []byte
	// MakerSignsAll: the maker signed certificate and algorithm with the
	// seal's information (the standard's reading), not the information alone.
	MakerSignsAll bool
	// ByDigest lists holders by digest (V4).
	ByDigest bool
}

// encode builds SES_Seal.
func (s Seal) encode(f Faults) ([]byte, error) {
	alg := s.Maker.algorithm()
	h := hashFor(alg)
	algOID := signatureOID(alg)
	holders := s.Holders
	if f.SealUnlistedSigner {
		holders = [][]byte{s.Maker.Certificate}
	}
	until := s.Until
	if f.SealExpired {
		until = s.From.AddDate(0, 0, 1)
	}
	var list [][]byte
	for _, c := range holders {
		if s.ByDigest && s.Version > 1 {
			list = append(list, sequence([]byte{0x13, 3, 'S', 'M', '3'}, octets(cms.SM3.Sum(c))))
		} else {
			list = append(list, octets(c))
		}
	}
	stamp := generalizedTime
	property := [][]byte{integer(1), utf8(s.Name)}
	if s.Version == 1 {
		stamp = utcTime
	} else {
		kind := int64(1)
		if s.ByDigest {
			kind = 2
		}
		property = append(property, integer(kind))
	}
	property = append(property, sequence(list...), stamp(s.From), stamp(s.From), stamp(until))
	info := sequence(
		sequence(ia5("ES"), integer(int64(s.Version)), ia5("JIANDING")),
		ia5("SEAL-0001"), sequence(property...),
		sequence(ia5("PNG"), octets(s.Picture), integer(42), integer(42)))
	tbs := info
	if s.MakerSignsAll {
		tbs = sequence(info, octets(s.Maker.Certificate), oid(algOID))
	}
	value, err := signMessage(rand.Reader, s.Maker.Key, alg, h, tbs, false)
	if err != nil {
		return nil, err
	}
	if f.SealOtherMaker {
		value[len(value)-1] ^= 1
	}
	if s.Version == 1 {
		return sequence(info, sequence(octets(s.Maker.Certificate), oid(algOID), bits(value))), nil
	}
	return sequence(info, octets(s.Maker.Certificate), oid(algOID), bits(value)), nil
}

func signatureOID(a Algorithm) string {
	switch a {
	case RSA:
		return "1.2.840.113549.1.1.11"
	case ECDSA:
		return "1.2.840.10045.4.3.2"
	}
	return "1.2.156.10197.1.501"
}

// sign builds SES_Signature over message.
func (s Seal) sign(by Signer, message []byte, at time.Time, f Faults, stamp func([]byte) ([]byte, error)) ([]byte, error) {
	if f.SealUnknown {
		return sequence(integer(9), octets([]byte("vendor"))), nil
	}
	seal, err := s.encode(f)
	if err != nil {
		return nil, err
	}
	alg := by.algorithm()
	h := hashFor(alg)
	algOID := signatureOID(alg)
	when := generalizedTime(at)
	if s.Version == 1 {
		when = bits([]byte(at.UTC().Format("20060102150405Z")))
	}
	tbs := [][]byte{integer(int64(s.Version)), seal, when, bits(h.Sum(message)), ia5("/Contents")}
	if s.Version == 1 {
		tbs = append(tbs, octets(by.Certificate), oid(algOID))
	}
	raw := sequence(tbs...)
	value, err := signMessage(rand.Reader, by.Key, alg, h, raw, f.EmptySM2ID)
	if err != nil {
		return nil, err
	}
	if f.BadValue {
		value[len(value)-1] ^= 1
	}
	if s.Version == 1 {
		return sequence(raw, bits(value)), nil
	}
	parts := [][]byte{raw, octets(by.Certificate), oid(algOID), bits(value)}
	if stamp != nil {
		stamped := value
		if f.ForeignTimeStamp {
			stamped = []byte("another signature")
		}
		token, err := stamp(stamped)
		if err != nil {
			return nil, err
		}
		parts = append(parts, context(0, bits(token)))
	}
	return sequence(parts...), nil
}
