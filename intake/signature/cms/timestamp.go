package cms

import (
	"bytes"
	"fmt"
	"time"
)

// TimeStamp is the content of an RFC 3161 token.
type TimeStamp struct {
	Time    time.Time
	Hash    Hash
	Imprint []byte
	Token   *SignedData
	Verdict *Verdict
}

// ParseTimeStamp reads a token and checks its signature over its own content
// and that its imprint is that of the stamped bytes, whose digests are given;
// extra are certificates to look for the authority's among.
// Faults of the token are in Verdict; the authority's certificate is not
// judged here.
func ParseTimeStamp(token []byte, stamped Digests, extra []*Certificate) (*TimeStamp, error) {
	sd, err := Parse(token)
	if err != nil {
		return nil, err
	}
	if sd.ContentType != OIDTSTInfo || sd.Content == nil {
		return nil, fmt.Errorf("%w: not a time-stamp token", ErrSyntax)
	}
	e, rest, err := read(sd.Content)
	if err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: TSTInfo", ErrSyntax)
	}
	c := open(e, 0, tagSequence)
	version, err := c.next().integer()
	c.fail(err)
	if err == nil && (!version.IsInt64() || version.Int64() != 1) {
		c.fail(errBER)
	}
	_, err = c.next().oid()
	c.fail(err)
	imprint := open(c.next(), 0, tagSequence)
	alg, err := parseAlgorithm(imprint.next())
	c.fail(err)
	value := imprint.next()
	c.fail(imprint.end())
	_, err = c.next().integer()
	c.fail(err)
	at, err := parseTime(c.next())
	c.fail(err)
	blurred := false
	if a, ok := c.optional(0, tagSequence); ok {
		blurred, err = coarse(a)
		c.fail(err)
	}
	c.optional(0, 1) // ordering
	c.optional(0, tagInteger)
	c.optional(2, 0) // who stamped, which the certificate says
	unclear := false
	if ext, ok := c.optional(2, 1); ok {
		list, err := extensionsOf(ext)
		c.fail(err)
		unclear = unknownCritical(list)
	}
	if c.end() != nil || !value.is(0, tagOctetString) {
		return nil, fmt.Errorf("%w: TSTInfo", ErrSyntax)
	}
	ts := &TimeStamp{Time: at, Hash: HashByOID(alg.OID), Imprint: value.content, Token: sd}
	ts.Verdict = sd.Verify(func(h Hash) []byte { return h.sum(sd.Content) }, extra)
	switch {
	case ts.Hash == "":
		ts.Verdict.fail(fmt.Errorf("%w: imprint %s", ErrUnsupported, alg.OID))
	case !bytes.Equal(ts.Imprint, stamped(ts.Hash)):
		ts.Verdict.fail(ErrDigest)
	}
	if blurred {
		ts.Verdict.fail(fmt.Errorf("%w: accuracy", ErrStamp))
	}
	if unclear {
		ts.Verdict.fail(fmt.Errorf("%w: critical extension", ErrStamp))
	}
	if !ts.Verdict.SigningCert && ts.Verdict.Certificate != nil {
		ts.Verdict.fail(ErrNoSigningCert) // RFC 3161, 2.4.1
	}
	return ts, nil
}

// coarsest is the accuracy, in seconds, from which on a time-stamp says too little
// of when it was made to decide anything.
const coarsest = 300

// coarse reads Accuracy (RFC 3161, 2.4.2): seconds, and fractions, which are
// left out.
func coarse(accuracy element) (bool, error) {
	c := open(accuracy, 0, tagSequence)
	seconds, ok := c.optional(0, tagInteger)
	c.optional(2, 0)
	c.optional(2, 1)
	if err := c.end(); err != nil || !ok {
		return false, err
	}
	n, err := seconds.integer()
	return err == nil && (n.Sign() < 0 || !n.IsInt64() || n.Int64() > coarsest), err
}

// SumOf makes Digests of plain bytes.
func SumOf(b []byte) Digests { return func(h Hash) []byte { return h.sum(b) } }
