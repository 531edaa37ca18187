package signature

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"jianding/schemas"
)

// maxTrustFile bounds one file of a trust directory; CRLs of large authorities
// measure some megabytes.
const maxTrustFile = 64 << 20

// LoadTrust reads a trust directory (DESIGN §3): roots/*.pem,
// intermediates/*.pem, crls/*.pem|*.crl and agencies.yaml, of which roots and
// agencies.yaml must be there. All problems are returned together as one
// *schemas.Error of kind Invalid.
func LoadTrust(fsys fs.FS) (*Trust, error) {
	m, problems := ReadTrustDirectory(fsys)
	t, err := NewTrust(m)
	var invalid *schemas.Error
	if errors.As(err, &invalid) {
		problems = append(problems, invalid.Problems...)
	}
	if len(problems) > 0 {
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "trust_invalid", Message: "信任目录有误", Problems: problems}
	}
	return t, err
}

// ReadTrustDirectory reads the files of a trust directory without judging
// them, as the import of a register needs.
func ReadTrustDirectory(fsys fs.FS) (schemas.TrustMaterial, []schemas.Problem) {
	var m schemas.TrustMaterial
	var problems []schemas.Problem
	bad := func(field, code, msg string) {
		problems = append(problems, schemas.Problem{Field: field, Code: code, Message: msg})
	}
	read := func(name string) ([]byte, bool) {
		f, err := fsys.Open(name)
		if err != nil {
			bad(name, "unreadable", "文件无法读取")
			return nil, false
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxTrustFile+1))
		if err != nil || len(data) > maxTrustFile {
			bad(name, "unreadable", "文件无法读取或过大")
			return nil, false
		}
		return data, true
	}
	folder := func(dir string, required bool, extensions ...string) []schemas.TrustItem {
		entries, err := fs.ReadDir(fsys, dir)
		if err != nil {
			if required || !errors.Is(err, fs.ErrNotExist) {
				bad(dir, "unreadable", "目录无法读取")
			}
			return nil
		}
		var items []schemas.TrustItem
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			known := false
			for _, x := range extensions {
				known = known || strings.EqualFold(path.Ext(name), x)
			}
			if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			if !known {
				// A root that is silently not read would be found out by a
				// rejected report.
				bad(name, "unknown_file", "不认识的文件，应为"+strings.Join(extensions, "、"))
				continue
			}
			if data, ok := read(name); ok {
				items = append(items, schemas.TrustItem{Name: name, Data: data})
			}
		}
		return items
	}
	m.Roots = folder("roots", true, ".pem", ".crt", ".cer")
	m.Intermediates = folder("intermediates", false, ".pem", ".crt", ".cer")
	m.CRLs = folder("crls", false, ".pem", ".crl")
	if data, ok := read("agencies.yaml"); ok {
		agencies, err := ParseAgencies(data)
		if err != nil {
			bad("agencies.yaml", "yaml", err.Error())
		}
		m.Agencies = agencies
	}
	return m, problems
}

// entry is an agency as agencies.yaml writes it. Dates are text here: the YAML
// reader takes a day for one in Greenwich and what is no date for none.
type entry struct {
	ID            digits               `yaml:"id"`
	Name          string               `yaml:"name"`
	USCC          digits               `yaml:"uscc"`
	Status        schemas.AgencyStatus `yaml:"status"`
	SuspendedFrom string               `yaml:"suspended_from"`
	ValidFrom     string               `yaml:"valid_from"`
	ValidTo       string               `yaml:"valid_to"`
	Standards     []string             `yaml:"standards"`
	Certificates  []struct {
		SHA256 digits `yaml:"sha256"`
		Issuer string `yaml:"issuer"`
		Serial digits `yaml:"serial"`
		Person string `yaml:"person"`
		Role   string `yaml:"role"`
	} `yaml:"certificates"`
}

// digits is text that may look like a number: the YAML reader takes an
// unquoted serial of 0012 for the octal 10.
type digits string

// UnmarshalYAML keeps an unquoted scalar as it is written.
func (d *digits) UnmarshalYAML(raw []byte) error {
	text := strings.TrimSpace(string(raw))
	if numeral.MatchString(text) {
		*d = digits(text)
		return nil
	}
	var s string
	if err := yaml.Unmarshal(raw, &s); err != nil {
		return err
	}
	*d = digits(s)
	return nil
}

var numeral = regexp.MustCompile(`^[0-9][0-9a-zA-Z_.:]*$`)

// ParseAgencies reads agencies.yaml strictly: unknown keys are refused, and
// so are dates that are neither a day nor an instant (RFC 3339). A day is one
// in China: a suspension and a registration begin with it, a registration ends
// with its end.
func ParseAgencies(data []byte) ([]schemas.Agency, error) {
	var entries []entry
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(&entries); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var agencies []schemas.Agency
	var problems []error
	for _, e := range entries {
		a := schemas.Agency{ID: string(e.ID), Name: e.Name, USCC: string(e.USCC), Status: e.Status, Standards: e.Standards}
		for _, c := range e.Certificates {
			a.Certificates = append(a.Certificates, schemas.CertificateRef{SHA256: string(c.SHA256), Issuer: c.Issuer, Serial: string(c.Serial), Person: c.Person, Role: c.Role})
		}
		for _, d := range []struct {
			key, text string
			to        **time.Time
			days      int // until the instant that a day stands for
		}{{"suspended_from", e.SuspendedFrom, &a.SuspendedFrom, 0}, {"valid_from", e.ValidFrom, &a.ValidFrom, 0}, {"valid_to", e.ValidTo, &a.ValidTo, 1}} {
			t, err := dayOrInstant(d.text, d.days)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %s应为日期（2026-01-31）或RFC 3339时刻：%q", e.ID, d.key, d.text))
			}
			*d.to = t
		}
		agencies = append(agencies, a)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return agencies, nil
}

func dayOrInstant(s string, days int) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, shanghai); err == nil {
		t = t.AddDate(0, 0, days)
		return &t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return nil, err
	}
	return &t, nil
}
