package municipal

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// The expected signatures below were made with OpenSSL 3.0, which shares no
// code with this package:
//
//	printf '%s' "$TEXT" | openssl dgst -sha256 -hmac $KEY
//	printf '%s' "$TEXT" | openssl dgst -sm3 -mac HMAC -macopt key:$KEY -binary | base64
//	printf '%s' "$TEXT" > m; openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -inkey key.pem -in m
const (
	vectorKey   = "0123456789abcdef0123456789abcdef"
	vectorNonce = "00112233445566778899aabbccddeeff"
	vectorSM2   = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg80z77HwzYeeoKw7R
d6XT5o+VlEF7CzCa1C/zfMWlyPqhRANCAARh98fYNxqf16I/TV/2epA2Y9+r5kOw
BOhWtrP/ZZeph05gRT3F9lUVe7vt9HogKrJdd91zSgzhE73ko0IgqHH0
-----END PRIVATE KEY-----
`
	vectorSM2Public = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEYffH2Dcan9eiP01f9nqQNmPfq+ZD
sAToVraz/2WXqYdOYEU9xfZVFXu77fR6ICqyXXfdc0oM4RO95KNCIKhx9A==
-----END PUBLIC KEY-----
`
	vectorSM2Signature = "MEUCIQCarQbe8WCIRIah7sANmES2ienLAEqHRmLwoHhO+YXlnAIgLM7+WC/zHlbQ9J/1WrGZ7kPRhqC68XddC1Ra5SDqyhY="
)

func shippedScheme(t *testing.T, name string) *scheme {
	t.Helper()
	data, err := ShippedProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := LoadProfile(data)
	if err != nil {
		t.Fatal(err)
	}
	return p.compiled.signing
}

func TestSigningAgainstOpenSSLVectors(t *testing.T) {
	sum2, sum3 := sha256.Sum256([]byte("body")), sm3.Sum([]byte("body"))
	body2, body3 := hex.EncodeToString(sum2[:]), hex.EncodeToString(sum3[:])
	day := []namedText{{"limit", "500"}, {"day", "2026-11-24"}}
	for _, tc := range []struct {
		profile string
		values  map[string]string
		query   []namedText
		text    string
		want    string
	}{
		{"reference-hmac-sha256",
			map[string]string{"app_id": "jiangjin", "body_sha256": body2, "header:Idempotency-Key": "jd-1", "method": "POST",
				"nonce": vectorNonce, "path": "/openapi/v1/filings", "timestamp": "1795500000"}, nil,
			"app_id=jiangjin&body_sha256=230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5&idempotency_key=jd-1&method=POST" +
				"&nonce=" + vectorNonce + "&path=/openapi/v1/filings&timestamp=1795500000",
			"834440da4660377da955a86b2a9edeb27b538c640da902dfb47a237d2227a327"},
		{"reference-hmac-sm3",
			map[string]string{"method": "GET", "path": "/openapi/v1/filings", "query": "day=2026-11-24&limit=500",
				"timestamp": "1795500000123", "nonce": vectorNonce, "body_sm3": body3}, day,
			"GET\n/openapi/v1/filings\nday=2026-11-24&limit=500\n1795500000123\n" + vectorNonce +
				"\nd35e200fd7d9f7af8a6bdcd17d850263035bf9549aff844e4f555352bfe73265",
			"ZeWxuYEl0FSY3ikBUP9FkyjLyctBaOvO1ZiOLY1apzo="},
		// METHOD\nTimestamp\nNonce\nURI\nparams, parameters sorted by name.
		{"dg-work",
			map[string]string{"method": "GET", "timestamp": "2026-11-24T12:00:00.123+08:00", "nonce": "17955000001231234",
				"path": "/openapi/v1/filings", "query_sorted": sortedQuery(day)}, day,
			"GET\n2026-11-24T12:00:00.123+08:00\n17955000001231234\n/openapi/v1/filings\nday=2026-11-24&limit=500",
			"jLz+r2SsE7ZZmpC8BYSZQ68gOMxzsWjXwUD4GajFJhg="},
	} {
		t.Run(tc.profile, func(t *testing.T) {
			s := shippedScheme(t, tc.profile)
			k, err := s.requestKey(Secrets{AppID: "jiangjin", Secret: vectorKey})
			if err != nil {
				t.Fatal(err)
			}
			text, err := s.stringToSign(tc.values, tc.query)
			if err != nil || text != tc.text {
				t.Fatalf("signed string %q, want %q (%v)", text, tc.text, err)
			}
			got, err := s.sign(k, text)
			if err != nil || got != tc.want {
				t.Errorf("signature %s, want %s (%v)", got, tc.want, err)
			}
		})
	}
}

