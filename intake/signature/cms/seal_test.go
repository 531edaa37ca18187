package cms

import (
	"bytes"
	"testing"
)

// TestOpenSSLSeals verifies seals of each version that were written by openssl
// from the standards' own definitions, and refuses each over another message, and
// with any one bit flipped.
func TestOpenSSLSeals(t *testing.T) {
	message := vector(t, "message.txt")
	sound := func(der, message []byte) bool {
		s, err := ParseSeal(der)
		if err != nil {
			return false
		}
		v := s.Verify(SumOf(message))
		return v.Intact() && v.MakerOK && v.SignerOK
	}
	versions := map[string]int{"v1": 1, "v4": 4, "v4-digest": 4, "v5": 5, "v5-digest": 5}
	for name, version := range versions {
		t.Run(name, func(t *testing.T) {
			der := vector(t, "openssl-seal-"+name+".der")
			s, err := ParseSeal(der)
			if err != nil {
				t.Fatal(err)
			}
			if s.Version != version || s.ID != "50011200000001" || s.Name != "测试机构" || s.ValidFrom.Year() != 2025 || s.ValidUntil.Year() != 2030 || s.SignedAt.Hour() != 7 {
				t.Errorf("read %+v", s)
			}
			if v := s.Verify(SumOf(message)); !v.Intact() || !v.MakerOK || !v.SignerOK || v.Scheme.NoSM2ID {
				t.Errorf("%+v", v)
			}
			if s.Verify(SumOf(append(message, '!'))).Intact() {
				t.Error("intact over another message")
			}
			if !sound(append(bytes.Clone(der), 0, 0, 0), message) || sound(append(bytes.Clone(der), 0, 1), message) {
				t.Error("zeros alone may follow")
			}
			for i := 0; i < len(der); i += 2 {
				flipped := bytes.Clone(der)
				flipped[i] ^= 1 << (i % 8)
				if sound(flipped, message) {
					t.Errorf("sound with byte %d flipped to %x", i, flipped[i])
				}
			}
		})
	}
}
