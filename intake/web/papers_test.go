package web

import (
	"context"
	"jianding/schemas"
	"strings"
	"testing"
)

// The papers of a case say what there is: a notice is no appraisal, and the
// owner of one house is not addressed for another.
func TestThePapersOfANoticeClaimNoAppraisal(t *testing.T) {
	h := newHouse(t)
	ctx, now := context.Background(), h.clock.now()
	n := schemas.Notice{AgencyID: "agency-01", Address: "白沙镇老街2号", Town: "白沙镇", Found: "承重墙突然开裂", DiscoveredAt: now, ReceivedAt: now}
	nc := newCase(schemas.HazardRed, n.Address, n.Town, now, now)
	nc.Quote, nc.Grade, nc.Basis = n.Found, "", []string{"statement:notice"}
	n, c, _, err := h.ledger.OpenNotice(ctx, n, *nc, "", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ledger.CreateNotifications(ctx, []schemas.NewNotification{{Dedupe: "1", Message: schemas.Message{CaseID: c.ID, Kind: "hazard",
		Title: "【红色】房屋整体安全隐患：白沙镇老街2号", Recipient: schemas.Recipient{Contact: "值班员", Channel: "sms", Address: "1"}}}}, now); err != nil {
		t.Fatal(err)
	}
	b, page := h.browser("officer"), "/console/cases/"+c.Ref
	order := string(b.get(page + "/order").body)
	contains(t, []byte(order), "先行报告（"+n.Ref+"）", "承重墙突然开裂", "尚无鉴定报告")
	if strings.Contains(order, "鉴定（报告编号") || strings.Contains(order, "结论为") {
		t.Error("the draft claims an appraisal")
	}
	contains(t, b.get(page+"/record").body, "【红色】房屋整体安全隐患：白沙镇老街2号") // who was told what
	contains(t, b.get(page).body, "机构先行报告")
}
