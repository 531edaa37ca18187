package cms

import (
	"bytes"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Seal is an electronic seal signature (SES_Signature): GM/T 0031-2014 (V1),
// GB/T 38540-2020 (V4) or GM/T 0031-2025 (V5, of V4's shape).
type Seal struct {
	Version    int
	ID         string // of the seal
	Name       string // of the seal: usually the organisation
	Created    time.Time
	ValidFrom  time.Time
	ValidUntil time.Time
	SignedAt   time.Time // claimed, zero when absent
	Signer     *Certificate
	Maker      *Certificate
	TimeStamp  []byte // RFC 3161 token over the signature value, nil when absent
	Signature  []byte

	dataHash  []byte
	tbs       []byte
	algorithm string
	allowed   [][]byte // certificates, DER
	digests   []certDigest
	info      []byte   // SES_SealInfo
	makerTBS  [][]byte // the readings of what the maker signed
	makerAlg  string
	makerSig  []byte
}

type certDigest struct {
	alg   string
	value []byte
}

// ErrSeal tells that the value is not an electronic seal of a known version.
var ErrSeal = errors.New("not a known electronic seal")

// ParseSeal reads a seal; zero bytes may follow it, nothing else.
func ParseSeal(contents []byte) (*Seal, error) {
	e, rest, err := read(contents)
	if err != nil || !e.is(0, tagSequence) {
		return nil, ErrSeal
	}
	c := open(e, 0, tagSequence)
	if c.err != nil || len(c.list) < 2 || len(c.list) > 5 || !c.list[0].is(0, tagSequence) {
		return nil, ErrSeal
	}
	if len(bytes.TrimLeft(rest, "\x00")) > 0 {
		return nil, ErrTrailing
	}
	s := &Seal{}
	if len(c.list) == 2 {
		err = s.parseV1(c)
	} else {
		err = s.parseV4(c)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeal, err)
	}
	return s, nil
}

// parseV1: SEQUENCE { toSign, signature }, certificate and algorithm inside
// toSign.
func (s *Seal) parseV1(c *cursor) error {
	tbs := c.next()
	s.tbs = tbs.raw
	var err error
	s.Signature, err = c.next().bits()
	c.fail(err)
	t := open(tbs, 0, tagSequence)
	c.fail(s.parseVersion(t.next()))
	c.fail(s.parseSeal(t.next(), true))
	s.SignedAt = looseTime(t.next())
	s.dataHash, err = t.next().bits()
	t.fail(err)
	t.next() // propertyInfo
	c.fail(s.parseSigner(t.next()))
	s.algorithm, err = t.next().oid()
	t.fail(err)
	t.optional(2, 0)
	c.fail(t.end())
	return c.end()
}

// parseV4: SEQUENCE { toSign, cert, algorithm, signature, [0] timeStamp }.
func (s *Seal) parseV4(c *cursor) error {
	tbs := c.next()
	s.tbs = tbs.raw
	c.fail(s.parseSigner(c.next()))
	var err error
	s.algorithm, err = c.next().oid()
	c.fail(err)
	s.Signature, err = c.next().bits()
	c.fail(err)
	if ts, ok := c.optional(2, 0); ok {
		s.TimeStamp = token(ts)
	}
	t := open(tbs, 0, tagSequence)
	c.fail(s.parseVersion(t.next()))
	c.fail(s.parseSeal(t.next(), false))
	s.SignedAt = looseTime(t.next())
	s.dataHash, err = t.next().bits()
	t.fail(err)
	t.next() // propertyInfo
	t.optional(2, 0)
	c.fail(t.end())
	return c.end()
}

// token unwraps the time-stamp, explicitly or implicitly tagged.
func token(e element) []byte {
	if e.constructed {
		if in := open(e, 2, 0).next(); in.is(0, tagBitString) {
			b, _ := in.bits()
			return b
		} else if in.is(0, tagSequence) || in.is(0, tagOID) {
			return e.content
		}
		return nil
	}
	if len(e.content) > 0 && e.content[0] == 0 {
		return e.content[1:]
	}
	return nil
}

func (s *Seal) parseVersion(e element) error {
	n, err := e.integer()
	if err != nil || !n.IsInt64() || n.Int64() < 1 || n.Int64() > 5 {
		return errBER
	}
	s.Version = int(n.Int64())
	return nil
}

func (s *Seal) parseSigner(e element) error {
	if !e.is(0, tagOctetString) || e.constructed {
		return errBER
	}
	var err error
	s.Signer, err = ParseCertificate(e.content)
	return err
}

