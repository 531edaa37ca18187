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
	_, err = c.next().integer()
	c.fail(err)
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
	if c.err != nil || !value.is(0, tagOctetString) {
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
	if !ts.Verdict.SigningCert && ts.Verdict.Certificate != nil {
		ts.Verdict.fail(ErrNoSigningCert) // RFC 3161, 2.4.1
	}
	return ts, nil
}

// SumOf makes Digests of plain bytes.
func SumOf(b []byte) Digests { return func(h Hash) []byte { return h.sum(b) } }
