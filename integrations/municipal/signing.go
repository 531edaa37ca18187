package municipal

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

const (
	algNone       = "none"
	algHMACSHA256 = "hmac-sha256"
	algHMACSM3    = "hmac-sm3"
	algSM2        = "sm2"
)

// scheme is a Signing that was checked: templates parsed, zone loaded.
type scheme struct {
	spec    Signing
	parts   []template
	headers []template
	query   []template
	zone    *time.Location
	sm3     bool // the body's SM3 is needed
}

// key is what a scheme signs or verifies with.
type key struct {
	hmac    []byte
	private *sm2.PrivateKey
	public  *ecdsa.PublicKey
}

func timeFormats() map[string]func(time.Time) string {
	layout := func(l string) func(time.Time) string {
		return func(t time.Time) string { return t.Format(l) }
	}
	return map[string]func(time.Time) string{
		"unix":       func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) },
		"unix_ms":    func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) },
		"rfc3339":    layout(time.RFC3339),
		"rfc3339_ms": layout("2006-01-02T15:04:05.000Z07:00"),
		"compact":    layout("20060102150405"),
		"datetime":   layout("2006-01-02 15:04:05"),
	}
}

func parseTime(format, text string, zone *time.Location) (time.Time, error) {
	switch format {
	case "unix", "unix_ms":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return time.Time{}, err
		}
		if format == "unix" {
			return time.Unix(n, 0), nil
		}
		return time.UnixMilli(n), nil
	case "compact":
		return time.ParseInLocation("20060102150405", text, zone)
	case "datetime":
		return time.ParseInLocation("2006-01-02 15:04:05", text, zone)
	}
	return time.Parse(time.RFC3339Nano, text)
}

func encodings() map[string]func([]byte) string {
	return map[string]func([]byte) string{
		"hex":        hex.EncodeToString,
		"upper-hex":  func(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) },
		"base64":     base64.StdEncoding.EncodeToString,
		"base64url":  base64.RawURLEncoding.EncodeToString,
		"raw-hex":    hex.EncodeToString,
		"raw-base64": base64.StdEncoding.EncodeToString,
	}
}

func decodeSignature(encoding, text string) ([]byte, error) {
	switch strings.TrimPrefix(encoding, "raw-") {
	case "hex", "upper-hex":
		return hex.DecodeString(text)
	case "base64url":
		return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	}
	return base64.StdEncoding.DecodeString(text)
}

func decodeKey(encoding string, s Secret) ([]byte, error) {
	switch encoding {
	case "hex":
		return hex.DecodeString(string(s))
	case "base64":
		return base64.StdEncoding.DecodeString(string(s))
	}
	return []byte(s), nil
}

func (s *scheme) timestamp(t time.Time) string {
	return timeFormats()[s.spec.Time.Format](t.In(s.zone))
}

func (s *scheme) nonce(t time.Time) (string, error) {
	n := s.spec.Nonce.Bytes
	if s.spec.Nonce.Format != "hex" {
		n = 16
	}
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	switch s.spec.Nonce.Format {
	case "uuid":
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		x := hex.EncodeToString(b)
		return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:], nil
	case "digits":
		r := new(big.Int).SetBytes(b)
		return strconv.FormatInt(t.UnixMilli(), 10) + fmt.Sprintf("%04d", r.Mod(r, big.NewInt(10000)).Int64()), nil
	}
	return hex.EncodeToString(b), nil
}

type namedText struct{ name, value string }

// stringToSign joins the parts as the scheme says.
func (s *scheme) stringToSign(values map[string]string, query []namedText) (string, error) {
	var parts []namedText
	for i, p := range s.spec.Parts {
		if p.EachQuery {
			for _, q := range query {
				parts = append(parts, namedText{p.Name + q.name, q.value})
			}
			continue
		}
		v, err := s.parts[i].fill(values, nil)
		if err != nil {
			return "", err
		}
		parts = append(parts, namedText{p.Name, v})
	}
	if s.spec.Sort {
		sort.SliceStable(parts, func(i, j int) bool { return parts[i].name < parts[j].name })
	}
	var out []string
	for _, p := range parts {
		switch {
		case p.value == "" && s.spec.SkipEmpty:
		case s.spec.Pair != "":
			out = append(out, p.name+s.spec.Pair+p.value)
		default:
			out = append(out, p.value)
		}
	}
	return strings.Join(out, s.spec.Join), nil
}

func (s *scheme) mac(k key) hash.Hash {
	if s.spec.Algorithm == algHMACSM3 {
		return hmac.New(sm3.New, k.hmac)
	}
	return hmac.New(sha256.New, k.hmac)
}

// sign returns the encoded signature of text.
func (s *scheme) sign(k key, text string) (string, error) {
	var sig []byte
	switch s.spec.Algorithm {
	case algNone:
		return "", nil
	case algSM2:
		der, err := k.private.SignWithSM2(rand.Reader, []byte(s.spec.UserID), []byte(text))
		if err != nil {
			return "", err
		}
		sig = der
		if strings.HasPrefix(s.spec.Encoding, "raw-") {
			if sig, err = rawSM2(der); err != nil {
				return "", err
			}
		}
	default:
		m := s.mac(k)
		m.Write([]byte(text))
		sig = m.Sum(nil)
	}
	return encodings()[s.spec.Encoding](sig), nil
}

