package signature_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// lastIn replaces, depth levels down, the end of the last member of a DER value.
func lastIn(t testing.TB, der []byte, depth int, change func(members [][]byte) [][]byte) []byte {
	t.Helper()
	var v asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 {
		t.Fatal(err, len(rest))
	}
	var members [][]byte
	for rest := v.Bytes; len(rest) > 0; {
		var m asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &m); err != nil {
			t.Fatal(err)
		}
		members = append(members, m.FullBytes)
	}
	if depth > 0 {
		members[len(members)-1] = lastIn(t, members[len(members)-1], depth-1, change)
	} else {
		members = change(members)
	}
	return derValue(t, v.Class, v.Tag, members...)
}

var contents = regexp.MustCompile(`/Contents ?<([0-9A-Fa-f]{400,})>`)

// withContainer rewrites the container of the last signature in its place, which
// no signature is over.
func withContainer(t testing.TB, pdf []byte, change func([]byte) []byte) []byte {
	t.Helper()
	at := contents.FindAllSubmatchIndex(pdf, -1)
	if len(at) == 0 {
		t.Fatal("no signature")
	}
	from, to := at[len(at)-1][2], at[len(at)-1][3]
	value, err := hex.DecodeString(string(pdf[from:to]))
	if err != nil {
		t.Fatal(err)
	}
	var v asn1.RawValue
	if _, err := asn1.Unmarshal(value, &v); err != nil {
		t.Fatal(err)
	}
	room := len(value)
	value = change(v.FullBytes)
	if len(value) > room {
		t.Fatalf("%d bytes for a room of %d", len(value), room)
	}
	out := bytes.Clone(pdf)
	hex.Encode(out[from:to], append(value, make([]byte, room-len(value))...))
	return out
}

// Members of a container, each the last of the one before: what is signed data, its
// sequence, the set of signers, the signer.
const toSigner = 4

// TestUnsignedAttributes: anybody can add attributes that nobody signed. They make
// nothing valid, and nothing but a broken time-stamp is even said of them.
func TestUnsignedAttributes(t *testing.T) {
	l := sharedLab()
	attribute := func(id []int, values ...[]byte) []byte {
		return seq(t, encoded(t, asn1.ObjectIdentifier(id), ""), derValue(t, asn1.ClassUniversal, asn1.TagSet, values...))
	}
	counter := []int{1, 2, 840, 113549, 1, 9, 6}
	stampID := []int{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	tsa := l.timeStamper(t)
	foreign := attribute(stampID, l.stampOf(t, tsa, 1, []byte("another value")))
	var signer []byte
	plain := l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Field: "agency"})
	withContainer(t, plain, func(der []byte) []byte {
		return lastIn(t, der, toSigner-1, func(m [][]byte) [][]byte {
			signer = bytes.Clone(m[len(m)-1])
			return m
		})
	})
	digest := attribute([]int{1, 2, 840, 113549, 1, 9, 4}, encoded(t, make([]byte, 32), ""))
	added := map[string][][]byte{
		"countersignature that is none":     {attribute(counter, []byte{5, 0})},
		"countersignature":                  {attribute(counter, signer)},
		"countersignatures":                 {attribute(counter, signer, signer), attribute(counter, signer)},
		"unknown":                           {attribute([]int{1, 2, 3, 4}, []byte{4, 1, 1})},
		"without a value":                   {attribute([]int{1, 2, 3, 4})},
		"digest of another message":         {digest},
		"content type":                      {attribute([]int{1, 2, 840, 113549, 1, 9, 3}, encoded(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}, ""))},
		"signing time":                      {attribute([]int{1, 2, 840, 113549, 1, 9, 5}, encoded(t, *day("2020-01-01"), ""))},
		"another certificate":               {attribute([]int{1, 2, 840, 113549, 1, 9, 16, 2, 47}, seq(t, seq(t, seq(t, encoded(t, make([]byte, 32), "")))))},
		"archive time-stamp":                {attribute([]int{1, 2, 840, 113549, 1, 9, 16, 2, 48}, []byte{5, 0}), attribute([]int{0, 4, 0, 1733, 2, 4}, []byte{5, 0})},
		"revocation that is none":           {attribute([]int{1, 2, 840, 113583, 1, 1, 8}, seq(t, inContext(t, 0, seq(t, []byte{5, 0})), inContext(t, 1, seq(t, []byte{5, 0}))))},
		"time-stamp over another value":     {foreign},
		"time-stamp that is none":           {attribute(stampID, []byte{5, 0})},
		"time-stamp without a value, twice": {attribute(stampID), attribute(stampID)},
	}
	for kind, base := range map[string][]byte{
		"valid":                 plain,
		"modified":              bytes.Replace(plain, []byte("Pages"), []byte("Pagex"), 1),
		"invalid":               l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Field: "agency", Faults: signing.Faults{BadValue: true}}),
		"no digest":             l.sign(t, report(false), l.agency[signing.RSA], signing.Options{Field: "agency", Faults: signing.Faults{NoDigest: true}}),
		"stranger":              l.sign(t, report(false), l.stranger, signing.Options{Field: "agency"}),
		"expired, with a claim": l.sign(t, report(false), must(l.root.Issue(signing.RSA, signing.Subject{Name: agencyName, USCC: agencyCode}, signing.Certify{From: *day("2023-01-01"), Until: *day("2026-05-20")})), signing.Options{Field: "agency"}),
	} {
		before := l.verify(base)
		for name, list := range added {
			t.Run(kind+"/"+name, func(t *testing.T) {
				pdf := withContainer(t, base, func(der []byte) []byte {
					return lastIn(t, der, toSigner, func(m [][]byte) [][]byte { return append(m, inContext(t, 1, list...)) })
				})
				after := l.verify(pdf)
				without := func(list []schemas.Reason) []schemas.Reason {
					return slices.DeleteFunc(slices.Clone(list), func(x schemas.Reason) bool { return x.Code == schemas.ReasonTimestamp })
				}
				if before.Signature.Status != after.Signature.Status {
					t.Errorf("status %s, was %s", after.Signature.Status, before.Signature.Status)
				}
				if diff := cmp.Diff(without(before.Reasons), without(after.Reasons)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}