// parseSeal reads SES_Seal: info and the maker's certificate, algorithm and
// signature, in V1 gathered in a sequence of their own.
func (s *Seal) parseSeal(e element, nested bool) error {
	c := open(e, 0, tagSequence)
	info := c.next()
	s.info = info.raw
	m := c
	if nested {
		m = open(c.next(), 0, tagSequence)
	}
	cert := m.next()
	alg := m.next()
	sig := m.next()
	if err := m.end(); err != nil {
		return err
	}
	if err := c.end(); err != nil {
		return err
	}
	var err error
	if !cert.is(0, tagOctetString) {
		return errBER
	}
	if s.Maker, err = ParseCertificate(cert.content); err != nil {
		return err
	}
	if s.makerAlg, err = alg.oid(); err != nil {
		return err
	}
	if s.makerSig, err = sig.bits(); err != nil {
		return err
	}
	joined := append(append(bytes.Clone(info.raw), cert.raw...), alg.raw...)
	s.makerTBS = [][]byte{info.raw, wrap(0x30, joined), joined}
	return s.parseInfo(info)
}

// parseInfo reads SES_SealInfo: header, id, properties, picture.
func (s *Seal) parseInfo(e element) error {
	c := open(e, 0, tagSequence)
	header := open(c.next(), 0, tagSequence)
	if id := header.next(); string(id.content) != "ES" {
		return errBER
	}
	s.ID = text(c.next().content)
	p := open(c.next(), 0, tagSequence)
	if c.err != nil {
		return c.err
	}
	_, err := p.next().integer()
	p.fail(err)
	s.Name = text(p.next().content)
	kind := int64(1)
	if len(p.list) > 0 && p.list[0].is(0, tagInteger) {
		n, err := p.next().integer()
		p.fail(err)
		if err == nil {
			kind = n.Int64()
		}
	}
	list := open(p.next(), 0, tagSequence)
	for _, x := range list.list {
		if kind == 1 && x.is(0, tagOctetString) {
			s.allowed = append(s.allowed, x.content)
			continue
		}
		d := open(x, 0, tagSequence)
		alg := d.next()
		value := d.next()
		if d.end() != nil {
			return errBER
		}
		s.digests = append(s.digests, certDigest{string(alg.content), value.content})
	}
	for _, t := range []*time.Time{&s.Created, &s.ValidFrom, &s.ValidUntil} {
		var err error
		*t, err = parseTime(p.next())
		p.fail(err)
	}
	if list.err != nil {
		return list.err
	}
	return p.err
}

func looseTime(e element) time.Time {
	if t, err := parseTime(e); err == nil {
		return t
	}
	if b, err := e.bits(); err == nil {
		for _, layout := range []string{"20060102150405Z", "060102150405Z"} {
			if t, err := time.Parse(layout, string(b)); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

func text(b []byte) string {
	if !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

// SealVerdict is what [Seal.Verify] finds.
type SealVerdict struct {
	Verdict
	MakerOK  bool
	SignerOK bool
	MakerErr error
}

// Verify checks the digest of the signed bytes, the signature over toSign, the
// maker's signature over the seal, and that the signer's certificate is one
// that the seal was made for (GB/T 38540-2020, 7).
func (s *Seal) Verify(digests Digests) *SealVerdict {
	v := &SealVerdict{}
	v.Certificate = s.Signer
	v.SigningTime = s.SignedAt
	v.SigningCert = true // the certificate is part of what was signed or sealed
	alg := AlgorithmID{OID: s.algorithm}
	key, err := s.Signer.Key()
	if err != nil {
		v.fail(fmt.Errorf("%w: %w", ErrUnsupported, err))
		return v
	}
	v.Key = key
	v.Scheme, err = VerifySigned(key, alg, s.tbs, s.Signature)
	if err != nil {
		v.fail(err)
	}
	h := v.Scheme.Hash
	if h == "" {
		h = SM3
	}
	if len(s.dataHash) == 0 || !bytes.Equal(digests(h), s.dataHash) {
		v.fail(ErrDigest)
	}
	v.MakerOK, v.MakerErr = s.madeByMaker()
	v.SignerOK = s.listsSigner()
	return v
}

func (s *Seal) madeByMaker() (bool, error) {
	key, err := s.Maker.Key()
	if err != nil {
		return false, err
	}
	for _, tbs := range s.makerTBS {
		var sc Scheme
		if sc, err = VerifySigned(key, AlgorithmID{OID: s.makerAlg}, tbs, s.makerSig); err == nil {
			return sc.Hash != MD5 && sc.Hash != SHA1, nil
		}
	}
	return false, err
}

func (s *Seal) listsSigner() bool {
	for _, der := range s.allowed {
		if bytes.Equal(der, s.Signer.Raw) {
			return true
		}
	}
	for _, d := range s.digests {
		h := HashByOID(d.alg)
		if h == "" {
			h = map[string]Hash{"SM3": SM3, "sm3": SM3, "SHA256": SHA256, "SHA-256": SHA256}[d.alg]
		}
		if h != "" && bytes.Equal(h.sum(s.Signer.Raw), d.value) {
			return true
		}
	}
	return false
}
