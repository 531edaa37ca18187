package agencies

import (
	"bytes"
	"strings"
	"testing"
)

// TestNumeralsKeepTheirText: serials and codes that look like numbers in YAML
// (octal, hexadecimal, decimal, exponent, sexagesimal) stay as they are
// written, and come back from an export the same.
func TestNumeralsKeepTheirText(t *testing.T) {
	for _, serial := range []string{"0012", "0o17", "1234567890123456789012345678901234567890", "12e4", "0b11", "123", "00", "1_000"} {
		text := "- id: 0012\n  name: 甲\n  uscc: 911101080000000000\n  status: active\n  certificates:\n    - issuer: CA\n      serial: " + serial + "\n"
		list, _, err := ReadRegister(strings.NewReader(text))
		if strings.Trim(serial, "0123456789abcdef") != "" {
			if err == nil {
				t.Errorf("serial %s is taken", serial)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", serial, err)
		}
		a := list[0]
		if a.ID != "0012" || a.USCC != "911101080000000000" || a.Certificates[0].Serial != serial {
			t.Errorf("%s: read as id %s, code %s, serial %s", serial, a.ID, a.USCC, a.Certificates[0].Serial)
		}
		var b bytes.Buffer
		if err := WriteRegister(&b, list); err != nil {
			t.Fatal(err)
		}
		back, _, err := ReadRegister(&b)
		if err != nil || back[0].Certificates[0].Serial != serial || back[0].ID != "0012" {
			t.Errorf("%s: comes back as %v %v", serial, back, err)
		}
	}
}
