package signature

import (
	"time"

	"jianding/intake/signature/changes"
	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// judgeTrust runs the trust and register layers on the signatures that are
// intact. The agency of a changed document is still named: somebody has to be
// told.
func (v *verification) judgeTrust() {
	v.proveTimes()
	for _, s := range v.signatures {
		if s.timestamp && s.intact() {
			v.judgeDocumentStamp(s)
			continue
		}
		if !s.intact() || s.verdict.Certificate == nil {
			continue
		}
		s.chain = v.chainOf(s.verdict.Certificate, v.certificatesFor(s), s.proven.at, forSigning)
		v.sealMakerChain(s)
		v.identify(s)
		if v.run(s, trustRules()) {
			v.run(s, registerRules())
		}
	}
	v.judgeOrder()
	v.judgeAgency()
}

// certificatesFor gathers what chains may be built from.
func (v *verification) certificatesFor(s *signature) []*cms.Certificate {
	var out []*cms.Certificate
	if s.data != nil {
		out = append(out, s.data.Certificates...)
	}
	if s.stamp != nil && s.stamp.Token != nil {
		out = append(out, s.stamp.Token.Certificates...)
	}
	return append(out, v.store.certificates...)
}

// chainOf builds a chain, within what one document may cost.
func (v *verification) chainOf(leaf *cms.Certificate, extra []*cms.Certificate, at time.Time, p purpose) chainResult {
	n := len(above(leaf, extra))
	if v.chains += 1 + n*n; v.chains > maxChains {
		return chainResult{err: errChains}
	}
	r := v.trust.chain(leaf, extra, at, p)
	// One good way to a root is enough, where authorities certify each other.
	for _, certs := range r.all[min(1, len(r.all)):] {
		if v.standing(certs, at, p) > v.standing(r.certs, at, p) {
			r.certs = certs
		}
	}
	return r
}

// standing ranks chains by what they are for and what is known of their
// revocation.
func (v *verification) standing(certs []*cms.Certificate, at time.Time, p purpose) int {
	if p == forSigning && otherPurpose(certs) != nil {
		return -2
	}
	state, _ := v.chainRevocation(certs, at)
	if state == revocationRevoked {
		return -1
	}
	return int(state)
}

// proveTimes works from the newest evidence back: a time-stamp is believed at
// the instant until which something newer proves it to have existed.
func (v *verification) proveTimes() {
	best := instant{at: v.at}
	for i := len(v.signatures) - 1; i >= 0; i-- {
		s := v.signatures[i]
		if s.timestamp {
			if t, ok := v.believed(s, best.at); ok && s.intact() {
				best = instant{at: t, source: schemas.TimeTimestamp, known: true, authority: s.stampState}
			}
			continue
		}
		s.proven = best
		if s.stamp != nil {
			t, ok := v.believed(s, best.at)
			if s.believed = ok; ok && (t.Before(best.at) || !best.known) {
				s.proven = instant{at: t, source: schemas.TimeTimestamp, known: true, authority: s.stampState}
			}
		}
	}
}

// believed checks a time-stamp's authority as of an instant.
func (v *verification) believed(s *signature, at time.Time) (time.Time, bool) {
	ts := s.stamp
	if ts == nil || !ts.Verdict.Intact() || ts.Verdict.Certificate == nil || ts.Time.After(v.at.Add(clockTolerance)) {
		return time.Time{}, false
	}
	if ts.Verdict.Scheme.Hash == cms.MD5 || ts.Verdict.Scheme.Hash == cms.SHA1 || ts.Hash == cms.MD5 || ts.Hash == cms.SHA1 {
		return time.Time{}, false
	}
	chain := v.chainOf(ts.Verdict.Certificate, v.certificatesFor(s), at, forStamping)
	if chain.err != nil {
		return time.Time{}, false
	}
	state, _ := v.chainRevocation(chain.certs, at)
	if state == revocationRevoked || v.weakAbove(chain.certs) != nil || v.weak(ts.Verdict.Key) {
		return time.Time{}, false
	}
	s.stampState = state
	t := ts.Time
	if t.After(v.at) {
		t = v.at
	}
	return t, true
}

// judgeDocumentStamp notes a document time-stamp that proves nothing.
func (v *verification) judgeDocumentStamp(s *signature) {
	if _, ok := v.believed(s, v.at); !ok && !v.provenBelow(s) {
		s.problems = append(s.problems, problem{code: schemas.ReasonTimestampTrust, status: schemas.SignatureValid})
	}
}

// provenBelow reports whether some signature before s rests on it.
func (v *verification) provenBelow(s *signature) bool {
	for _, o := range v.signatures {
		if o.end < s.end && o.proven.known && s.stamp != nil && o.proven.at.Equal(s.stamp.Time) {
			return true
		}
	}
	return false
}

// judgeOrder: later document time-stamps are not earlier.
func (v *verification) judgeOrder() {
	var last time.Time
	for _, s := range v.signatures {
		if s.stamp == nil || !s.stamp.Verdict.Intact() {
			continue
		}
		if s.timestamp && s.stamp.Time.Before(last) {
			v.problem(schemas.ReasonTimestampOrder, schemas.SignatureValid, "")
		}
		if s.stamp.Time.After(last) {
			last = s.stamp.Time
		}
	}
}

// revocation asks about every certificate of the signature's chain but the
// root; the worst answer counts.
func (v *verification) revocation(s *signature) (revocation, time.Time) {
	return v.chainRevocation(s.chain.certs, s.proven.at)
}

func (v *verification) chainRevocation(chain []*cms.Certificate, at time.Time) (revocation, time.Time) {
	worst := revocationGood
	for i := 0; i+1 < len(chain); i++ {
		state, when := v.evidence.status(chain[i], chain[i+1], at)
		if state == revocationRevoked {
			return state, when
		}
		worst = min(worst, state)
	}
	return worst, time.Time{}
}

// sealMakerChain: the maker of a seal is certified too (GB/T 38540-2020, 7).
func (v *verification) sealMakerChain(s *signature) {
	if s.seal == nil || s.chain.certs == nil {
		return
	}
	const maker = "制章者证书"
	untrusted := func(code schemas.ReasonCode) {
		s.problems = append(s.problems, problem{code: code, status: schemas.SignatureUntrusted, detail: maker})
	}
	c := v.chainOf(s.seal.seal.Maker, v.certificatesFor(s), s.seal.seal.Created, forSigning)
	switch {
	case c.certs == nil:
		untrusted(schemas.ReasonChain)
		return
	case c.early:
		untrusted(schemas.ReasonNotYetValid)
	case c.late:
		untrusted(schemas.ReasonExpired)
	case v.weakAbove(c.certs) != nil || v.weakCertificate(s.seal.seal.Maker):
		untrusted(schemas.ReasonWeakKey)
	case !maySign(s.seal.seal.Maker) || otherPurpose(c.certs) != nil:
		untrusted(schemas.ReasonKeyUsage)
	}
	// When the seal was made is the maker's word, which counts for nothing once
	// his certificate is revoked.
	if state, _ := v.chainRevocation(c.certs, s.proven.at); state == revocationRevoked {
		untrusted(schemas.ReasonRevoked)
	}
}

// judgeAgency: the covering signature is an agency's, and after the last
// agency's signature nothing but validation data was added.
func (v *verification) judgeAgency() {
	var agency *signature
	person := false
	for _, s := range v.signatures {
		if s.agency != nil && s.person == "" {
			agency = s
		}
		person = person || s.person != ""
	}
	if agency != nil && v.covering != agency {
		v.problem(schemas.ReasonAfterAgency, schemas.SignatureModified, "")
	}
	if agency != nil {
		for i, s := range v.signatures {
			if s == agency && i+1 < len(v.signatures) && v.laterSigning(s) {
				v.problem(schemas.ReasonAfterAgency, schemas.SignatureModified, "")
			}
		}
	}
	switch {
	case v.covering == nil || !v.covering.intact():
	case v.modified():
	case agency == nil && v.covering.person != "":
		v.problem(schemas.ReasonAgencyMissing, schemas.SignatureUntrusted, "")
	case agency != nil && v.policy.RequirePerson && !person:
		v.problem(schemas.ReasonPersonMissing, schemas.SignatureValid, "")
	}
	for _, c := range v.changes {
		if !c.Legal {
			return
		}
	}
	if len(v.changes) > 0 && !v.modified() {
		code := schemas.ReasonExtended
		for _, c := range v.changes {
			if c.Kind == changes.KindSignature {
				code = schemas.ReasonBetweenSigns
			}
		}
		v.problem(code, schemas.SignatureValid, "")
	}
}

// laterSigning reports whether anything but validation data follows s.
func (v *verification) laterSigning(s *signature) bool {
	for _, o := range v.signatures {
		if o.end > s.end && o.content() {
			return true
		}
	}
	return false
}
