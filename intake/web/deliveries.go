package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"jianding/schemas"
)

func (s *server) listDeliveries(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	q := query{r: r}
	f := deliveryFilter(&q)
	if err := q.err(); err != nil {
		return err
	}
	ds, next, err := s.ledger.Deliveries(r.Context(), f)
	if err != nil {
		return err
	}
	writeList(w, ds, next)
	return nil
}

func deliveryFilter(q *query) schemas.DeliveryFilter {
	return schemas.DeliveryFilter{
		Status:  schemas.DeliveryStatus(q.one("status", "pending", "submitted", "acknowledged", "returned", "manual", "dead")),
		Unknown: q.flag("unknown"), Query: strings.TrimSpace(q.one("q")), From: q.instant("from"), To: q.instant("to"),
		Cursor: q.cursor(), Limit: q.limit(),
	}
}

// findDelivery loads a delivery for the committee.
func (s *server) findDelivery(ctx context.Context, p principal, id string) (schemas.Delivery, error) {
	if err := p.need(deliver); err != nil {
		return schemas.Delivery{}, err
	}
	d, err := s.ledger.Delivery(ctx, id)
	if k := schemas.KindOf(err); k == schemas.KindNotFound || k == schemas.KindInvalid {
		return d, notFound()
	}
	return d, err
}

func (s *server) getDelivery(w http.ResponseWriter, r *http.Request, p principal) error {
	d, err := s.findDelivery(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	if d.WaitsFor, err = s.waitsFor(r.Context(), d); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, d)
	return nil
}

// waitsFor is what a delivery waits for that shows neither attempt nor error.
func (s *server) waitsFor(ctx context.Context, d schemas.Delivery) (schemas.FilingWait, error) {
	if d.Status != schemas.DeliveryPending {
		return "", nil
	}
	f, err := s.ledger.Filing(ctx, d.ID)
	if err != nil {
		return "", err
	}
	why, _ := f.Waits(s.now())
	return why, nil
}

// deliveryCommand is the frame of the commands on one delivery.
func (s *server) deliveryCommand(w http.ResponseWriter, r *http.Request, p principal, do func(id string) (schemas.Delivery, error)) error {
	d, err := s.findDelivery(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	if d, err = do(d.ID); err != nil {
		return err
	}
	s.wake()
	writeJSON(w, http.StatusOK, d)
	return nil
}

func (s *server) setManual(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.deliveryCommand(w, r, p, func(id string) (schemas.Delivery, error) {
		return s.ledger.SetDeliveryManual(r.Context(), id, p.actor(), s.now())
	})
}

func (s *server) setAutomatic(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.deliveryCommand(w, r, p, func(id string) (schemas.Delivery, error) {
		return s.ledger.SetDeliveryAutomatic(r.Context(), id, p.actor(), s.now())
	})
}

func (s *server) enterReceipt(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.deliveryCommand(w, r, p, func(id string) (schemas.Delivery, error) {
		var in struct {
			Receipt  string `json:"receipt"`
			Evidence string `json:"evidence"`
		}
		if err := s.readJSON(w, r, &in); err != nil {
			return schemas.Delivery{}, err
		}
		return s.manualReceipt(r.Context(), p, id, in.Receipt, in.Evidence)
	})
}

func (s *server) manualReceipt(ctx context.Context, p principal, id, receipt, evidence string) (schemas.Delivery, error) {
	var f findings
	receipt, evidence = strings.TrimSpace(receipt), strings.TrimSpace(evidence)
	if receipt == "" || len(receipt) > 200 {
		f.add("receipt", "receipt_required", "请填写平台回执号")
	}
	if evidence == "" || len([]rune(evidence)) > 2000 {
		f.add("evidence", "evidence_required", "请说明凭据（如平台页面截图的存放处、经办时间）")
	}
	if err := f.err(); err != nil {
		return schemas.Delivery{}, err
	}
	return s.ledger.EnterManualReceipt(ctx, id, receipt, evidence, p.actor(), s.now())
}

// Bounds of a bulk replay, in deliveries per minute.
const (
	defaultReplayRate = 60
	maxReplayRate     = 6000
)

type replay struct {
	IDs       []string               `json:"ids"`
	From      time.Time              `json:"from"` // owed from then on
	To        time.Time              `json:"to"`   // owed before
	Status    schemas.DeliveryStatus `json:"status"`
	Query     string                 `json:"q"`
	PerMinute int                    `json:"per_minute"`
}

func (s *server) replayDeliveries(w http.ResponseWriter, r *http.Request, p principal) error {
	var in replay
	if err := p.need(deliver); err != nil {
		return err
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	n, err := s.replay(r.Context(), p, in)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]int{"replayed": n})
	return nil
}

