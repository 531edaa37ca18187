package workers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// assess: args the report; contract: a report gets its first assessment and
// everything that follows from it in one transaction, or stays owed. A
// document that cannot be assessed is rejected with the reason and an amber
// hazard, because it may hide one; only an original or a pool that cannot be
// reached is waited for.
func (w *Workers) assess(ctx context.Context, lease schemas.Lease, l lane) (outcome, error) {
	r, err := w.Ledger.Report(ctx, lease.Obligation.Subject)
	if err != nil {
		return outcome{}, err
	}
	if r.AssessmentSeq > 0 {
		return done("assessed_already"), nil
	}
	if l == laneAssess && r.Size > w.Limits.LongBytes {
		return notYet(markLong, lease.Obligation.DueAt), nil
	}
	limit, assessor := w.Limits.LongTime, w.Patient
	var f *failedDocument
	if l == laneAssess {
		short, release, ok := w.patience.take(r.AgencyID, w.Limits.AssessShort, w.Limits.ShortTime, w.now())
		if !ok {
			return notYet(markLong, lease.Obligation.DueAt), nil
		}
		defer func() { release(f != nil && f.timeout) }()
		limit, assessor = short, w.Assessor
	}
	if err := assessor.Ready(ctx); err != nil {
		return outcome{}, err
	}
	a, err := w.look(ctx, r, limit, func(ctx context.Context, doc io.Reader, size int64, trust schemas.TrustMaterial) (schemas.Assessment, error) {
		if l == laneAssess {
			b, err := io.ReadAll(doc)
			if err != nil {
				return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "original_unreadable", "原件读取失败", err)
			}
			if pdf.RoughPages(b) > w.Limits.LongPages {
				return schemas.Assessment{}, errLongDocument
			}
			doc = bytes.NewReader(b)
		}
		return assessor.Assess(ctx, doc, size, declaredOf(r), trust, r.ReceivedAt)
	})
	switch {
	case errors.Is(err, errLongDocument):
		return notYet(markLong, lease.Obligation.DueAt), nil
	case errors.As(err, &f) && f.timeout && l == laneAssess:
		return notYet(markLong, lease.Obligation.DueAt), nil
	case errors.As(err, &f) && !strings.HasSuffix(lease.Obligation.Outcome, markFailed):
		// Perhaps the machine's fault: once more before the document is blamed.
		again := w.retry(lease.Obligation, markLong+":"+markFailed, err)
		again.retryAt = w.now().Add(time.Second)
		return again, nil
	case errors.As(err, &f):
		a = unassessable(r, f)
	case err != nil:
		return outcome{}, err
	}
	return w.record(ctx, lease, r, a, kindText, nil)
}

const markFailed = "failed"

// errLongDocument says that a document belongs into the long lane.
var errLongDocument = errors.New("long document")

// failedDocument says that assessing failed in a way that is the document's
// doing.
type failedDocument struct {
	timeout bool
	err     error
}

func (f *failedDocument) Error() string { return "document could not be assessed: " + f.err.Error() }
func (f *failedDocument) Unwrap() error { return f.err }

type assessCall func(ctx context.Context, document io.Reader, size int64, trust schemas.TrustMaterial) (schemas.Assessment, error)

// look opens the original and has it assessed within limit. The error is a
// *failedDocument, or one that has nothing to do with the document.
func (w *Workers) look(ctx context.Context, r schemas.Report, limit time.Duration, call assessCall) (schemas.Assessment, error) {
	trust, err := w.Ledger.TrustMaterial(ctx)
	if err != nil {
		return schemas.Assessment{}, err
	}
	doc, size, err := w.Originals.Open(ctx, r.SHA256)
	if err != nil {
		if schemas.KindOf(err) == schemas.KindNotFound {
			// The promise is that this cannot happen. It must be seen, and it
			// is never the agency's fault: the report stays owed.
			w.log.Error("an original is missing from the store", "report", r.ID, "sha256", r.SHA256)
			err = schemas.E(schemas.KindUnavailable, "original_missing", "原件不在存储中", err)
		}
		return schemas.Assessment{}, err
	}
	defer doc.Close()
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a, err := call(limited, doc, size, trust)
	switch {
	case err == nil:
		w.metrics.assessed.WithLabelValues(string(a.Outcome), string(a.Hazard.Level)).Inc()
		return a, nil
	case ctx.Err() != nil: // shutdown or lost lease, not the document
		return schemas.Assessment{}, ctx.Err()
	case limited.Err() != nil:
		return schemas.Assessment{}, &failedDocument{timeout: true, err: err}
	case schemas.KindOf(err) == schemas.KindUnavailable, errors.Is(err, errLongDocument):
		return schemas.Assessment{}, err
	case trustInvalid(err):
		// No agency's fault, and it meets every report: all stay owed.
		w.log.Error("NOTHING IS ASSESSED: the trust data can't be used", "report", r.ID, "error", err)
		return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "trust_invalid", "信任数据有误", err)
	}
	return schemas.Assessment{}, &failedDocument{err: err}
}

