package signature

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

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

// ParseAgencies reads agencies.yaml strictly: unknown keys are refused.
func ParseAgencies(data []byte) ([]schemas.Agency, error) {
	var agencies []schemas.Agency
	dec := yaml.NewDecoder(strings.NewReader(string(data)), yaml.Strict())
	if err := dec.Decode(&agencies); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return agencies, nil
}