// verify reports whether signature is text's; it takes the same time whatever
// byte of a MAC differs.
func (s *scheme) verify(k key, text, signature string) bool {
	sig, err := decodeSignature(s.spec.Encoding, signature)
	if err != nil {
		return false
	}
	switch s.spec.Algorithm {
	case algSM2:
		if strings.HasPrefix(s.spec.Encoding, "raw-") {
			if sig, err = asn1SM2(sig); err != nil {
				return false
			}
		}
		return sm2.VerifyASN1WithSM2(k.public, []byte(s.spec.UserID), []byte(text), sig)
	case algHMACSHA256, algHMACSM3:
		m := s.mac(k)
		m.Write([]byte(text))
		return hmac.Equal(m.Sum(nil), sig)
	}
	return false
}

type rs struct{ R, S *big.Int }

func rawSM2(der []byte) ([]byte, error) {
	var v rs
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		return nil, err
	}
	out := make([]byte, 64)
	v.R.FillBytes(out[:32])
	v.S.FillBytes(out[32:])
	return out, nil
}

func asn1SM2(raw []byte) ([]byte, error) {
	if len(raw) != 64 {
		return nil, errors.New("signature is not 64 bytes")
	}
	return asn1.Marshal(rs{new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])})
}

// requestKey takes from the secrets what the scheme signs requests with.
func (s *scheme) requestKey(sec Secrets) (key, error) {
	switch s.spec.Algorithm {
	case algNone:
		return key{}, nil
	case algSM2:
		k, err := parseSM2Private([]byte(sec.PrivateKeyPEM))
		return key{private: k}, err
	}
	return hmacKey(s.spec.KeyEncoding, sec.Secret)
}

// callbackKey takes from the secrets what callbacks are verified with.
func (s *scheme) callbackKey(sec Secrets) (key, error) {
	if s.spec.Algorithm == algSM2 {
		k, err := parseSM2Public([]byte(sec.PlatformKeyPEM))
		return key{public: k}, err
	}
	secret := sec.CallbackSecret
	if secret == "" {
		secret = sec.Secret
	}
	return hmacKey(s.spec.KeyEncoding, secret)
}

func hmacKey(encoding string, s Secret) (key, error) {
	b, err := decodeKey(encoding, s)
	switch {
	case err != nil:
		return key{}, errors.New("密钥的编码不是 " + encoding)
	case len(b) < 16:
		return key{}, errors.New("HMAC 密钥缺失或不足 16 字节")
	}
	return key{hmac: b}, nil
}

func parseSM2Private(data []byte) (*sm2.PrivateKey, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var k any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			k, err = smx509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY", "SM2 PRIVATE KEY":
			k, err = smx509.ParseSM2PrivateKey(block.Bytes)
		default: // "EC PARAMETERS" stands before the key in OpenSSL's files
			continue
		}
		if err != nil {
			return nil, errors.New("SM2 私钥无法解析")
		}
		if p, ok := k.(*sm2.PrivateKey); ok {
			return p, nil
		}
		return nil, errors.New("私钥不是 SM2 密钥")
	}
	return nil, errors.New("缺少 SM2 私钥（PEM）")
}

func parseSM2Public(data []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("缺少平台的 SM2 公钥（PEM）")
	}
	var k any
	var err error
	if block.Type == "CERTIFICATE" {
		var cert *smx509.Certificate
		if cert, err = smx509.ParseCertificate(block.Bytes); err == nil {
			k = cert.PublicKey
		}
	} else {
		k, err = smx509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, errors.New("平台公钥无法解析")
	}
	pub, ok := k.(*ecdsa.PublicKey)
	if !ok || pub.Curve != sm2.P256() {
		return nil, errors.New("平台公钥不是 SM2 公钥")
	}
	return pub, nil
}

// signedRequest is what signing adds to a request.
type signedRequest struct {
	text      string // the signed string
	signature string
	headers   []namedText
	query     []namedText
}

// apply signs a request described by values and query at now.
func (s *scheme) apply(k key, values map[string]string, query []namedText, now time.Time) (signedRequest, error) {
	var r signedRequest
	if s.spec.Algorithm != algNone {
		nonce, err := s.nonce(now)
		if err != nil {
			return r, err
		}
		values["timestamp"], values["nonce"] = s.timestamp(now), nonce
	}
	var err error
	if r.text, err = s.stringToSign(values, query); err != nil {
		return r, err
	}
	if r.signature, err = s.sign(k, r.text); err != nil {
		return r, fmt.Errorf("signing: %w", err)
	}
	values["signature"] = r.signature
	defer delete(values, "signature")
	fill := func(named []NamedTemplate, parsed []template) (out []namedText, err error) {
		for i, n := range named {
			v, err := parsed[i].fill(values, nil)
			if err != nil {
				return nil, err
			}
			out = append(out, namedText{n.Name, v})
		}
		return out, nil
	}
	if r.headers, err = fill(s.spec.Headers, s.headers); err != nil {
		return r, err
	}
	r.query, err = fill(s.spec.Query, s.query)
	return r, err
}

func encodeQuery(query []namedText) string {
	var b strings.Builder
	for i, q := range query {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(q.name) + "=" + url.QueryEscape(q.value))
	}
	return b.String()
}

func sortedQuery(query []namedText) string {
	q := append([]namedText(nil), query...)
	sort.SliceStable(q, func(i, j int) bool { return q[i].name < q[j].name })
	var out []string
	for _, x := range q {
		out = append(out, x.name+"="+x.value)
	}
	return strings.Join(out, "&")
}
