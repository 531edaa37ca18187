package signature

import (
	"jianding/schemas"
)

// finding is the result of one rule on one signature.
type finding struct {
	result schemas.CheckResult
	detail string
	status schemas.SignatureStatus // overrides the rule's, when set
	code   schemas.ReasonCode      // of the reason, overrides the rule's, when set
}

func passed() finding               { return finding{result: schemas.CheckPassed} }
func failed(detail string) finding  { return finding{result: schemas.CheckFailed, detail: detail} }
func warning(detail string) finding { return finding{result: schemas.CheckWarning, detail: detail} }

// allowed: a weakness that the district's policy takes; it is said and weighs
// nothing.
func allowed(detail string) finding {
	return finding{result: schemas.CheckWarning, detail: detail, code: schemas.ReasonStrengthAllowed}
}
func skipped() finding { return finding{result: schemas.CheckSkipped} }

// rule is one check of the policy. Each stands in a file of its own,
// rule_*.go: the directory listing is the policy.
type rule struct {
	code   schemas.ReasonCode
	status schemas.SignatureStatus // what a failure makes of the signature
	good   string                  // Chinese sentence when it passed
	judge  func(v *verification, s *signature) finding
}

// rawRules look at the bytes around the signature; nothing is parsed as CMS
// before they pass.
func rawRules() []rule {
	return []rule{
		duplicateKeyRule(), sharedRule(), byteRangeRule(), contentsRule(), gapRule(), rangeEndRule(), overlapRule(), ownRevisionRule(),
	}
}

// containerRules look into the signature value: CMS, time-stamp token or seal.
func containerRules() []rule {
	return []rule{
		subFilterRule(), containerRule(), paddingRule(), signersRule(), enclosedRule(), noAttributesRule(), attributesRule(),
		contentTypeRule(), digestRule(), certificatePresentRule(), algorithmRule(), unsupportedRule(), valueRule(),
		signingCertRule(), signingCertMissingRule(), sealMakerRule(), sealSignerRule(),
	}
}

// strengthRules judge algorithms and formats that were sound once.
func strengthRules() []rule {
	return []rule{legacyRule(), weakDigestRule(), weakKeyRule(), sm2IDRule()}
}

// trustRules judge the certificate.
func trustRules() []rule {
	return []rule{timestampRule(), claimedTimeRule(), chainRule(), authorityKeyRule(), notYetValidRule(), validityRule(), keyUsageRule(), sealPeriodRule(), revocationRule()}
}

// registerRules judge who the signer is.
func registerRules() []rule {
	return []rule{agencyRule(), suspendedRule(), periodRule()}
}

// run applies rules in order, records each, and reports whether all passed.
func (v *verification) run(s *signature, rules []rule) bool {
	ok := true
	for _, r := range rules {
		f := r.judge(v, s)
		info, _ := r.code.Info()
		c := schemas.Check{Code: r.code, Result: f.result, Source: info.Source}
		switch f.result {
		case schemas.CheckPassed:
			c.Message = r.good
		case schemas.CheckSkipped:
			c.Message = "不适用"
		default:
			code := r.code
			if f.code != "" {
				code = f.code
			}
			c.Message = schemas.NewReason(code, 0, f.detail).Message
			status := r.status
			if f.status != "" {
				status = f.status
			}
			if f.result == schemas.CheckWarning {
				status = schemas.SignatureValid
			} else {
				ok = false
			}
			s.problems = append(s.problems, problem{code: code, status: status, detail: f.detail})
		}
		s.checks = append(s.checks, c)
	}
	return ok
}
