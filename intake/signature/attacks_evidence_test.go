package signature_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/asn1"
	"slices"
	"testing"
	"time"

	"jianding/intake/signature"
	"jianding/intake/signature/cms"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// What follows is encoded here by hand, so that the reading is not checked by the
// program's own writing.

func seq(t testing.TB, parts ...[]byte) []byte {
	return derValue(t, asn1.ClassUniversal, asn1.TagSequence, parts...)
}

func inContext(t testing.TB, n int, parts ...[]byte) []byte {
	return derValue(t, asn1.ClassContextSpecific, n, parts...)
}

func encoded(t testing.TB, v any, params string) []byte {
	t.Helper()
	b, err := asn1.MarshalWithParams(v, params)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func extension(t testing.TB, critical bool, value []byte, id ...int) []byte {
	t.Helper()
	return encoded(t, struct {
		ID       asn1.ObjectIdentifier
		Critical bool `asn1:"optional"`
		Value    []byte
	}{id, critical, value}, "")
}

// rootSigns closes a to-be-signed value with the RSA root's signature.
func (l *lab) rootSigns(t testing.TB, by signing.Signer, tbs []byte, more ...[]byte) []byte {
	t.Helper()
	sum := sha256.Sum256(tbs)
	value, err := by.Key.(*rsa.PrivateKey).Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return seq(t, append([][]byte{tbs, rsaAlgorithm, encoded(t, asn1.BitString{Bytes: value, BitLength: len(value) * 8}, "")}, more...)...)
}

func parsed(t testing.TB, der []byte) *cms.Certificate {
	t.Helper()
	c, err := cms.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer is an OCSP response of the root about the agency, with extensions of its
// own and of its one answer.
func (l *lab) answer(t testing.TB, revoked *time.Time, of, single [][]byte, by *signing.Signer) []byte {
	t.Helper()
	root, agency := parsed(t, l.root.Certificate), parsed(t, l.agency[signing.RSA].Certificate)
	name, key := sha1.Sum(root.Subject), sha1.Sum(root.KeyBits())
	from := encoded(t, crlFrom, "generalized")
	id := seq(t, []byte{0x30, 7, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a}, encoded(t, name[:], ""), encoded(t, key[:], ""), encoded(t, agency.Serial, ""))
	status := []byte{0x80, 0}
	if revoked != nil {
		status = inContext(t, 1, encoded(t, *revoked, "generalized"))
	}
	one := [][]byte{id, status, from, inContext(t, 0, encoded(t, crlUntil, "generalized"))}
	if len(single) > 0 {
		one = append(one, inContext(t, 1, seq(t, single...)))
	}
	data := [][]byte{inContext(t, 2, encoded(t, key[:], "")), from, seq(t, seq(t, one...))}
	if len(of) > 0 {
		data = append(data, inContext(t, 1, seq(t, of...)))
	}
	signer, certs := l.root.Signer, [][]byte(nil)
	if by != nil {
		signer, certs = *by, [][]byte{inContext(t, 0, seq(t, by.Certificate))}
	}
	basic := l.rootSigns(t, signer, seq(t, data...), certs...)
	return seq(t, []byte{10, 1, 0}, inContext(t, 0, seq(t, encoded(t, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}, ""), encoded(t, basic, ""))))
}

// TestAnswersWithExtensions: from when on a key was in other hands may be said of
// an answer as of an entry of a list; and what says something critical that is
// not understood acquits nobody.
func TestAnswersWithExtensions(t *testing.T) {
	l := sharedLab()
	weakKey, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := l.root.IssueFor(weakKey, signing.Subject{Name: "应答者"}, signing.Certify{OCSP: true})
	if err != nil {
		t.Fatal(err)
	}
	stamped := *day("2026-05-10")
	invalidity := func(s string) [][]byte {
		return [][]byte{extension(t, false, encoded(t, *day(s), "generalized"), 2, 5, 29, 24)}
	}
	strange := func(critical bool) [][]byte { return [][]byte{extension(t, critical, []byte{5, 0}, 1, 2, 3, 4)} }
	nonce := [][]byte{extension(t, true, []byte{4, 1, 7}, 1, 3, 6, 1, 5, 5, 7, 48, 1, 2)}
	for _, c := range []struct {
		name       string
		revoked    *time.Time
		of, single [][]byte
		by         *signing.Signer
		status     schemas.SignatureStatus
		code       schemas.ReasonCode // "" where nothing is to be said of revocation
	}{
		{"good", nil, nil, nil, nil, schemas.SignatureValid, ""},
		{"revoked after the stamp, of whose maker nothing is known", day("2026-05-20"), nil, nil, nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"revoked after, its key lost before", day("2026-05-20"), nil, invalidity("2026-05-02"), nil, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"revoked before, whatever else is said", day("2026-05-02"), nil, invalidity("2026-05-20"), nil, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"an extension nobody must know", nil, strange(false), strange(false), nil, schemas.SignatureValid, ""},
		{"a nonce", nil, nonce, nil, nil, schemas.SignatureValid, ""},
		{"a critical extension of the answer", nil, nil, strange(true), nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"a critical extension of the response", nil, strange(true), nil, nil, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
		{"revoked, in words that are not understood", day("2026-05-02"), strange(true), strange(true), nil, schemas.SignatureUntrusted, schemas.ReasonRevoked},
		{"by a responder with a weak key", nil, nil, nil, &weak, schemas.SignatureValid, schemas.ReasonRevocationUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			pdf := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{TSA: &l.tsa, StampedAt: stamped, OCSPs: [][]byte{l.answer(t, c.revoked, c.of, c.single, c.by)}})
			trust := with(t, func(m *schemas.TrustMaterial) { m.CRLs = nil })
			r := signature.Verify(pdf, trust, judged, signature.DefaultPolicy())
			expect(t, r, c.status, c.code)
			for _, x := range r.Reasons {
				if c.code == "" && (x.Code == schemas.ReasonRevocationUnknown || x.Code == schemas.ReasonRevocationStale) {
					t.Error(x)
				}
			}
		})
	}
}

