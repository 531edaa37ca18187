package municipal

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"jianding/schemas"
)

// Kinds of schemas.Difference.
const (
	MissingThere = "missing_there" // we hold a receipt, the platform does not list it
	UnknownHere  = "unknown_here"  // the platform lists what we never filed
	Differs      = "differs"
)

// Resolutions that are safe without a human; schemas.Difference.Safe.
const (
	// SafeQuery asks the platform about the delivery: what comes back is its
	// state, and only "no such record" leads to another submission.
	SafeQuery = "query"
)

// Reconcile compares the ledger with the platform's list over [from, to).
//
// filings are the deliveries that may be in that span or in a listed record,
// records the platform's list of a span that is wider by a day on both sides,
// so that clocks that differ around midnight make no differences. A delivery
// counts into the span by AcknowledgedAt (else SubmittedAt), a record by
// RecordedAt. Each difference concerns one delivery or one record; a delivery
// has at most one. The order is stable.
func Reconcile(from, to time.Time, filings []schemas.Filing, records []schemas.PlatformRecord) []schemas.Difference {
	records = once(records)
	book := newListed(records)
	var out []schemas.Difference
	claimed := map[int]bool{}
	for _, f := range filings {
		found := book.of(f, records)
		for _, i := range found {
			claimed[i] = true
		}
		found = slices.DeleteFunc(found, func(i int) bool { return undoneBefore(f, records[i]) })
		if d, ok := compare(from, to, f, found, records); ok && (d.Safe != "" || ofDay(from, to, f.Delivery, d)) {
			d.DeliveryID = f.Delivery.ID
			out = append(out, d)
		}
	}
	for i, r := range records {
		if !claimed[i] && !r.RecordedAt.Before(from) && r.RecordedAt.Before(to) {
			out = append(out, schemas.Difference{Kind: UnknownHere, Record: r, Detail: "平台有备案 " + r.Receipt + "，本系统没有对应的报送"})
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		return out[i].DeliveryID+out[i].Record.Receipt < out[j].DeliveryID+out[j].Record.Receipt
	})
	return out
}

// once drops records that were listed before: pages shift while records come
// in, and days overlap. The last look at a record counts.
func once(records []schemas.PlatformRecord) []schemas.PlatformRecord {
	type id struct{ receipt, key, sha256 string }
	at := map[id]int{}
	out := make([]schemas.PlatformRecord, 0, len(records))
	for _, r := range records {
		k := id{r.Receipt, r.IdempotencyKey, r.SHA256}
		if i, seen := at[k]; seen && r.Receipt != "" {
			out[i] = r
			continue
		}
		at[k] = len(out)
		out = append(out, r)
	}
	return out
}

// listed finds records by what identifies a revision.
type listed struct{ byKey, byReceipt, bySHA256 map[string][]int }

func newListed(records []schemas.PlatformRecord) listed {
	l := listed{map[string][]int{}, map[string][]int{}, map[string][]int{}}
	for i, r := range records {
		for _, x := range []struct {
			m map[string][]int
			k string
		}{{l.byKey, r.IdempotencyKey}, {l.byReceipt, r.Receipt}, {l.bySHA256, r.SHA256}} {
			if x.k != "" {
				x.m[x.k] = append(x.m[x.k], i)
			}
		}
	}
	return l
}

// of returns the records of a filing: by key, by receipt, and by the file when
// the record carries no key (filed by hand) or was undone (the report was filed
// again under another key). In the order of the list.
func (l listed) of(f schemas.Filing, records []schemas.PlatformRecord) []int {
	seen := map[int]bool{}
	var out []int
	add := func(is []int) {
		for _, i := range is {
			if !seen[i] {
				seen[i] = true
				out = append(out, i)
			}
		}
	}
	add(l.byKey[f.Delivery.IdempotencyKey])
	if f.Delivery.PlatformReceipt != "" {
		add(l.byReceipt[f.Delivery.PlatformReceipt])
	}
	none := len(out) == 0
	for _, i := range l.bySHA256[f.Report.SHA256] {
		if s := records[i].Status; none || s == "returned" || s == "withdrawn" {
			add([]int{i})
		}
	}
	sort.Ints(out)
	return out
}

// undoneBefore: the record of an earlier filing of the same report, which is
// finished; the one under the current key is what counts.
func undoneBefore(f schemas.Filing, r schemas.PlatformRecord) bool {
	return (r.Status == "returned" || r.Status == "withdrawn") && r.IdempotencyKey != "" && r.IdempotencyKey != f.Delivery.IdempotencyKey &&
		r.Receipt != f.Delivery.PlatformReceipt
}

