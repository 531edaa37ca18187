package signature

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"jianding/intake/signature/changes"
	"jianding/intake/signature/revision"
	"jianding/schemas"
)

// clockTolerance is how far a time-stamp may lie after the receipt.
const clockTolerance = 5 * time.Minute

// verification is one document being judged.
type verification struct {
	data   []byte
	trust  *Trust
	at     time.Time
	policy Policy

	doc        *revision.Document
	file       *revision.File // the last revision that can be read
	history    changes.History
	hasher     *hasher
	store      store
	evidence   evidence
	empty      int
	signatures []*signature
	covering   *signature // the last one that signs content
	chains     int        // what building chains has cost, see maxChains

	hidden   []int        // ends of signed revisions whose signature the form hides
	rights   map[int]bool // places of usage-rights signatures
	pages    map[int]int  // page numbers by object, nil until asked
	document []problem    // of the document as a whole
	changes  []schemas.Change
}

// Verify judges all signatures of a document as of its receipt. It never
// fails: whatever stands in the way is part of the result.
func Verify(document []byte, trust *Trust, at time.Time, policy Policy) (result Result) {
	if trust == nil {
		trust = noTrust()
	}
	v := &verification{data: document, trust: trust, at: at, policy: policy, hasher: newHasher(document)}
	// A fault of this program must not become a report that nobody judged.
	defer func() {
		if p := recover(); p != nil {
			v.document = append(v.document, problem{code: schemas.ReasonStructure, status: schemas.SignatureInvalid, detail: "核验程序出错"})
			for _, s := range v.signatures {
				s.problems = append(s.problems, problem{code: schemas.ReasonStructure, status: schemas.SignatureInvalid})
			}
			result = v.conclude()
		}
	}()
	if v.openDocument() && v.findSignatures() {
		v.judgeIntegrity()
		v.judgeChanges()
		v.judgeTrust()
		v.judgeReaders()
	}
	return v.conclude()
}

// openDocument reads the structure of the newest revision. When bytes were
// appended that are no revision, it falls back to the newest signed one, so
// that the rest can still be told.
func (v *verification) openDocument() bool {
	switch {
	case isOFD(v.data):
		v.problem(schemas.ReasonOFD, schemas.SignatureUnsigned, "")
		return false
	case !bytes.HasPrefix(v.data, []byte("%PDF-")):
		v.problem(schemas.ReasonStructure, schemas.SignatureInvalid, "文件不以%PDF-开头")
		return false
	}
	v.doc = revision.NewDocument(v.data)
	f, err := v.doc.Open(len(v.data))
	if err == nil {
		v.file = f
		if f.Encrypted() && f.Forbids() && !v.policy.AllowRestricted {
			v.problem(schemas.ReasonPermissions, schemas.SignatureUnverifiable, "")
		}
		return true
	}
	switch {
	case errors.Is(err, revision.ErrPassword):
		v.problem(schemas.ReasonEncrypted, schemas.SignatureInvalid, "")
		return false
	case errors.Is(err, revision.ErrBudget):
		v.problem(schemas.ReasonSignatureLimit, schemas.SignatureInvalid, "")
		return false
	}
	for _, end := range rangeEnds(v.data) {
		if f, e := v.doc.Open(end); e == nil {
			v.file = f
			v.problem(schemas.ReasonUncovered, schemas.SignatureModified, inChinese(err))
			return true
		}
	}
	v.problem(schemas.ReasonStructure, schemas.SignatureInvalid, inChinese(err))
	return false
}

func (v *verification) problem(code schemas.ReasonCode, status schemas.SignatureStatus, detail string) {
	v.document = append(v.document, problem{code: code, status: status, detail: detail})
}

