package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"jianding/schemas"
)

// The pages of the filing with the platform.

type deliveriesPage struct {
	Rows        []deliveryRow
	Filter      schemas.DeliveryFilter
	Next        string
	Stats       schemas.Stats
	Differences []schemas.Difference
	Comparisons []schemas.Obligation // with the platform's list, that failed and are owed still
	Problem     *problem
	CanExport   bool
	Today       string
	Day         string // owed on this day only
	State       string // of the connection to the platform, in words
}

type deliveryRow struct {
	schemas.Delivery
	Report schemas.Report
	Agency string
}

func (s *server) deliveriesPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showDeliveries(w, r, p, nil)
}

func (s *server) showDeliveries(w http.ResponseWriter, r *http.Request, p principal, pr *problem) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	ctx := r.Context()
	q := query{r: r}
	page := deliveriesPage{Filter: deliveryFilter(&q), Problem: pr, CanExport: s.Export != nil, Today: s.now().In(shanghai()).Format("2006-01-02")}
	if page.Day = q.one("day"); page.Day != "" {
		var err error
		if page.Filter.From, page.Filter.To, err = wholeDay(page.Day); err != nil {
			return err
		}
	}
	if err := q.err(); err != nil {
		return err
	}
	if s.PlatformState != nil {
		page.State = s.PlatformState()
	}
	ds, next, err := s.ledger.Deliveries(ctx, page.Filter)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(ctx)
	if err != nil {
		return err
	}
	for _, d := range ds {
		rep, err := s.ledger.Report(ctx, d.ReportID)
		if err != nil {
			return err
		}
		if rep.Revision > 1 { // nothing else has one before
			if d.WaitsFor, err = s.waitsFor(ctx, d); err != nil {
				return err
			}
		}
		page.Rows = append(page.Rows, deliveryRow{d, rep, names[rep.AgencyID]})
	}
	page.Next = nextPage(r, next)
	if page.Stats, err = s.ledger.Stats(ctx, s.now()); err != nil {
		return err
	}
	if page.Differences, err = s.ledger.Differences(ctx, true, 100); err != nil {
		return err
	}
	if page.Comparisons, err = s.failingComparisons(ctx); err != nil {
		return err
	}
	status := http.StatusOK
	if pr != nil {
		status = pr.Status
	}
	return s.render(w, r, status, "deliveries", p, "平台报送", page)
}

// failingComparisons are those of the open comparisons that could not be made:
// one that never can be is owed for ever, and would else be found in logs alone.
func (s *server) failingComparisons(ctx context.Context) ([]schemas.Obligation, error) {
	// A day in the last month is compared once more at most, and then the next day.
	os, _, err := s.ledger.Obligations(ctx, schemas.ObligationFilter{Kind: schemas.OweReconcile, State: schemas.ObligationOpen, Limit: 500})
	return slices.DeleteFunc(os, func(o schemas.Obligation) bool { return o.LastError == "" }), err
}

func (s *server) deliveryPage(w http.ResponseWriter, r *http.Request, p principal) error {
	d, err := s.findDelivery(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	rep, err := s.ledger.Report(r.Context(), d.ReportID)
	if err != nil {
		return err
	}
	if d.WaitsFor, err = s.waitsFor(r.Context(), d); err != nil {
		return err
	}
	events, err := s.events(r.Context(), "delivery:"+d.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "delivery", p, "平台报送 "+reportTitle(rep), struct {
		deliveryRow
		Events []schemas.Event
	}{deliveryRow{Delivery: d, Report: rep}, events})
}

// doDelivery is every command of the deliveries' pages; the button's name
// says which.
func (s *server) doDelivery(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(deliver); err != nil {
		return err
	}
	said, err := s.deliveryForm(r, p, r.PostForm)
	if said == "" && err == nil {
		return s.export(w, r, r.PostForm["id"], r.PostForm.Get("day"))
	}
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showDeliveries(w, r, p, &pr)
	}
	if err != nil {
		return err
	}
	s.wake()
	http.Redirect(w, r, "/console/deliveries?ok="+said, http.StatusSeeOther)
	return nil
}

func (s *server) deliveryForm(r *http.Request, p principal, form url.Values) (said string, err error) {
	ctx, now, ids := r.Context(), s.now(), form["id"]
	each := func(f func(id string) error) error {
		if len(ids) == 0 {
			return invalid("selection_missing", "请先勾选记录")
		}
		for _, id := range ids {
			if err := f(id); err != nil {
				return err
			}
		}
		return nil
	}
	switch form.Get("do") {
	case "replay":
		rate, _ := strconv.Atoi(form.Get("rate"))
		_, err = s.replay(ctx, p, replay{IDs: ids, PerMinute: rate})
		return "replayed", err
	case "replay-dead":
		rate, _ := strconv.Atoi(form.Get("rate"))
		in := replay{Status: schemas.DeliveryDead, Query: strings.TrimSpace(form.Get("q")), PerMinute: rate}
		if day := form.Get("owed"); day != "" {
			if in.From, in.To, err = wholeDay(day); err != nil {
				return "", err
			}
		}
		_, err = s.replay(ctx, p, in)
		return "replayed", err
	case "manual":
		return "manual", each(func(id string) error { _, err := s.ledger.SetDeliveryManual(ctx, id, p.actor(), now); return err })
	case "automatic":
		return "automatic", each(func(id string) error { _, err := s.ledger.SetDeliveryAutomatic(ctx, id, p.actor(), now); return err })
	case "receipt":
		if len(ids) > 1 {
			return "", invalid("one_receipt_each", "一个平台回执号只属于一件报告，请只勾选一件")
		}
		return "receipt", each(func(id string) error {
			_, err := s.manualReceipt(ctx, p, id, form.Get("receipt"), form.Get("evidence"))
			return err
		})
	case "resolve":
		text, err := reason(form.Get("resolution"), "resolution_required", "请说明差异如何处理")
		if err != nil {
			return "", err
		}
		return "resolved", s.ledger.ResolveDifference(ctx, form.Get("difference"), text, p.actor(), now)
	case "export":
		return "", nil
	}
	return "", invalid("command_unknown", "没有这个操作")
}
