// Package assessment looks at one document whole: pdf, signature, reading and
// triage composed into one verdict (DESIGN §3). Start reading at Inspect, which
// works in this process; Pool runs it in child processes, where a hostile
// document can do no harm.
package assessment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"jianding/intake/pdf"
	"jianding/intake/reading"
	"jianding/intake/signature"
	"jianding/intake/triage"
	"jianding/schemas"
)

// Inspector holds what is needed to look at documents. It is safe for
// concurrent use.
type Inspector struct {
	Engine *pdf.Engine
	Limits pdf.Limits
	Policy signature.Policy
}

// Request is one document to look at.
type Request struct {
	Document []byte
	Declared *schemas.Declared // nil: nothing was declared
	Trust    *signature.Trust
	At       time.Time // the instant of receipt; certificates are judged at it
	// AllMentions adds every mention of a grade to the findings, with its role.
	AllMentions bool
	// OCR holds words that recognition found on pages without readable text.
	OCR map[int][]reading.Word
}

// Inspect looks at a document. It never fails: what goes wrong is a reason of
// the assessment. It is a pure function of the request, unless ctx ends, which
// makes the document one that took too long.
func (i *Inspector) Inspect(ctx context.Context, req Request) schemas.Assessment {
	l := look{inspector: i, ctx: ctx, req: req}
	var group sync.WaitGroup
	var structure pdf.Structure
	var structureErr error
	kind := pdf.CheckKind(req.Document)
	usable := kind == nil || kind.Code == schemas.DocumentHeader
	if usable {
		// Beside PDFium, on another core when there is one.
		group.Go(func() {
			structure, structureErr = pdf.Examine(ctx, req.Document, i.Limits)
		})
		group.Go(l.verify)
	} else {
		l.signed.Signature = schemas.Signature{Status: schemas.SignatureUnsigned}
	}
	var sums digests
	group.Go(func() { sums = digest(req.Document) })
	var refusal *pdf.Refusal
	if usable {
		refusal = l.read(&structure, &group)
	}
	group.Wait()

	var document []schemas.Reason
	switch {
	case kind != nil && !usable:
		document = append(document, *kind)
	case refusal != nil:
		// What the gate has to say of a file that does not open adds nothing.
		document = append(document, refusal.Reason())
	default:
		if kind != nil {
			document = append(document, *kind)
		}
		document = append(document, structure.Reasons...)
		document = append(document, l.document...)
	}
	if structureErr != nil || ctx.Err() != nil {
		document = append(document, schemas.NewReason(schemas.DocumentTimeout, 0, ""))
	}
	document = append(document, l.crashes...)
	return l.decide(sums, document)
}

// look is one inspection under way.
type look struct {
	inspector *Inspector
	ctx       context.Context
	req       Request

	pages    int
	signed   signature.Result
	current  reading.Result
	others   []reading.Result
	document []schemas.Reason

	mu      sync.Mutex
	crashes []schemas.Reason
}

// guard turns a panic of a room into a rejecting reason. What cannot be
// recovered kills the process, which is why the service uses Pool.
func (l *look) guard() {
	if r := recover(); r != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.crashes) == 0 {
			l.crashes = append(l.crashes, schemas.NewReason(schemas.DocumentCrashed, 0, ""))
		}
	}
}

func (l *look) verify() {
	l.signed.Signature.Status = schemas.SignatureUnverifiable
	defer l.guard()
	l.signed = signature.Verify(l.req.Document, l.req.Trust, l.req.At, l.inspector.Policy)
}

// read opens and reads the document and, when it was modified after signing,
// every revision that was signed: the worst of them stands.
func (l *look) read(structure *pdf.Structure, group *sync.WaitGroup) *pdf.Refusal {
	refusal := func() *pdf.Refusal {
		defer l.guard()
		d, err := pdf.Open(l.ctx, l.inspector.Engine, l.req.Document, l.inspector.Limits)
		if err != nil {
			return pdf.AsRefusal(err)
		}
		defer d.Close()
		l.pages = d.NumPages()
		l.current = reading.Read(d, reading.Options{OCR: l.req.OCR})
		group.Wait()
		structure.Compare(d)
		for _, n := range d.Failed() {
			l.document = append(l.document, schemas.NewReason(schemas.DocumentPageUnreadable, n, ""))
		}
		return nil
	}()
	group.Wait()
	if l.signed.Signature.Status == schemas.SignatureModified {
		for _, end := range l.signed.Revisions {
			if end > 0 && end < len(l.req.Document) {
				l.readRevision(end)
			}
		}
	}
	return refusal
}