func (s *server) replay(ctx context.Context, p principal, in replay) (int, error) {
	if len(in.IDs) == 0 && in.Status == "" && in.Query == "" {
		return 0, invalid("selection_missing", "请指明要重新报送的记录（ids、status 或 q）")
	}
	if in.Status != "" && in.Status != schemas.DeliveryDead && in.Status != schemas.DeliveryManual {
		return 0, invalid("status_unknown", "只有未能报送（dead）或人工报送（manual）的记录可以重新报送")
	}
	if in.PerMinute == 0 {
		in.PerMinute = defaultReplayRate
	}
	if in.PerMinute < 1 || in.PerMinute > maxReplayRate || len(in.IDs) > 1000 {
		return 0, invalid("rate_out_of_range", "每分钟 1 至 6000 件，一次不超过 1000 个编号")
	}
	n, err := s.ledger.ReplayDeliveries(ctx, schemas.DeliveryFilter{IDs: in.IDs, Status: in.Status, Query: in.Query, From: in.From, To: in.To}, p.actor(), in.PerMinute, s.now())
	if err == nil {
		s.wake()
	}
	return n, err
}

func (s *server) exportDeliveries(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	var in struct {
		IDs []string `json:"ids"`
		Day string   `json:"day"` // all that were owed on this day, Asia/Shanghai
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	return s.export(w, r, in.IDs, in.Day)
}

// export makes the package on the spool first: a package that breaks off in
// the middle would look whole to whoever unpacks it.
func (s *server) export(w http.ResponseWriter, r *http.Request, ids []string, day string) error {
	if s.Export == nil {
		return notFound()
	}
	if len(ids) == 0 && day != "" {
		var err error
		if ids, err = s.owedOn(r.Context(), day); err != nil {
			return err
		}
	}
	if len(ids) == 0 || len(ids) > 1000 {
		return invalid("selection_missing", "请选择 1 至 1000 件要导出的记录，或有记录的日期")
	}
	f, err := os.CreateTemp(s.spoolDir, spoolPrefix+"*")
	if err != nil {
		return diskError(err)
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	if err := s.Export(r.Context(), f, ids); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return diskError(err)
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="jianding-export-`+s.now().In(shanghai()).Format("20060102-1504")+`.zip"`)
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

// wholeDay is the beginning and the end of a day in Chongqing.
func wholeDay(day string) (from, to time.Time, err error) {
	at, err := time.ParseInLocation("2006-01-02", day, shanghai())
	if err != nil {
		return from, to, invalid("day_malformed", "日期应为 2026-11-24 的形式")
	}
	return at.UTC(), at.AddDate(0, 0, 1).UTC(), nil
}

func (s *server) owedOn(ctx context.Context, day string) ([]string, error) {
	from, to, err := wholeDay(day)
	if err != nil {
		return nil, err
	}
	f := schemas.DeliveryFilter{From: from, To: to, Limit: 500}
	var ids []string
	for {
		ds, next, err := s.ledger.Deliveries(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, d := range ds {
			if d.Status.Unfiled() {
				ids = append(ids, d.ID)
			}
		}
		if next == "" || len(ids) > 1000 {
			return ids, nil
		}
		f.Cursor = next
	}
}

func (s *server) listDifferences(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	q := query{r: r}
	open, limit := q.flag("open"), q.limit()
	if err := q.err(); err != nil {
		return err
	}
	if limit == 0 {
		limit = 100
	}
	ds, err := s.ledger.Differences(r.Context(), open, limit)
	if err != nil {
		return err
	}
	writeList(w, ds, "")
	return nil
}

func (s *server) resolveDifference(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	var in struct {
		Resolution string `json:"resolution"`
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	text, err := reason(in.Resolution, "resolution_required", "请说明差异如何处理")
	if err != nil {
		return err
	}
	if err := s.ledger.ResolveDifference(r.Context(), r.PathValue("id"), text, p.actor(), s.now()); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]string{"id": r.PathValue("id")})
	return nil
}

// platformCallback takes what the platform tells us. The profile verifies
// it; a replayed one is answered like the first, and does nothing.
func (s *server) platformCallback(w http.ResponseWriter, r *http.Request, _ principal) error {
	if s.Callback == nil {
		return notFound()
	}
	body := s.pacedBody(w, r, maxJSON)
	defer body.done()
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	cb, err := s.Callback(r.Header, bytes.Clone(raw), s.now())
	if err != nil {
		return err
	}
	fresh, _, err := s.ledger.RecordCallback(r.Context(), cb, s.now())
	if err != nil {
		return err
	}
	if fresh {
		s.wake()
	}
	writeJSON(w, http.StatusOK, map[string]bool{"accepted": true, "replayed": !fresh})
	return nil
}
