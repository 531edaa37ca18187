package signature

import (
	"errors"

	"jianding/intake/signature/cms"
	"jianding/intake/signature/revision"
)

// errFormat: the value is of a format that is not read here.
var errFormat = errors.New("format cannot be read")

// sealResult is a parsed electronic seal and what its checks found.
type sealResult struct {
	seal    *cms.Seal
	verdict *cms.SealVerdict
}

// open parses the value of a signature and verifies it over its range. What
// it is, is told by its structure; SubFilter names vary by vendor.
func (v *verification) open(s *signature) {
	digests := func(h cms.Hash) []byte { return v.hasher.sum(h, s.gapStart, s.gapEnd, s.end) }
	switch {
	case s.timestamp:
		ts, err := cms.ParseTimeStamp(s.contents, digests, v.store.certificates)
		if err != nil {
			s.fault = err
			return
		}
		s.stamp, s.data, s.verdict = ts, ts.Token, ts.Verdict
	case s.subFilter == subX509:
		certs := v.dictCertificates(s)
		if len(certs) == 0 {
			s.verdict = &cms.Verdict{Errors: []error{cms.ErrNoCertificate}}
			return
		}
		s.verdict = cms.VerifyRaw(s.contents, certs[0], digests)
	case cms.IsContentInfo(s.contents):
		v.openCMS(s, digests)
	default:
		v.openSeal(s, digests)
	}
}

func (v *verification) openCMS(s *signature, digests cms.Digests) {
	data, err := cms.Parse(s.contents)
	if err != nil {
		s.fault = err
		return
	}
	s.data = data
	extra := append(v.dictCertificates(s), v.store.certificates...)
	if s.subFilter == subSHA1 {
		// The container encloses the SHA-1 of the range and signs that.
		inner := cms.SumOf(data.Content)
		s.verdict = data.Verify(inner, extra)
		if string(digests(cms.SHA1)) != string(data.Content) {
			s.verdict.Errors = append(s.verdict.Errors, cms.ErrDigest)
		}
		return
	}
	s.verdict = data.Verify(digests, extra)
	v.openStamp(s, data.Signer.UnsignedAttributes(cms.OIDSignatureTime), data.Signer.Signature)
}

func (v *verification) openSeal(s *signature, digests cms.Digests) {
	seal, err := cms.ParseSeal(s.contents)
	if err != nil {
		s.fault = err
		if errors.Is(err, cms.ErrSeal) {
			switch s.subFilter {
			case subDetached, subCAdES, subSHA1, subTimestamp:
				s.fault = cms.ErrSyntax
			default:
				// A vendor's own seal: present, not verifiable.
				s.fault = errFormat
			}
		}
		return
	}
	sv := seal.Verify(digests)
	s.seal = &sealResult{seal, sv}
	s.verdict = &sv.Verdict
	if seal.TimeStamp != nil {
		v.openStamp(s, [][]byte{seal.TimeStamp}, seal.Signature)
	}
}

// openStamp verifies the signature time-stamps; the first sound one counts.
func (v *verification) openStamp(s *signature, tokens [][]byte, value []byte) {
	const most = 8
	for i, t := range tokens {
		if i == most {
			return
		}
		ts, err := cms.ParseTimeStamp(t, cms.SumOf(value), v.certificatesFor(s))
		if err != nil {
			s.stampErr = err
			continue
		}
		if s.stamp == nil || (ts.Verdict.Intact() && !s.stamp.Verdict.Intact()) {
			s.stamp = ts
		}
	}
	if s.stamp != nil {
		s.stampErr = nil
	}
}

// dictCertificates reads /Cert of the signature dictionary: one DER
// certificate or an array of them.
func (v *verification) dictCertificates(s *signature) []*cms.Certificate {
	var out []*cms.Certificate
	add := func(o revision.Object) {
		if b, ok := o.(revision.String); ok && len(out) < maxExtra {
			if c, err := cms.ParseCertificate(b); err == nil {
				out = append(out, c)
			}
		}
	}
	o, err := v.file.Resolve(s.dict.Get("Cert"))
	if err != nil {
		return nil
	}
	if a, ok := o.(revision.Array); ok {
		for _, x := range a {
			if x, err := v.file.Resolve(x); err == nil {
				add(x)
			}
		}
	} else {
		add(o)
	}
	return out
}

// fromVerdict turns a fault of the container into a finding.
func fromVerdict(s *signature, target error) finding {
	if s.fault != nil {
		if errors.Is(s.fault, target) {
			return failed("")
		}
		return skipped()
	}
	if s.verdict == nil || s.seal != nil && onlyCMS(target) {
		return skipped()
	}
	if !s.verdict.Is(target) {
		return passed()
	}
	detail := detailOf(s.verdict.Errors, target)
	if s.timestamp && (errors.Is(target, cms.ErrNoCertificate) || errors.Is(target, cms.ErrUnsupported)) {
		// A document time-stamp that cannot be checked proves no time, and
		// changes nothing either.
		return warning(detail)
	}
	return failed(detail)
}

// onlyCMS tells what an electronic seal does not have.
func onlyCMS(target error) bool {
	for _, own := range []error{cms.ErrSigners, cms.ErrNoAttributes, cms.ErrAttributes, cms.ErrContentType, cms.ErrSigningCert} {
		if errors.Is(target, own) {
			return true
		}
	}
	return false
}

func detailOf(errs []error, target error) string {
	for _, e := range errs {
		if errors.Is(e, target) && e.Error() != target.Error() {
			if s := e.Error(); len(s) > len(target.Error())+2 {
				return s[len(target.Error())+2:]
			}
		}
	}
	return ""
}

// Parts of a seal that rules ask about.
type sealPart int

const (
	sealMaker sealPart = iota
	sealSigner
)

func sealFinding(s *signature, part sealPart) finding {
	if s.seal == nil {
		return skipped()
	}
	sv := s.seal.verdict
	switch part {
	case sealMaker:
		if !sv.MakerOK {
			return failed("")
		}
	case sealSigner:
		if !sv.SignerOK {
			return failed("")
		}
	}
	return passed()
}