func (l *look) readRevision(end int) {
	defer l.guard()
	d, err := pdf.Open(l.ctx, l.inspector.Engine, l.req.Document[:end:end], l.inspector.Limits)
	if err != nil {
		// The signed revision cannot be seen: the document as it is stands,
		// and it is modified already.
		return
	}
	defer d.Close()
	r := reading.Read(d, reading.Options{})
	if end == l.signed.Covered {
		// What was signed is what is shown; what it became counts among the
		// others, where the worst hazard is taken from.
		r, l.current = l.current, r
		l.pages = d.NumPages()
	}
	l.others = append(l.others, r)
}

func (l *look) decide(sums digests, document []schemas.Reason) schemas.Assessment {
	cur := l.current
	a := schemas.Assessment{
		SHA256: sums.sha256, SM3: sums.sm3, Pages: l.pages,
		Signature: l.signed.Signature, Report: cur.Fields,
		Findings: cur.Findings, Recommendations: cur.Recommendations,
		At: l.req.At.UTC(), NeedsOCR: cur.NeedsOCR,
	}
	if l.req.Trust != nil {
		a.Trust = l.req.Trust.Hash()
	}
	in := triage.Input{
		Signature: l.signed.Signature, Document: document, Reading: reread(cur),
		Unread: l.pages == 0, At: l.req.At,
	}
	in.Signature.Reasons = l.signed.Reasons
	for _, o := range l.others {
		in.Others = append(in.Others, reread(o))
	}
	if l.req.Declared != nil {
		in.Declared = *l.req.Declared
	}
	if l.req.Trust != nil {
		if agency := l.req.Trust.Agency(in.Signature.AgencyID); agency != nil {
			in.AgencyName = agency.Name
		}
	}
	verdict := triage.Decide(in)
	a.Outcome, a.Reasons, a.Hazard, a.Overall = verdict.Outcome, verdict.Reasons, verdict.Hazard, verdict.Overall
	if l.req.AllMentions {
		a.Findings = mentions(cur)
	}
	a.Rules = append([]string{}, cur.Rules...)
	if l.signed.Policy != "" {
		a.Rules = append(a.Rules, l.signed.Policy)
	}
	a.Rules = append(a.Rules, verdict.Rules...)
	return filled(a)
}

// filled makes empty lists of missing ones: readers of the JSON find a list
// where the contract has one.
func filled(a schemas.Assessment) schemas.Assessment {
	if a.Reasons == nil {
		a.Reasons = []schemas.Reason{}
	}
	if a.Findings == nil {
		a.Findings = []schemas.Finding{}
	}
	if a.Recommendations == nil {
		a.Recommendations = []schemas.Recommendation{}
	}
	if a.Signature.Signers == nil {
		a.Signature.Signers = []schemas.Signer{}
	}
	if a.Signature.Changes == nil {
		a.Signature.Changes = []schemas.Change{}
	}
	return a
}

func reread(r reading.Result) triage.Reading {
	return triage.Reading{
		Findings: r.Findings, Fields: r.Fields, Recommendations: r.Recommendations,
		Statements: r.Statements, Pages: r.Pages, Reasons: r.Reasons,
	}
}

// mentions lists the conclusions and then every other mention, each once.
func mentions(r reading.Result) []schemas.Finding {
	all := slices.Clone(r.Findings)
	seen := make(map[string]bool)
	key := func(f schemas.Finding) string {
		return fmt.Sprint(f.Standard, f.Scope, f.Aspect, f.Unit, f.Grade, f.Role, f.Evidence.Page, f.Evidence.Quote)
	}
	for _, f := range all {
		seen[key(f)] = true
	}
	for _, f := range r.Mentions {
		if k := key(f); !seen[k] {
			seen[k] = true
			all = append(all, f)
		}
	}
	return all
}

type digests struct{ sha256, sm3 string }

func digest(document []byte) digests {
	a, b := sha256.Sum256(document), sm3.Sum(document)
	return digests{hex.EncodeToString(a[:]), hex.EncodeToString(b[:])}
}

// unseen is the assessment of a document that nobody could look into, because
// its process died: rejected with the reason, its hazard open to doubt.
func unseen(document []byte, declared *schemas.Declared, trust *signature.Trust, at time.Time, code schemas.ReasonCode) schemas.Assessment {
	l := look{req: Request{Document: document, Declared: declared, Trust: trust, At: at}}
	l.signed.Signature = schemas.Signature{Status: schemas.SignatureUnverifiable}
	return l.decide(digest(document), []schemas.Reason{schemas.NewReason(code, 0, "")})
}

// digestStream is digest for a document that is not held in memory.
func digestStream(r io.Reader) (digests, error) {
	a, b := sha256.New(), sm3.New()
	if _, err := io.Copy(io.MultiWriter(a, b), r); err != nil {
		return digests{}, err
	}
	return digests{hex.EncodeToString(a.Sum(nil)), hex.EncodeToString(b.Sum(nil))}, nil
}
