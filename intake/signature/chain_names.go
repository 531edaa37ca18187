package signature

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"

	"jianding/intake/signature/cms"
)

// Name constraints of the directory kind (RFC 5280, 4.2.1.10). The libraries know
// those of mail and hosts only; certificates of signers have neither.

// withinNames reports whether every certificate of a chain bears a name that the
// authorities above it may certify.
func withinNames(chain []*cms.Certificate) bool {
	for i, authority := range chain {
		permitted, excluded, ok := constraintsOf(authority)
		if !ok {
			return false
		}
		if len(permitted)+len(excluded) == 0 {
			continue
		}
		for _, below := range chain[:i] {
			name, ok := sequenceOfNames(below.Subject)
			if !ok || inside(name, excluded) || len(permitted) > 0 && !inside(name, permitted) {
				return false
			}
		}
	}
	return true
}

// constraintsOf reads the directory names that an authority is bound to, and
// those that it is kept from.
func constraintsOf(c *cms.Certificate) (permitted, excluded []pkix.RDNSequence, ok bool) {
	value := find(extensions(c), asn1.ObjectIdentifier{2, 5, 29, 30})
	if value == nil {
		return nil, nil, true
	}
	type subtree struct {
		Base asn1.RawValue
		Min  int `asn1:"optional,tag:0,default:0"`
		Max  int `asn1:"optional,tag:1"`
	}
	var trees struct {
		Permitted []subtree `asn1:"optional,tag:0"`
		Excluded  []subtree `asn1:"optional,tag:1"`
	}
	if rest, err := asn1.Unmarshal(value, &trees); err != nil || len(rest) > 0 {
		return nil, nil, false
	}
	names := func(list []subtree) (out []pkix.RDNSequence) {
		for _, t := range list {
			if t.Base.Class != asn1.ClassContextSpecific || t.Base.Tag != cms.DirectoryName {
				continue
			}
			name, fine := sequenceOfNames(t.Base.Bytes)
			if ok = ok && fine; fine {
				out = append(out, name)
			}
		}
		return out
	}
	ok = true
	permitted, excluded = names(trees.Permitted), names(trees.Excluded)
	return permitted, excluded, ok
}

func sequenceOfNames(der []byte) (pkix.RDNSequence, bool) {
	var name pkix.RDNSequence
	rest, err := asn1.Unmarshal(der, &name)
	return name, err == nil && len(rest) == 0
}

// inside reports whether name stands in one of the trees: begins with all of its
// relative names.
func inside(name pkix.RDNSequence, trees []pkix.RDNSequence) bool {
	for _, tree := range trees {
		if len(tree) > len(name) {
			continue
		}
		begins := true
		for i, rdn := range tree {
			begins = begins && sameRDN(rdn, name[i])
		}
		if begins {
			return true
		}
	}
	return false
}

// sameRDN compares as RFC 5280, 7.1, has it: neither case nor the amount of white
// space counts.
func sameRDN(a, b pkix.RelativeDistinguishedNameSET) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Type.Equal(b[i].Type) || !strings.EqualFold(words(a[i].Value), words(b[i].Value)) {
			return false
		}
	}
	return true
}

func words(v any) string { return strings.Join(strings.Fields(fmt.Sprint(v)), " ") }
