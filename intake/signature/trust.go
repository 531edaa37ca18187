package signature

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/emmansun/gmsm/smx509"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// Trust is what verdicts rest on: roots, intermediates, CRLs and the register
// of agencies. It is immutable and safe for concurrent use.
type Trust struct {
	roots         []*cms.Certificate
	intermediates []*cms.Certificate
	rootPool      *x509.CertPool   // RSA, ECDSA, Ed25519
	smRootPool    *smx509.CertPool // SM2; the pools never mix
	interPool     *x509.CertPool
	smInterPool   *smx509.CertPool
	crls          []*cms.CRL
	agencies      []schemas.Agency
	byID          map[string]*schemas.Agency
	hash          string
}

// NewTrust builds trust data from their bytes (PEM, several in one item, or
// DER) and the register. All problems are returned together as one
// *schemas.Error of kind Invalid.
func NewTrust(m schemas.TrustMaterial) (*Trust, error) {
	t := &Trust{
		rootPool: x509.NewCertPool(), smRootPool: smx509.NewCertPool(),
		interPool: x509.NewCertPool(), smInterPool: smx509.NewCertPool(),
		byID: make(map[string]*schemas.Agency),
	}
	var problems []schemas.Problem
	bad := func(field, code, format string, args ...any) {
		problems = append(problems, schemas.Problem{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
	}
	for _, item := range m.Roots {
		for _, c := range certificates(item, bad) {
			t.roots = append(t.roots, c)
			t.addToPool(c, true, item.Name, bad)
		}
	}
	for _, item := range m.Intermediates {
		for _, c := range certificates(item, bad) {
			t.intermediates = append(t.intermediates, c)
			t.addToPool(c, false, item.Name, bad)
		}
	}
	for _, item := range m.CRLs {
		ders := blocks(item.Data, "X509 CRL")
		if len(ders) == 0 {
			bad(item.Name, "crl", "文件中没有吊销列表")
		}
		for _, der := range ders {
			crl, err := cms.ParseCRL(der)
			if err != nil {
				bad(item.Name, "crl", "吊销列表无法解析：%v", err)
				continue
			}
			t.crls = append(t.crls, crl)
		}
	}
	t.register(m.Agencies, bad)
	if len(problems) > 0 {
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "trust_invalid", Message: "信任数据有误", Problems: problems}
	}
	t.hash = t.digest()
	return t, nil
}

// noTrust trusts nobody. (A nil pool would mean the system's roots.)
func noTrust() *Trust {
	t, err := NewTrust(schemas.TrustMaterial{})
	if err != nil {
		panic(err) // no data, no problem
	}
	return t
}

type problemFunc func(field, code, format string, args ...any)

// blocks splits PEM blocks of one type out of data; anything else is taken as
// one DER value.
func blocks(data []byte, kind string) [][]byte {
	var out [][]byte
	rest := data
	for {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type == kind {
			out = append(out, b.Bytes)
		}
	}
	if out == nil && !bytes.Contains(data, []byte("-----BEGIN")) {
		out = append(out, data)
	}
	return out
}

func certificates(item schemas.TrustItem, bad problemFunc) []*cms.Certificate {
	var out []*cms.Certificate
	ders := blocks(item.Data, "CERTIFICATE")
	if len(ders) == 0 {
		bad(item.Name, "certificate", "文件中没有证书")
	}
	for _, der := range ders {
		c, err := cms.ParseCertificate(der)
		if err != nil {
			bad(item.Name, "certificate", "证书无法解析：%v", err)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (t *Trust) addToPool(c *cms.Certificate, root bool, name string, bad problemFunc) {
	key, err := c.Key()
	if err != nil {
		bad(name, "certificate", "证书的公钥不受支持：%v", err)
		return
	}
	if key.Kind == cms.SM2 {
		sm, err := c.SM()
		if err != nil {
			bad(name, "certificate", "证书无法解析：%v", err)
			return
		}
		if !sm.IsCA {
			bad(name, "certificate", "不是CA证书：%s", sm.Subject)
			return
		}
		pool := t.smInterPool
		if root {
			pool = t.smRootPool
		}
		pool.AddCert(sm)
		return
	}
	std, err := c.X509()
	if err != nil {
		bad(name, "certificate", "证书无法解析：%v", err)
		return
	}
	if !std.IsCA && (!root || std.Version >= 3) {
		bad(name, "certificate", "不是CA证书：%s", std.Subject)
		return
	}
	pool := t.interPool
	if root {
		pool = t.rootPool
	}
	pool.AddCert(std)
}

// register checks the agencies: unique ids and credit codes, known states.
func (t *Trust) register(agencies []schemas.Agency, bad problemFunc) {
	t.agencies = slices.Clone(agencies)
	seen := make(map[string]string)
	for i := range t.agencies {
		a := &t.agencies[i]
		where := fmt.Sprintf("agencies[%d]", i)
		if a.ID == "" {
			bad(where, "id", "机构缺少id")
		} else if t.byID[a.ID] != nil {
			bad(where, "id", "机构id重复：%s", a.ID)
		}
		t.byID[a.ID] = a
		if a.Status != schemas.AgencyActive && a.Status != schemas.AgencySuspended {
			bad(where, "status", "机构状态只能是active或suspended：%q", a.Status)
		}
		if a.USCC != "" {
			if other, dup := seen[a.USCC]; dup {
				bad(where, "uscc", "统一社会信用代码与%s重复：%s", other, a.USCC)
			}
			seen[a.USCC] = a.ID
		}
		for j, c := range a.Certificates {
			if c.SHA256 == "" && (c.Issuer == "" || c.Serial == "") {
				bad(where, "certificates", "第%d个证书应给出sha256，或issuer与serial", j+1)
			}
			if b, err := hex.DecodeString(plainHex(c.SHA256)); c.SHA256 != "" && (err != nil || len(b) != sha256.Size) {
				bad(where, "certificates", "第%d个证书的sha256不是64位十六进制", j+1)
			}
			if _, ok := serialNumber(c.Serial); c.Serial != "" && !ok {
				bad(where, "certificates", "第%d个证书的serial不是十六进制", j+1)
			}
		}
	}
}

// Hash identifies the trust data: equal content has an equal hash, in whatever
// order or files it came.
func (t *Trust) Hash() string { return t.hash }

func (t *Trust) digest() string {
	var parts []string
	for _, c := range t.roots {
		parts = append(parts, "root "+c.SHA256())
	}
	for _, c := range t.intermediates {
		parts = append(parts, "intermediate "+c.SHA256())
	}
	for _, c := range t.crls {
		s := sha256.Sum256(c.Raw)
		parts = append(parts, "crl "+hex.EncodeToString(s[:]))
	}
	for _, a := range t.agencies {
		a.WebhookURL = "" // where to tell the agency decides nothing
		b, err := json.Marshal(a)
		if err != nil {
			panic(err) // plain data cannot fail to marshal
		}
		parts = append(parts, "agency "+string(b))
	}
	slices.Sort(parts)
	s := sha256.Sum256([]byte(strings.Join(slices.Compact(parts), "\n")))
	return hex.EncodeToString(s[:])
}

// Agency returns the register's entry, nil when unknown.
func (t *Trust) Agency(id string) *schemas.Agency {
	if a := t.byID[id]; a != nil {
		c := *a
		return &c
	}
	return nil
}