// A request without parameters has no fifth line and no line feed for it.
func TestDGWorkStringWithoutParameters(t *testing.T) {
	got, err := shippedScheme(t, "dg-work").stringToSign(map[string]string{"method": "POST", "timestamp": "T", "nonce": "N", "path": "/filings"}, nil)
	if want := "POST\nT\nN\n/filings"; err != nil || got != want {
		t.Errorf("%q, want %q (%v)", got, want, err)
	}
}

func TestDGWorkTimestampAndNonce(t *testing.T) {
	s := shippedScheme(t, "dg-work")
	at := time.Date(2026, 11, 24, 4, 0, 0, 123_456_789, time.UTC)
	if got := s.timestamp(at); got != "2026-11-24T12:00:00.123+08:00" {
		t.Errorf("timestamp %q", got)
	}
	n, err := s.nonce(at)
	if err != nil || len(n) != 17 || !strings.HasPrefix(n, "1795492800123") {
		t.Errorf("nonce %q (%v)", n, err)
	}
}

func TestSM2SignatureMadeByOpenSSLIsVerified(t *testing.T) {
	s := shippedScheme(t, "reference-sm2")
	pub, err := parseSM2Public([]byte(vectorSM2Public))
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.stringToSign(map[string]string{"timestamp": "1795500000123", "nonce": vectorNonce,
		"body_sm3": "d35e200fd7d9f7af8a6bdcd17d850263035bf9549aff844e4f555352bfe73265"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !s.verify(key{public: pub}, text, vectorSM2Signature) {
		t.Error("a signature of OpenSSL is refused")
	}
	if s.verify(key{public: pub}, text+"x", vectorSM2Signature) {
		t.Error("a signature of another text is taken")
	}
}

func TestSM2SignatureIsVerifiedByOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	s := shippedScheme(t, "reference-sm2")
	k, err := s.requestKey(Secrets{PrivateKeyPEM: vectorSM2})
	if err != nil {
		t.Fatal(err)
	}
	const text = "1795500000123" + vectorNonce + "d35e200fd7d9f7af8a6bdcd17d850263035bf9549aff844e4f555352bfe73265"
	encoded, err := s.sign(k, text)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	verify := func(message string) (string, error) {
		out, err := exec.Command(openssl, "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678",
			"-pubin", "-inkey", write("pub.pem", []byte(vectorSM2Public)), "-in", write("message", []byte(message)),
			"-sigfile", write("signature", sig)).CombinedOutput()
		return string(out), err
	}
	if out, err := verify(text); err != nil {
		t.Errorf("openssl refuses our signature: %s", out)
	}
	if out, err := verify(text + "x"); err == nil {
		t.Errorf("openssl takes our signature for another text: %s", out)
	}
}

// Platforms differ in encodings; each has to come out as it is named.
func TestSignatureEncodings(t *testing.T) {
	base := shippedScheme(t, "reference-hmac-sha256")
	k := key{hmac: []byte(vectorKey)}
	want := map[string]string{
		"hex":       "834440da4660377da955a86b2a9edeb27b538c640da902dfb47a237d2227a327",
		"upper-hex": "834440DA4660377DA955A86B2A9EDEB27B538C640DA902DFB47A237D2227A327",
		"base64":    "g0RA2kZgN32pVahrKp7esntTjGQNqQLftHojfSInoyc=",
		"base64url": "g0RA2kZgN32pVahrKp7esntTjGQNqQLftHojfSInoyc",
	}
	text := "app_id=jiangjin&body_sha256=230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5&idempotency_key=jd-1&method=POST" +
		"&nonce=" + vectorNonce + "&path=/openapi/v1/filings&timestamp=1795500000"
	for encoding, w := range want {
		s := *base
		s.spec.Encoding = encoding
		got, err := s.sign(k, text)
		if err != nil || got != w {
			t.Errorf("%s: %q, want %q (%v)", encoding, got, w, err)
		}
		if !s.verify(k, text, got) || s.verify(k, text+"x", got) {
			t.Errorf("%s: does not verify", encoding)
		}
	}
}

func TestRawSM2SignatureRoundTrip(t *testing.T) {
	s := *shippedScheme(t, "reference-sm2")
	priv, err := parseSM2Private([]byte(vectorSM2))
	if err != nil {
		t.Fatal(err)
	}
	pub, err := parseSM2Public([]byte(vectorSM2Public))
	if err != nil {
		t.Fatal(err)
	}
	s.spec.Encoding = "raw-hex"
	for range 50 { // short r and s come up by chance
		sig, err := s.sign(key{private: priv}, "text")
		if err != nil || len(sig) != 128 {
			t.Fatalf("%q (%v)", sig, err)
		}
		if !s.verify(key{public: pub}, "text", sig) {
			t.Fatalf("%q does not verify", sig)
		}
	}
}