// findSignatures matches fields with dictionaries. It reports whether there
// is anything to judge.
func (v *verification) findSignatures() bool {
	w, err := findFields(v.file)
	if err != nil {
		code := schemas.ReasonStructure
		if errors.Is(err, revision.ErrBudget) {
			code = schemas.ReasonSignatureLimit
		}
		v.problem(code, schemas.SignatureInvalid, inChinese(err))
		return false
	}
	v.empty = w.empty
	for _, s := range w.order {
		if c, ok := s.dict.Get("Contents").(revision.String); s.dict != nil && (s.dict.Get("Contents") == nil && s.dict.Get("ByteRange") == nil || ok && allZero(c)) {
			// Prepared, not signed.
			v.empty++
			continue
		}
		if ind, err := v.file.Indirect(s.num); err == nil {
			s.ind = ind
		}
		s.subFilter = string(s.dict.Name("SubFilter"))
		s.timestamp = s.subFilter == subTimestamp || s.dict.Name("Type") == "DocTimeStamp"
		v.signatures = append(v.signatures, s)
	}
	if len(v.signatures) > v.policy.MaxSignatures {
		v.signatures = v.signatures[:v.policy.MaxSignatures]
		v.problem(schemas.ReasonSignatureLimit, schemas.SignatureInvalid, fmt.Sprintf("签名超过%d个", v.policy.MaxSignatures))
	}
	for _, s := range v.signatures {
		byteRangeRule().judge(v, s) // all ranges first: rules compare them
	}
	sortByEnd(v.signatures)
	if w.direct > 0 {
		v.problem(schemas.ReasonByteRange, schemas.SignatureInvalid, "签名不是独立的对象")
	}
	if n := max(v.orphans(), v.hiddenRanges()); n > 0 {
		v.problem(schemas.ReasonOrphan, schemas.SignatureModified, fmt.Sprintf("%d个", n))
	}
	return len(v.signatures) > 0
}

// judgeReaders sends to a human what readers may show differently, though all
// of it is signed.
func (v *verification) judgeReaders() {
	if v.modified() || v.covering == nil || !v.covering.intact() {
		return
	}
	if err := v.file.ReadersDiffer(); err != nil {
		v.problem(schemas.ReasonAmbiguous, schemas.SignatureValid, inChinese(err))
	}
}

// judgeIntegrity runs the raw and container layers.
func (v *verification) judgeIntegrity() {
	v.store = readStore(v.file)
	v.evidence = v.store.evidence
	v.evidence.trusted = v.trust.crls
	v.evidence.weak = v.weakCertificate
	for _, s := range v.signatures {
		if !v.run(s, rawRules()) {
			continue
		}
		v.open(s)
		if v.run(s, containerRules()) && s.content() {
			v.run(s, strengthRules())
		}
		v.evidence.addArchived(s.data)
		if s.stamp != nil {
			v.evidence.addArchived(s.stamp.Token)
		}
	}
	number := 0
	for _, s := range v.signatures {
		if s.end > 0 {
			number++
			s.number = number
		}
		if s.content() {
			v.covering = s
		}
	}
}

// intact reports whether no integrity rule failed; weak algorithms are not a
// matter of integrity.
func (s *signature) intact() bool {
	for _, p := range s.problems {
		if gravity(p.status) >= gravity(schemas.SignatureUnverifiable) {
			return false
		}
	}
	return s.verdict != nil
}

// conclude makes the result out of all problems.
func (v *verification) conclude() Result {
	r := Result{Policy: v.policy.Name, Trust: v.trust.Hash()}
	v.finalProblems()
	status := schemas.SignatureValid
	var all []problem
	all = append(all, v.document...)
	for _, s := range v.signatures {
		all = append(all, s.problems...)
	}
	for _, p := range all {
		if gravity(p.status) > gravity(status) {
			status = p.status
		}
	}
	r.Signature.Status = status
	r.Reasons = reasons(all)
	r.Signature.Reasons = r.Reasons
	r.Signature.Signers = []schemas.Signer{}
	for _, s := range v.signatures {
		r.Signature.Signers = append(r.Signature.Signers, v.signer(s))
		if s.end > 0 && s.at != nil {
			r.Revisions = append(r.Revisions, s.end)
		}
		if s.content() && s.intact() && s.end > r.Covered {
			r.Covered = s.end
		}
		if s.person != "" && s.intact() {
			r.Persons = append(r.Persons, Person{s.person, s.role})
		}
	}
	r.Revisions = append(r.Revisions, v.hidden...)
	slices.Sort(r.Revisions)
	r.Revisions = slices.Compact(r.Revisions)
	r.Signature.Changes = v.changes
	if r.Signature.Changes == nil {
		r.Signature.Changes = []schemas.Change{}
	}
	if c := v.covering; c != nil && c.agency != nil && status == schemas.SignatureValid {
		r.AgencyID = c.agency.ID
		r.Signature.AgencyID = c.agency.ID
	}
	return r
}

