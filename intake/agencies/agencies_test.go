package agencies

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/schemas"
)

func TestCheckUSCC(t *testing.T) {
	for _, tc := range []struct {
		code, want string
	}{
		{"91350100M000100Y43", ""}, // the worked example of GB 32100-2015
		{"91350100M000100Y44", "校验码不符"},
		{"91350100M000100O43", "不允许的字符"},
		{"9135", "18 位"},
	} {
		got := CheckUSCC(tc.code)
		if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.code, got, tc.want)
		}
	}
}

const good = `
- id: a-1
  name: 重庆甲鉴定有限公司
  uscc: 91350100M000100Y43
  status: active
  valid_from: 2026-01-01
  valid_to: 2026-12-31
  standards: [GB 50292-2015]
  certificates:
    - sha256: "AB:CD:00112233445566778899aabbccddeeff00112233445566778899aabbccdd"
    - {issuer: 测试CA, serial: 01AB, person: 张三, role: 鉴定人}
- id: a-2
  name: 重庆乙鉴定有限公司
  uscc: 91350100M000100Y44
  status: suspended
  suspended_from: 2026-10-01T00:00:00+08:00
`

func TestReadRegister(t *testing.T) {
	list, warnings, err := ReadRegister(strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Certificates[0].SHA256[:4] != "abcd" || list[0].Certificates[1].Serial != "01ab" {
		t.Errorf("%+v", list)
	}
	// The last day of validity counts whole, by the calendar of Shanghai.
	if want := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC); !list[0].ValidTo.Equal(want) {
		t.Errorf("valid_to %v, want %v", list[0].ValidTo, want)
	}
	if len(warnings) != 1 || warnings[0].Field != "/1/uscc" {
		t.Errorf("warnings %+v", warnings)
	}
	var b bytes.Buffer
	if err := WriteRegister(&b, list); err != nil {
		t.Fatal(err)
	}
	again, _, err := ReadRegister(&b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(list, again); d != "" {
		t.Error(d)
	}
}

func TestReadRegisterListsAllProblems(t *testing.T) {
	_, _, err := ReadRegister(strings.NewReader(`
- id: A 1
  uscc: X
  status: closed
  valid_from: gestern
- id: b
  name: 乙
  uscc: X
  status: active
  colour: red
  certificates: [{sha256: zz}, {issuer: CA}, {}]
- id: b
  name: 丙
  uscc: Y
  status: active
`))
	var e *schemas.Error
	if !errors.As(err, &e) || e.Kind != schemas.KindInvalid {
		t.Fatal(err)
	}
	var fields []string
	for _, p := range e.Problems {
		fields = append(fields, p.Field+" "+p.Code)
	}
	want := []string{
		" register_yaml", "/0/valid_from malformed", "/0/id malformed", "/0/name required", "/0/status malformed",
		"/1/uscc duplicate", "/1/certificates/0/sha256 malformed", "/1/certificates/1 required", "/1/certificates/2 malformed", "/2/id duplicate",
	}
	if d := cmp.Diff(want, fields); d != "" {
		t.Error(d)
	}
}

func TestMayUpload(t *testing.T) {
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	before, after := at.Add(-time.Hour), at.Add(time.Hour)
	for name, tc := range map[string]struct {
		a  schemas.Agency
		ok bool
	}{
		"active":             {schemas.Agency{Status: schemas.AgencyActive}, true},
		"suspended":          {schemas.Agency{Status: schemas.AgencySuspended}, false},
		"suspended from now": {schemas.Agency{Status: schemas.AgencySuspended, SuspendedFrom: &at}, false},
		"suspended later":    {schemas.Agency{Status: schemas.AgencySuspended, SuspendedFrom: &after}, true},
		"not yet valid":      {schemas.Agency{Status: schemas.AgencyActive, ValidFrom: &after}, false},
		"no longer valid":    {schemas.Agency{Status: schemas.AgencyActive, ValidTo: &before}, false},
		"no status":          {schemas.Agency{}, false},
	} {
		if got := MayUpload(tc.a, at); (got == "") != tc.ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPassword(t *testing.T) {
	h, err := HashPassword("正确的马电池订书钉九九")
	if err != nil {
		t.Fatal(err)
	}
	other, _ := HashPassword("正确的马电池订书钉九九")
	if h == other {
		t.Error("no salt")
	}
	if !CheckPassword(h, "正确的马电池订书钉九九") || CheckPassword(h, "正确的马电池订书钉九八") {
		t.Error("wrong verdict")
	}
	for _, bad := range []string{"", "$argon2id$", strings.Replace(h, "m=19456", "m=4194304", 1), strings.Replace(h, "argon2id", "argon2i", 1)} {
		if CheckPassword(bad, "正确的马电池订书钉九九") {
			t.Errorf("%q matched", bad)
		}
	}
	if _, err := HashPassword("short"); schemas.KindOf(err) != schemas.KindInvalid {
		t.Error(err)
	}
}

func TestToken(t *testing.T) {
	a, b := NewToken(AgencyTokenPrefix), NewToken(AgencyTokenPrefix)
	if a == b || !strings.HasPrefix(a, "jda_") || len(a) < 4+43 || len(HashToken(a)) != 64 || HashToken(a) == HashToken(b) {
		t.Error(a, b)
	}
}

func FuzzReadRegister(f *testing.F) {
	f.Add(good)
	f.Add("- {}")
	f.Fuzz(func(t *testing.T, s string) {
		list, _, err := ReadRegister(strings.NewReader(s))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteRegister(&b, list); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadRegister(&b); err != nil {
			t.Errorf("what was written can't be read: %v", err)
		}
	})
}