// TestListSaysItTwice: of two entries about one certificate the worse counts, in
// whatever order they stand, and that it was taken off the list is no pardon.
func TestListSaysItTwice(t *testing.T) {
	l := sharedLab()
	root, agency := parsed(t, l.root.Certificate), parsed(t, l.agency[signing.RSA].Certificate)
	entry := func(at string, reason byte) []byte {
		return seq(t, encoded(t, agency.Serial, ""), encoded(t, *day(at), ""), seq(t, extension(t, false, []byte{10, 1, reason}, 2, 5, 29, 21)))
	}
	revoked, later, removed := entry("2026-05-02", 1), entry("2027-05-02", 1), entry("2026-05-20", 8)
	for name, entries := range map[string][][]byte{"then later": {revoked, later}, "then removed": {revoked, removed}} {
		for range 2 {
			slices.Reverse(entries)
			list := l.rootSigns(t, l.root.Signer, seq(t, []byte{2, 1, 1}, rsaAlgorithm, root.Subject, encoded(t, crlFrom, ""), encoded(t, crlUntil, ""), seq(t, entries...)))
			trust := with(t, func(m *schemas.TrustMaterial) { m.CRLs = []schemas.TrustItem{{Name: "a.crl", Data: list}} })
			r := signature.Verify(l.sign(t, report(false), l.agency[signing.RSA], signing.Options{}), trust, judged, signature.DefaultPolicy())
			t.Log(name)
			expect(t, r, schemas.SignatureUntrusted, schemas.ReasonRevoked)
		}
	}
}

