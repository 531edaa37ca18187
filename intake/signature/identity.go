package signature

import (
	"math/big"
	"slices"
	"strings"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// identify looks the signer up in the register, by certificate (hash, or
// issuer and serial) or, for an agency that lists none, by the credit code in a
// certificate that bears the agency's name; never by a visible seal, /Name or
// other text. The certificate must lead to a root: anyone can write a credit
// code.
func (v *verification) identify(s *signature) {
	if s.chain.certs == nil {
		return
	}
	cert := s.verdict.Certificate
	for i := range v.trust.agencies {
		a := &v.trust.agencies[i]
		for _, ref := range a.Certificates {
			if !refers(ref, cert) {
				continue
			}
			s.agency, s.person, s.role = a, ref.Person, ref.Role
			return
		}
	}
	code := uscc(cert)
	for i := range v.trust.agencies {
		a := &v.trust.agencies[i]
		if code == "" || a.USCC != code || listsOwn(a) {
			continue
		}
		if isNamed(cert, a.Name) {
			s.agency = a
		} else {
			s.employer = a
		}
		return
	}
}

// listsOwn reports whether the agency names its own certificates, which then
// are the only ones that it signs with.
func listsOwn(a *schemas.Agency) bool {
	for _, c := range a.Certificates {
		if c.Person == "" {
			return true
		}
	}
	return false
}

func refers(ref schemas.CertificateRef, c *cms.Certificate) bool {
	if ref.SHA256 != "" {
		return plainHex(ref.SHA256) == c.SHA256()
	}
	n, ok := serialNumber(ref.Serial)
	return ok && ref.Issuer != "" && n.Cmp(c.Serial) == 0 && c.IssuerName().CommonName == ref.Issuer
}

// serialNumber reads a hexadecimal serial, with or without colons.
func serialNumber(s string) (*big.Int, bool) {
	s = strings.TrimPrefix(plainHex(s), "0x")
	if s == "" {
		return nil, false
	}
	return new(big.Int).SetString(s, 16)
}

// plainHex takes off what programs set hexadecimal digits with.
func plainHex(s string) string {
	return strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(s))
}

// plainName prefers a common name.
func plainName(common, whole string) string {
	if common != "" {
		return common
	}
	if whole != "" {
		return whole
	}
	return "（无名称）"
}

// OutOfScope lists those of a report's standards that the agency is not
// registered for. An agency without a list is not limited. Years are ignored:
// "GB 50292" covers "GB 50292-2015".
func OutOfScope(a schemas.Agency, standards []string) []string {
	if len(a.Standards) == 0 {
		return nil
	}
	var out []string
	for _, s := range standards {
		if !slices.ContainsFunc(a.Standards, func(r string) bool { return standardNumber(r) == standardNumber(s) }) {
			out = append(out, s)
		}
	}
	return out
}

// standardNumber is "GB50292" of "GB 50292-2015".
func standardNumber(s string) string {
	s, _, _ = strings.Cut(s, "-")
	return strings.ToUpper(strings.NewReplacer(" ", "", "\u3000", "", "/", "").Replace(s))
}
