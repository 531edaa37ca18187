package agencies

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"jianding/schemas"
)

// Prefixes of bearer tokens: they let scanners for leaked secrets find them,
// and tell an agency's token from a person's.
const (
	AgencyTokenPrefix = "jda_"
	UserTokenPrefix   = "jdu_"
)

// NewToken mints a bearer token of 256 random bits. Only its hash
// ([HashToken]) is ever stored: the token itself is shown once.
func NewToken(prefix string) string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// HashToken returns the hex SHA-256 under which a token is stored. A token is
// random, so a plain hash is enough: there is nothing to guess.
func HashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// Parameters of argon2id: OWASP's second choice (19 MiB, two passes), which
// keeps a sign-in below 50 ms and a flood of sign-ins below the memory of a
// small machine.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	saltSize     = 16
	keySize      = 32
)

// Bounds of a password's length in characters.
const (
	MinPassword = 10
	MaxPassword = 128
)

// HashPassword returns the PHC string of argon2id. A password that is too
// short or too long is Invalid.
func HashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword {
		return "", schemas.Errorf(schemas.KindInvalid, "password_length", "密码长度应为 %d 至 %d 个字符", MinPassword, MaxPassword)
	}
	salt := make([]byte, saltSize)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, keySize)
	e := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, e(salt), e(key)), nil
}

// CheckPassword tells whether the password is the one that was hashed. A hash
// that can't be read matches nothing. It takes as long for an empty hash as
// for a real one, so that the time does not tell which logins exist.
func CheckPassword(hash, password string) bool {
	if utf8.RuneCountInString(password) > MaxPassword {
		return false
	}
	m, t, p, salt, want, ok := parsePHC(hash)
	if !ok {
		m, t, p, salt, want = argonMemory, argonTime, argonThreads, make([]byte, saltSize), make([]byte, keySize)
	}
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && ok
}

func parsePHC(s string) (m, t uint32, p uint8, salt, key []byte, ok bool) {
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return 0, 0, 0, nil, nil, false
	}
	if n, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &m, &t, &p); n != 3 || err != nil {
		return 0, 0, 0, nil, nil, false
	}
	// A hash from a hostile import must not choose how much memory it costs.
	if m < 8 || m > 256*1024 || t < 1 || t > 16 || p < 1 {
		return 0, 0, 0, nil, nil, false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	key, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return 0, 0, 0, nil, nil, false
	}
	return m, t, p, salt, key, true
}