// stampOf is a time-stamp token over data, by hand.
func (l *lab) stampOf(t testing.TB, tsa signing.Signer, version int, data []byte, more ...[]byte) []byte {
	t.Helper()
	sum := sha256.Sum256(data)
	id := []byte{0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}
	parts := [][]byte{encoded(t, version, ""), encoded(t, asn1.ObjectIdentifier{1, 2, 3, 4, 1}, ""), seq(t, id, encoded(t, sum[:], "")), encoded(t, 77, ""), encoded(t, *day("2026-05-10"), "generalized")}
	info := seq(t, append(parts, more...)...)
	cert, err := cms.ParseCertificate(tsa.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	attribute := func(value []byte, id ...int) []byte {
		return seq(t, encoded(t, asn1.ObjectIdentifier(id), ""), derValue(t, asn1.ClassUniversal, asn1.TagSet, value))
	}
	digest, named := sha256.Sum256(info), sha256.Sum256(tsa.Certificate)
	tst := encoded(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}, "")
	list := [][]byte{
		attribute(tst, 1, 2, 840, 113549, 1, 9, 3),
		attribute(encoded(t, digest[:], ""), 1, 2, 840, 113549, 1, 9, 4),
		attribute(seq(t, seq(t, seq(t, encoded(t, named[:], "")))), 1, 2, 840, 113549, 1, 9, 16, 2, 47),
	}
	slices.SortFunc(list, bytes.Compare)
	signed := sha256.Sum256(derValue(t, asn1.ClassUniversal, asn1.TagSet, list...))
	value, err := tsa.Key.(*rsa.PrivateKey).Sign(rand.Reader, signed[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	signer := seq(t, []byte{2, 1, 1}, seq(t, cert.Issuer, encoded(t, cert.Serial, "")), id, inContext(t, 0, list...), rsaAlgorithm, encoded(t, value, ""))
	sd := seq(t, []byte{2, 1, 3}, derValue(t, asn1.ClassUniversal, asn1.TagSet, id), seq(t, tst, inContext(t, 0, encoded(t, info, ""))), inContext(t, 0, tsa.Certificate), derValue(t, asn1.ClassUniversal, asn1.TagSet, signer))
	return seq(t, encoded(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, ""), inContext(t, 0, sd))
}

// timeStamper is an authority whose time-stamps are believed.
func (l *lab) timeStamper(t testing.TB) signing.Signer {
	t.Helper()
	key, err := signing.GenerateKey(signing.RSA)
	if err != nil {
		t.Fatal(err)
	}
	tsa, err := l.root.IssueFor(key, signing.Subject{Name: "时间戳"}, signing.Certify{TimeStamp: true})
	if err != nil {
		t.Fatal(err)
	}
	return tsa
}

// TestWhatStampsSay: a time-stamp that says little of the time, or something that
// is not understood, proves nothing; one with all that may stand in it does.
func TestWhatStampsSay(t *testing.T) {
	l := sharedLab()
	tsa := l.timeStamper(t)
	accuracy := func(seconds int) []byte { return seq(t, encoded(t, seconds, "")) }
	strange := func(critical bool) []byte { return inContext(t, 1, extension(t, critical, []byte{5, 0}, 1, 2, 3, 4)) }
	name := inContext(t, 0, inContext(t, 4, seq(t)))
	fraction := seq(t, []byte{0x80, 2, 1, 0})
	for _, c := range []struct {
		name    string
		version int
		more    [][]byte
		proves  bool
	}{
		{"plain", 1, nil, true},
		{"everything", 1, [][]byte{accuracy(1), {1, 1, 0xff}, {2, 1, 9}, name, strange(false)}, true},
		{"accurate to a fraction", 1, [][]byte{fraction}, true},
		{"accurate to a year", 1, [][]byte{accuracy(366 * 86400)}, false},
		{"accurate to less than nothing", 1, [][]byte{accuracy(-1)}, false},
		{"a critical extension", 1, [][]byte{strange(true)}, false},
		{"another version", 2, nil, false},
		{"what is not defined", 1, [][]byte{encoded(t, "x", "utf8")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := l.stampOf(t, tsa, c.version, []byte("value"), c.more...)
			ts, err := cms.ParseTimeStamp(token, cms.SumOf([]byte("value")), nil)
			if proves := err == nil && ts.Verdict.Intact(); proves != c.proves {
				t.Errorf("proves: %v, %v", proves, err)
				if err == nil {
					t.Log(ts.Verdict.Errors)
				}
			}
			if ts, err := cms.ParseTimeStamp(token, cms.SumOf([]byte("another value")), nil); err == nil && ts.Verdict.Intact() {
				t.Error("proves the time of another value")
			}
		})
	}
}
