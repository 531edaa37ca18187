package workers

import (
	"context"
	"fmt"
	"time"

	"jianding/intake/triage"
	"jianding/schemas"
)

// reconcileAfter is when, after its end, a day is compared with the platform:
// late filings and callbacks of the last minutes have arrived by then.
const reconcileAfter = 2 * time.Hour

// reconcile: args the day ("2026-11-24", Asia/Shanghai); contract: what the
// platform lists for the day is compared with what the ledger says was filed
// then; differences are recorded for a human, nothing is changed. The next
// day's comparison is owed before this one is done, so that the chain never
// breaks.
func (w *Workers) reconcile(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	name := lease.Obligation.Subject
	day, err := time.ParseInLocation(time.DateOnly, name, triage.Shanghai())
	if err != nil {
		return outcome{name: "not_a_day", dead: true, err: err}, nil
	}
	end := day.AddDate(0, 0, 1)
	if at := end.Add(reconcileAfter); w.now().Before(at) {
		return notYet("too_early", at), nil
	}
	if err := w.Ledger.AddObligations(ctx, []schemas.NewObligation{reconcileOf(end)}, w.now()); err != nil {
		return outcome{}, err
	}
	if w.Platform == nil {
		return done("no_platform"), nil
	}
	limited, cancel := context.WithTimeout(ctx, w.Limits.FileTime)
	defer cancel()
	there, err := w.Platform.List(limited, day)
	if err != nil {
		return outcome{}, err
	}
	ds, err := w.compare(ctx, there, day, end)
	if err != nil {
		return outcome{}, err
	}
	if err := w.Ledger.RecordDifferences(ctx, name, lease, ds, w.now()); err != nil {
		return outcome{}, err
	}
	return recorded("compared"), nil
}

func reconcileOf(day time.Time) schemas.NewObligation {
	return schemas.NewObligation{Kind: schemas.OweReconcile, Subject: day.In(triage.Shanghai()).Format(time.DateOnly),
		DueAt: day.AddDate(0, 0, 1).Add(reconcileAfter).UTC()}
}

func (w *Workers) compare(ctx context.Context, there []schemas.PlatformRecord, from, to time.Time) ([]schemas.Difference, error) {
	var ds []schemas.Difference
	listed := map[string]bool{}
	for _, rec := range there {
		listed[rec.IdempotencyKey] = true
		d, err := w.Ledger.DeliveryByKey(ctx, rec.IdempotencyKey)
		switch {
		case schemas.KindOf(err) == schemas.KindNotFound:
			ds = append(ds, schemas.Difference{Kind: "unknown_here", Record: rec, Detail: "平台有此记录，台账没有"})
			continue
		case err != nil:
			return nil, err
		}
		r, err := w.Ledger.Report(ctx, d.ReportID)
		if err != nil {
			return nil, err
		}
		if detail := difference(d, r, rec); detail != "" {
			ds = append(ds, schemas.Difference{Kind: "differs", DeliveryID: d.ID, Record: rec, Detail: detail})
		}
	}
	return w.missingThere(ctx, ds, listed, from, to)
}

// missingThere looks for filings that the ledger holds to be recorded on the
// day and that the platform does not list. A filing may have been owed long
// before it got through.
func (w *Workers) missingThere(ctx context.Context, ds []schemas.Difference, listed map[string]bool, from, to time.Time) ([]schemas.Difference, error) {
	const owedBefore = 30 * 24 * time.Hour
	f := schemas.DeliveryFilter{Status: schemas.DeliveryAcknowledged, From: from.Add(-owedBefore), To: to, Limit: 500}
	for {
		page, next, err := w.Ledger.Deliveries(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			at := d.AcknowledgedAt
			if d.ManualEvidence != "" || at == nil || at.Before(from) || !at.Before(to) || listed[d.IdempotencyKey] {
				continue
			}
			// A platform that dates by submission may list it a day earlier.
			if s := d.SubmittedAt; s != nil && s.Before(from) {
				continue
			}
			ds = append(ds, schemas.Difference{Kind: "missing_there", DeliveryID: d.ID,
				Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: d.PlatformReceipt}, Detail: "台账记为已归集，平台当日清单没有"})
		}
		if next == "" {
			return ds, nil
		}
		f.Cursor = next
	}
}

func difference(d schemas.Delivery, r schemas.Report, rec schemas.PlatformRecord) string {
	switch {
	case rec.SHA256 != "" && rec.SHA256 != r.SHA256:
		return "文件 SHA-256 不一致"
	case rec.ReportNo != "" && r.ReportNo != "" && rec.ReportNo != r.ReportNo:
		return fmt.Sprintf("报告编号不一致：台账 %s", r.ReportNo)
	case d.PlatformReceipt != "" && rec.Receipt != "" && d.PlatformReceipt != rec.Receipt:
		return fmt.Sprintf("平台回执不一致：台账 %s", d.PlatformReceipt)
	case rec.Status == "returned" && d.Status != schemas.DeliveryReturned:
		return "平台已退回，台账未记"
	case rec.Status == "withdrawn":
		return "平台已撤销"
	case rec.Status == "accepted" && d.Status != schemas.DeliveryAcknowledged:
		return "平台已归集，台账状态为 " + string(d.Status)
	}
	return ""
}
