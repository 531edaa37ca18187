package signing

import (
	"encoding/asn1"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// der builds one DER value.
func der(f func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	f(&b)
	out, err := b.Bytes()
	if err != nil {
		panic(fmt.Sprintf("signing: %v", err)) // only for values that this package makes itself
	}
	return out
}

func sequence(parts ...[]byte) []byte { return constructed(cbasn1.SEQUENCE, parts...) }
func set(parts ...[]byte) []byte      { return constructed(cbasn1.SET, parts...) }

func context(n int, parts ...[]byte) []byte {
	return constructed(cbasn1.Tag(n).ContextSpecific().Constructed(), parts...)
}

func constructed(tag cbasn1.Tag, parts ...[]byte) []byte {
	return der(func(b *cryptobyte.Builder) {
		b.AddASN1(tag, func(b *cryptobyte.Builder) {
			for _, p := range parts {
				b.AddBytes(p)
			}
		})
	})
}

func primitive(tag cbasn1.Tag, content []byte) []byte {
	return der(func(b *cryptobyte.Builder) {
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	})
}

func octets(b []byte) []byte { return primitive(cbasn1.OCTET_STRING, b) }
func bits(b []byte) []byte {
	return der(func(c *cryptobyte.Builder) { c.AddASN1BitString(b) })
}
func integer(n int64) []byte       { return der(func(b *cryptobyte.Builder) { b.AddASN1Int64(n) }) }
func bigInteger(n *big.Int) []byte { return der(func(b *cryptobyte.Builder) { b.AddASN1BigInt(n) }) }
func utf8(s string) []byte         { return primitive(cbasn1.UTF8String, []byte(s)) }
func ia5(s string) []byte          { return primitive(cbasn1.IA5String, []byte(s)) }
func null() []byte                 { return []byte{5, 0} }
func enumerated(n byte) []byte     { return []byte{10, 1, n} }

func oid(s string) []byte {
	var id asn1.ObjectIdentifier
	for _, p := range strings.Split(s, ".") {
		n, err := strconv.Atoi(p)
		if err != nil {
			panic("signing: object identifier " + s)
		}
		id = append(id, n)
	}
	return der(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(id) })
}

func generalizedTime(t time.Time) []byte {
	return primitive(cbasn1.GeneralizedTime, []byte(t.UTC().Format("20060102150405Z")))
}

func utcTime(t time.Time) []byte {
	return primitive(cbasn1.UTCTime, []byte(t.UTC().Format("060102150405Z")))
}

// retag replaces the tag of a DER value (implicit tagging).
func retag(tag byte, value []byte) []byte { return append([]byte{tag}, value[1:]...) }
