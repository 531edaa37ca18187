package signature

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"time"

	"jianding/intake/signature/cms"
)

// A credit code alone doesn't make a certificate an agency's: authorities
// certify employees too, with the employer's name and code beside their own
// (ETSI EN 319 412-2, 4.2.4; GM/T 0015-2012, 附录). Such a person signs for
// himself. What tells the two apart is whose name the certificate bears.

var (
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname      = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidSerial       = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidGivenName    = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidPseudonym    = asn1.ObjectIdentifier{2, 5, 4, 65}
	oidOrgID        = asn1.ObjectIdentifier{2, 5, 4, 97}
	oidPersonID     = asn1.ObjectIdentifier{1, 2, 156, 10260, 4, 1, 1} // 个人身份标识码
	oidOrgCode      = asn1.ObjectIdentifier{1, 2, 156, 10260, 4, 1, 4} // 企业组织机构代码
	oidStatements   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 3} // ETSI EN 319 412-5
)

// isNamed reports whether the certificate is for the organisation of that
// registered name. The common name must be it, alone, as the name of one of its
// seals, or as one of the parts that some authorities join by "@"; or the
// common name says no more than which seal of the organisation it is.
func isNamed(c *cms.Certificate, name string) bool {
	if isPersons(c) {
		return false
	}
	name = foldName(name)
	if name == "" {
		return true // a register without names knows codes alone
	}
	named := slices.ContainsFunc(attributes(c, oidOrganization), func(o string) bool { return foldName(o) == name })
	for _, common := range attributes(c, oidCommonName) {
		common = foldName(common)
		switch {
		case bearsName(common, name):
			named = true
		case common != uscc(c) && !isSealName(common):
			return false
		}
	}
	return named
}

func bearsName(common, name string) bool {
	return slices.ContainsFunc(strings.Split(common, "@"), func(part string) bool {
		rest, ok := strings.CutPrefix(part, name)
		return ok && (rest == "" || isSealName(strings.Trim(rest, "-_()")))
	})
}

// attributes lists the values of one kind of attribute of the subject: a name
// may hold several, of which libraries keep one.
func attributes(c *cms.Certificate, kind asn1.ObjectIdentifier) []string {
	var out []string
	for _, a := range c.SubjectName().Names {
		if s, ok := a.Value.(string); ok && a.Type.Equal(kind) {
			out = append(out, s)
		}
	}
	return out
}

// isSealName recognises what seals are called; nobody bears such a name.
func isSealName(s string) bool {
	switch s {
	case "公章", "印章", "电子公章", "电子印章", "法人公章", "行政公章":
		return true
	}
	return strings.HasSuffix(s, "专用章")
}

// foldName takes out of a name what differs between keyboards.
func foldName(s string) string {
	return strings.ToUpper(strings.NewReplacer("（", "(", "）", ")", " ", "", "\u3000", "", "＠", "@").Replace(s))
}

// isPersons recognises a natural person's certificate by what no
// organisation's has: a surname or given name, an identity code without an
// organisation's, or the statement that it is for signatures and not for seals.
func isPersons(c *cms.Certificate) bool {
	for _, a := range c.SubjectName().Names {
		if a.Type.Equal(oidSurname) || a.Type.Equal(oidGivenName) || a.Type.Equal(oidPseudonym) {
			return true
		}
	}
	list := extensions(c)
	if find(list, oidPersonID) != nil && find(list, oidOrgCode) == nil {
		return true
	}
	signs, seals := qualifiedFor(find(list, oidStatements))
	return signs && !seals
}

func extensions(c *cms.Certificate) []pkix.Extension {
	x, err := c.SM()
	if err != nil {
		return nil
	}
	return x.Extensions
}

func find(list []pkix.Extension, id asn1.ObjectIdentifier) []byte {
	for _, e := range list {
		if e.Id.Equal(id) {
			return e.Value
		}
	}
	return nil
}

// qualifiedFor reads the type of a qualified certificate (ETSI EN 319 412-5,
// 4.2.3).
func qualifiedFor(statements []byte) (signs, seals bool) {
	var list []struct {
		ID   asn1.ObjectIdentifier
		Info asn1.RawValue `asn1:"optional"`
	}
	if rest, err := asn1.Unmarshal(statements, &list); err != nil || len(rest) > 0 {
		return false, false
	}
	for _, s := range list {
		var types []asn1.ObjectIdentifier
		if !s.ID.Equal(asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6}) {
			continue
		}
		if _, err := asn1.Unmarshal(s.Info.FullBytes, &types); err != nil {
			continue
		}
		for _, t := range types {
			signs = signs || t.Equal(asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6, 1})
			seals = seals || t.Equal(asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6, 2})
		}
	}
	return signs, seals
}

// uscc is the unified social credit code (GB 32100-2015) in a certificate: in
// the subject's serialNumber or organizationIdentifier, with or without a
// scheme prefix (ETSI EN 319 412-1: NTRCN-…), or in the extension for the
// organisation's code (GM/T 0015-2012). A certificate with two codes is
// nobody's.
func uscc(c *cms.Certificate) string {
	var found []string
	add := func(s string) {
		if isUSCC(s) && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	for _, s := range attributes(c, oidSerial) {
		add(s)
	}
	for _, s := range attributes(c, oidOrgID) {
		add(s[strings.LastIndexByte(s, '-')+1:])
	}
	if b := find(extensions(c), oidOrgCode); b != nil {
		var v asn1.RawValue
		if rest, err := asn1.Unmarshal(b, &v); err == nil && len(rest) == 0 && !v.IsCompound {
			b = v.Bytes
		}
		add(string(b))
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// isUSCC checks the alphabet; a person's identity number (GB 11643-1999),
// which is as long, is none.
func isUSCC(s string) bool {
	if len(s) != 18 || strings.Trim(s, "0123456789ABCDEFGHJKLMNPQRTUWXY") != "" {
		return false
	}
	return !isIdentityNumber(s)
}

// isIdentityNumber recognises 公民身份号码: a date of birth in the middle and a
// check character by ISO 7064, MOD 11-2.
func isIdentityNumber(s string) bool {
	if strings.Trim(s[:17], "0123456789") != "" {
		return false
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil || s[6:8] != "19" && s[6:8] != "20" {
		return false
	}
	sum := 0
	for i, c := range s[:17] {
		sum += int(c-'0') * (1 << (17 - i) % 11)
	}
	return s[17] == "10X98765432"[sum%11]
}
