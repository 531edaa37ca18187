package workers

import (
	"context"
	"encoding/json"
	"strings"

	"jianding/schemas"
	"jianding/workers/ladder"
)

// agencyNotice: args the report and what happened to it ("rejected",
// "needs_review", "returned", …); contract: an agency with a webhook of its
// own is told, once per happening, with the reasons in words that it can act
// on. Others read it in the portal.
func (w *Workers) agencyNotice(ctx context.Context, lease schemas.Lease, _ lane) (outcome, error) {
	r, err := w.Ledger.Report(ctx, lease.Obligation.Subject)
	if err != nil {
		return outcome{}, err
	}
	a, err := w.Ledger.Agency(ctx, r.AgencyID)
	switch {
	case schemas.KindOf(err) == schemas.KindNotFound:
		return done("no_agency"), nil
	case err != nil:
		return outcome{}, err
	case a.WebhookURL == "":
		return done("no_address"), nil
	}
	var what struct {
		Event   string   `json:"event"`
		Reasons []string `json:"reasons"`
	}
	if err := json.Unmarshal(lease.Obligation.Payload, &what); err != nil {
		what.Event = string(r.Status)
	}
	reasons := what.Reasons
	if len(reasons) == 0 {
		rec, err := w.Ledger.CurrentAssessment(ctx, r.ID)
		if err != nil && schemas.KindOf(err) != schemas.KindNotFound {
			return outcome{}, err
		}
		for _, x := range rec.Assessment.Reasons {
			reasons = append(reasons, x.Message)
		}
	}
	now := w.now()
	dedupe := "agency:" + lease.Obligation.ID
	m := schemas.Message{
		ID: ladder.MessageID(r.ID, dedupe), Kind: "agency_notice", ReportNo: r.ReportNo, SHA256: r.SHA256, CreatedAt: now,
		Title: agencyTitle(what.Event) + "：" + first(r.ReportNo, r.ReceiptNo), Address: r.Declared.Address,
		Text:      strings.TrimSpace("回执 " + r.ReceiptNo + "\n" + strings.Join(reasons, "\n")),
		Recipient: schemas.Recipient{Contact: a.Name, Channel: w.AgencyChannel, Address: a.WebhookURL},
	}
	if err := w.Ledger.CreateNotifications(ctx, []schemas.NewNotification{{Message: m, Dedupe: dedupe}}, now); err != nil {
		return outcome{}, err
	}
	return done("told"), nil
}

func agencyTitle(event string) string {
	switch event {
	case "rejected":
		return "【报告未受理】"
	case "rejected_by_reviewer":
		return "【报告经复核不予受理】"
	case "returned":
		return "【平台退回】"
	case "needs_review":
		return "【报告待人工复核】"
	}
	return "【报告状态变化】"
}