// finalProblems adds what only the whole can tell.
func (v *verification) finalProblems() {
	if len(v.signatures) > 0 || len(v.document) > 0 {
		if len(v.signatures) > 0 && v.covering == nil {
			v.problem(schemas.ReasonAgencyMissing, schemas.SignatureUntrusted, "只有时间戳")
		}
		return
	}
	code := schemas.ReasonUnsigned
	if v.stamped() {
		code = schemas.ReasonStampOnly
	}
	v.problem(code, schemas.SignatureUnsigned, "")
	if v.empty > 0 {
		v.problem(schemas.ReasonEmptyField, schemas.SignatureValid, "")
	}
}

// signer renders one signature.
func (v *verification) signer(s *signature) schemas.Signer {
	out := schemas.Signer{
		Field: s.field, SubFilter: s.subFilter, Revision: s.number, Timestamp: s.timestamp,
		Status: schemas.SignatureValid, TimeSource: schemas.TimeNone, Checks: s.checks,
		CoversDocument: s == v.covering && s.intact() && !v.modified(),
	}
	for _, p := range s.problems {
		if gravity(p.status) > gravity(out.Status) {
			out.Status, out.Code = p.status, p.code
		}
	}
	if s.verdict != nil && s.verdict.Certificate != nil {
		c := s.verdict.Certificate
		name := c.SubjectName()
		out.Subject = plainName(name.CommonName, name.String())
		out.USCC = uscc(c)
		out.Serial = fmt.Sprintf("%X", c.Serial)
		out.CertSHA256 = c.SHA256()
		if s.verdict.Scheme.Kind != "" {
			out.Algorithm = s.verdict.Scheme.Name()
		}
	}
	if s.agency != nil {
		out.Agency, out.AgencyID = s.agency.Name, s.agency.ID
	}
	out.SignedAt, out.TimeSource = v.signedAt(s)
	out.Seal = v.place(s)
	return out
}

func (v *verification) modified() bool {
	for _, p := range v.document {
		if p.status == schemas.SignatureModified {
			return true
		}
	}
	return false
}

// signedAt is the proven time, else the claimed one.
func (v *verification) signedAt(s *signature) (*time.Time, schemas.TimeSource) {
	if s.timestamp {
		if s.stamp != nil && s.stamp.Verdict.Intact() {
			t := s.stamp.Time
			return &t, schemas.TimeTimestamp
		}
		return nil, schemas.TimeNone
	}
	if s.proven.known {
		t := s.proven.at
		return &t, schemas.TimeTimestamp
	}
	if s.verdict != nil && !s.verdict.SigningTime.IsZero() {
		t := s.verdict.SigningTime
		return &t, schemas.TimeClaimed
	}
	if m, ok := s.dict.Get("M").(revision.String); ok {
		if t, ok := pdfDate(changes.Text(m)); ok {
			return &t, schemas.TimeClaimed
		}
	}
	return nil, schemas.TimeNone
}

// reasons turns problems into reasons: gravest first, each code and detail
// once; the order of discovery otherwise.
func reasons(all []problem) []schemas.Reason {
	out := []schemas.Reason{}
	seen := make(map[string]bool)
	for g := 5; g >= 0; g-- {
		for _, p := range all {
			if gravity(p.status) != g {
				continue
			}
			r := schemas.NewReason(p.code, p.page, p.detail)
			key := string(r.Code) + r.Message + fmt.Sprint(r.Page)
			if !seen[key] {
				seen[key] = true
				out = append(out, r)
			}
		}
	}
	return out
}