// trustInvalid tells a fault of the trust data from one of the document.
func trustInvalid(err error) bool {
	var e *schemas.Error
	return errors.As(err, &e) && e.Code == "trust_invalid"
}

// unassessable is the reading of a document that nothing can be read from:
// the agency must send another, and a human must look, because what cannot be
// read may hide a hazard.
func unassessable(r schemas.Report, f *failedDocument) schemas.Assessment {
	code := schemas.DocumentCrashed
	if f.timeout {
		code = schemas.DocumentTimeout
	}
	return schemas.Assessment{
		SHA256: r.SHA256, SM3: r.SM3, Outcome: schemas.Rejected, At: r.ReceivedAt,
		Reasons:   []schemas.Reason{schemas.NewReason(code, 0, "")},
		Signature: schemas.Signature{Status: schemas.SignatureUnverifiable, Signers: []schemas.Signer{}, Changes: []schemas.Change{}},
		Findings:  []schemas.Finding{}, Recommendations: []schemas.Recommendation{},
		Hazard: schemas.Hazard{Level: schemas.HazardAmber, Basis: []string{"doubt:unreadable"}, Rule: "hazard/1"},
		Rules:  []string{"unassessable/1"},
	}
}

func declaredOf(r schemas.Report) schemas.Declared {
	d := r.Declared
	d.AgencyID = r.AgencyID // who uploaded; a client cannot state it
	return d
}

// record computes the consequences of a reading and writes all of it at once.
func (w *Workers) record(ctx context.Context, lease schemas.Lease, r schemas.Report, a schemas.Assessment, kind string, before *schemas.Assessment) (outcome, error) {
	earlier, versions, err := w.earlier(ctx, r, a)
	if err != nil {
		return outcome{}, err
	}
	now := w.now()
	if earlier.pending && a.Hazard.Level.Rank() == 0 && now.Sub(r.ReceivedAt) < pendingFor {
		// Harmless, so it can wait for what it has to be compared with. A
		// hazard never waits.
		return notYet("revision_pending", now.Add(5*time.Second)), nil
	}
	c, full := w.terms().Consequences(Reading{Report: r, Assessment: a, Kind: kind, Before: before,
		Earlier: earlier.readings, Incomparable: earlier.pending, Now: now})
	rec := schemas.AssessmentRecord{ReportID: r.ID, Kind: kind, At: now, Assessment: full}
	got, _, err := w.Ledger.RecordAssessment(ctx, lease, rec, c, versions, now)
	if err != nil {
		return outcome{}, err
	}
	return recorded(string(got.Status)), nil
}

// pendingFor is how long a harmless revision waits for an earlier one to be
// assessed before a human has to compare them.
const pendingFor = 5 * time.Minute

// revisions are the earlier ones that a reading must not soften; pending says
// that some of them have not been assessed yet.
type revisions struct {
	readings []schemas.Assessment
	pending  bool
}

// earlier gathers the revisions that a reading must not soften, and the
// versions that it rests on: of every earlier revision and of the report.
func (w *Workers) earlier(ctx context.Context, r schemas.Report, a schemas.Assessment) (revisions, map[string]int64, error) {
	versions := map[string]int64{r.ID: r.Version}
	no := first(r.ReportNo, a.Report.ReportNo)
	if no == "" {
		return revisions{}, versions, nil
	}
	all, err := w.Ledger.ReportsByNumber(ctx, r.AgencyID, no)
	if err != nil {
		return revisions{}, nil, err
	}
	var before []schemas.Report
	for _, x := range all {
		if x.ID != r.ID && (x.ReceivedAt.Before(r.ReceivedAt) || x.ReceivedAt.Equal(r.ReceivedAt) && x.ID < r.ID) {
			versions[x.ID] = x.Version
			before = append(before, x)
		}
	}
	// What was superseded by a revision that a human or the rules accepted
	// since counts no more.
	if i := lastEffective(before); i > 0 {
		before = before[i:]
	}
	var out revisions
	for _, x := range before {
		e, err := w.Ledger.EffectiveAssessment(ctx, x.ID)
		switch {
		case schemas.KindOf(err) == schemas.KindNotFound:
			out.pending = true
		case err != nil:
			return revisions{}, nil, err
		default:
			out.readings = append(out.readings, e)
		}
	}
	return out, versions, nil
}

func lastEffective(rs []schemas.Report) int {
	for i, x := range slices.Backward(rs) {
		if x.EffectiveAt != nil {
			return i
		}
	}
	return -1
}

// Terms are the terms by which this process computes consequences; the pages
// use them for a reviewer's decision and for notices.
func (w *Workers) Terms() Terms { return w.terms() }

func (w *Workers) terms() Terms {
	return Terms{Policy: w.stamp, AmberFor: time.Duration(w.Ladder.Amber.For), ReviewFor: w.ReviewFor}
}
