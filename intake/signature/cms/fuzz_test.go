package cms

import (
	"os"
	"path/filepath"
	"testing"

	"jianding/intake/signature/costtest"
)

// FuzzContainer: whatever the bytes, parsing and verifying end, and nothing
// but the seeds is intact over their message.
func FuzzContainer(f *testing.F) {
	message, err := os.ReadFile("testdata/message.txt")
	if err != nil {
		f.Fatal(err)
	}
	names, err := filepath.Glob("testdata/*.cms")
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		costtest.Check(t, func() { readContainer(t, b, message) })
	})
}

func readContainer(t *testing.T, b, message []byte) {
	if sd, err := Parse(b); err == nil {
		v := sd.Verify(SumOf(message), nil)
		if sd.Verify(SumOf([]byte("another")), nil).Intact() {
			t.Error("intact over another message")
		}
		_ = v
		sd.ArchivedRevocation()
	}
	_, _ = ParseTimeStamp(b, SumOf(message), nil)
	if o, err := ParseOCSP(b); err == nil {
		_ = o.Singles
	}
	_, _ = ParseCRL(b)
}

// FuzzSeal: the same for electronic seals.
func FuzzSeal(f *testing.F) {
	names, err := filepath.Glob("testdata/seal*.der")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		costtest.Check(t, func() {
			s, err := ParseSeal(b)
			if err != nil {
				return
			}
			if s.Verify(SumOf([]byte("another"))).Intact() {
				t.Error("intact over another message")
			}
		})
	})
}
