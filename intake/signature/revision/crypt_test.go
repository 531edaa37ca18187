package revision

import (
	"fmt"
	"testing"
)

// TestForbids: permissions are asked under deprecated encryption alone, and
// only whether they let anybody sign.
func TestForbids(t *testing.T) {
	for _, c := range []struct {
		v, p int64
		want bool
	}{
		{2, -1836, true},                     // iText 2: print and copy
		{2, -1836 | 1<<9, true},              // accessible as well
		{1, -3904, true},                     // nothing
		{2, -1836 | 1<<8, false},             // forms may be filled, signature fields among them
		{2, -1836 | 1<<5, false},             // annotations and forms
		{4, -1836, false}, {5, -3904, false}, // AES
		{2, -4, false},
	} {
		o, err := ParseObject(fmt.Appendf(nil, "<< /Encrypt << /V %d /P %d >> >>", c.v, c.p))
		if err != nil {
			t.Fatal(err)
		}
		d, _ := o.(*Dict)
		if got := (&File{Trailer: d}).Forbids(); got != c.want {
			t.Errorf("V %d, P %d: %v", c.v, c.p, got)
		}
	}
}
