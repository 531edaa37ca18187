package signature

import (
	"jianding/intake/signature/cms"
	"jianding/intake/signature/revision"
)

// store is the document security store (ISO 32000-2, 12.8.4.3): certificates
// and evidence of revocation that were appended. Nothing in it is believed
// without its own signature.
type store struct {
	certificates []*cms.Certificate
	evidence     evidence
}

const (
	maxStoreItems = 256
	maxStoreBytes = 32 << 20
)

func readStore(f *revision.File) store {
	var s store
	root, err := f.Root()
	if err != nil {
		return s
	}
	dss := f.Dict(root.Get("DSS"))
	total := 0
	each := func(key revision.Name, use func([]byte)) {
		o, err := f.Resolve(dss.Get(key))
		if err != nil {
			return
		}
		a, _ := o.(revision.Array)
		for i, x := range a {
			v, err := f.Resolve(x)
			st, ok := v.(*revision.Stream)
			if err != nil || !ok || i >= maxStoreItems || total > maxStoreBytes {
				continue
			}
			if data, err := f.Decode(st); err == nil {
				total += len(data)
				use(data)
			}
		}
	}
	if dss == nil {
		return s
	}
	each("Certs", func(b []byte) {
		if c, err := cms.ParseCertificate(b); err == nil {
			s.certificates = append(s.certificates, c)
		}
	})
	each("CRLs", func(b []byte) { s.evidence.addCRL(b) })
	each("OCSPs", func(b []byte) { s.evidence.addOCSP(b) })
	return s
}

// What a document may bring as evidence. Parsing costs many times the bytes; who
// has longer lists puts them into the trust data.
const (
	maxEvidence      = 128
	maxEvidenceBytes = 8 << 20
)

func (e *evidence) afford(der []byte) bool {
	if e.bytes+len(der) > maxEvidenceBytes {
		return false
	}
	e.bytes += len(der)
	return true
}

func (e *evidence) addCRL(der []byte) {
	if len(e.crls) < maxEvidence && e.afford(der) {
		if c, err := cms.ParseCRL(der); err == nil {
			e.crls = append(e.crls, c)
		}
	}
}

func (e *evidence) addOCSP(der []byte) {
	if len(e.ocsps) < maxEvidence && e.afford(der) {
		if o, err := cms.ParseOCSP(der); err == nil {
			e.ocsps = append(e.ocsps, o)
		}
	}
}

// addArchived takes the evidence that a container carries.
func (e *evidence) addArchived(sd *cms.SignedData) {
	if sd == nil {
		return
	}
	crls, ocsps := sd.ArchivedRevocation()
	for _, c := range crls {
		e.addCRL(c)
	}
	for _, o := range ocsps {
		e.addOCSP(o)
	}
}