func compare(from, to time.Time, f schemas.Filing, found []int, records []schemas.PlatformRecord) (schemas.Difference, bool) {
	d := f.Delivery
	differs := func(r schemas.PlatformRecord, safe, format string, args ...any) (schemas.Difference, bool) {
		return schemas.Difference{Kind: Differs, Record: r, Detail: fmt.Sprintf(format, args...), Safe: safe}, true
	}
	// What stands on the platform; a record that was undone does not count
	// beside one that stands.
	var standing []schemas.PlatformRecord
	for _, i := range found {
		r := records[i]
		if r.SHA256 != "" && r.SHA256 != f.Report.SHA256 {
			return differs(r, "", "平台备案 %s 的文件与本报告不同（平台 %.12s…，本系统 %.12s…）", r.Receipt, r.SHA256, f.Report.SHA256)
		}
		if r.Status == "accepted" || r.Status == "pending" || r.Status == "superseded" {
			standing = append(standing, r)
		}
	}
	if len(standing) > 1 {
		return differs(standing[1], "", "同一报告在平台有 %d 条备案：%s、%s", len(standing), standing[0].Receipt, standing[1].Receipt)
	}
	if len(found) == 0 {
		return missing(from, to, f)
	}
	r := records[found[len(found)-1]]
	if len(standing) == 1 {
		r = standing[0]
	}
	ours := reportNo(f)
	switch {
	case r.IdempotencyKey != "" && r.SHA256 == "" && r.IdempotencyKey != d.IdempotencyKey:
		return differs(r, "", "回执号 %s 在平台上属于另一件报送（%s）", r.Receipt, r.IdempotencyKey)
	case r.ReportNo != "" && ours != "" && r.ReportNo != ours:
		return differs(r, "", "报告编号不同：平台 %s，本系统 %s", r.ReportNo, ours)
	case d.PlatformReceipt != "" && r.Receipt != "" && d.PlatformReceipt != r.Receipt:
		return differs(r, "", "回执号不同：平台 %s，本系统 %s", r.Receipt, d.PlatformReceipt)
	}
	switch r.Status {
	case "accepted", "superseded":
		if r.Status == "superseded" && d.Status == schemas.DeliveryReturned && f.Report.SupersededBy != "" {
			break // returned, corrected in a new revision, and replaced by it there
		}
		if d.Status != schemas.DeliveryAcknowledged {
			return differs(r, SafeQuery, "平台已备案 %s，本系统尚未登记回执（状态 %s）", r.Receipt, d.Status)
		}
		if r.Status == "superseded" && f.Report.SupersededBy == "" {
			return differs(r, "", "平台上 %s 已被更正，本系统没有后续修订", r.Receipt)
		}
	case "pending":
		if d.Status != schemas.DeliverySubmitted && d.Status != schemas.DeliveryAcknowledged {
			return differs(r, SafeQuery, "平台已接收 %s 待审核，本系统状态为 %s", r.Receipt, d.Status)
		}
		if d.Status == schemas.DeliveryAcknowledged {
			return differs(r, "", "平台仍待审核 %s，本系统已登记为已备案", r.Receipt)
		}
	case "returned", "withdrawn":
		if d.Status != schemas.DeliveryReturned {
			word := map[string]string{"returned": "退回", "withdrawn": "撤销"}[r.Status]
			safe := SafeQuery
			if d.Status == schemas.DeliveryManual {
				safe = ""
			}
			return differs(r, safe, "平台已%s %s，本系统状态为 %s", word, r.Receipt, d.Status)
		}
	default:
		return differs(r, "", "平台备案 %s 的状态 %q 无法识别", r.Receipt, r.Status)
	}
	return schemas.Difference{}, false
}

// ofDay: a human is shown a difference in the comparison of the day that the
// filing or the record is of. The days around it see the same, and each day is
// compared several times.
func ofDay(from, to time.Time, d schemas.Delivery, diff schemas.Difference) bool {
	within := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	at := filedAt(d)
	return diff.Kind != Differs || at != nil && within(*at) || within(diff.Record.RecordedAt)
}

// filedAt is when a delivery counts as filed; nil: not yet.
func filedAt(d schemas.Delivery) *time.Time {
	if d.AcknowledgedAt != nil {
		return d.AcknowledgedAt
	}
	return d.SubmittedAt
}

// missing is what it means that the platform does not list a delivery.
func missing(from, to time.Time, f schemas.Filing) (schemas.Difference, bool) {
	d := f.Delivery
	at := filedAt(d)
	filed := d.Status == schemas.DeliveryAcknowledged || d.Status == schemas.DeliverySubmitted
	if !filed || at == nil || at.Before(from) || !at.Before(to) {
		return schemas.Difference{}, false
	}
	safe := SafeQuery
	detail := "本系统登记为已报送，平台列表中没有"
	if d.ManualEvidence != "" {
		// A receipt that a human entered may be filed under another day or
		// system: asking by key would find nothing and file it again.
		safe, detail = "", "人工登记的回执，平台列表中没有"
	}
	return schemas.Difference{Kind: MissingThere, Detail: detail, Safe: safe,
		Record: schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, ReportNo: reportNo(f), Receipt: d.PlatformReceipt}}, true
}
