package workers

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

func (h *house) delivery(reportID string) schemas.Delivery {
	h.t.Helper()
	d, err := h.ledger.DeliveryByReport(h.ctx, reportID)
	must(h.t, err)
	return d
}

func TestAnAnswerThatIsLostIsAskedForBeforeSendingAgain(t *testing.T) {
	for _, committed := range []bool{true, false} {
		t.Run(fmt.Sprint("committed ", committed), func(t *testing.T) {
			eachLedger(t, func(t *testing.T, h *house) {
				h.platform.answer = func(n int) (bool, *schemas.FilingOutcome) {
					if n > 1 {
						return true, nil
					}
					return committed, &schemas.FilingOutcome{Result: schemas.FilingUnknown, Attempt: schemas.DeliveryAttempt{Operation: "submit", Error: "time-out"}}
				}
				r := h.upload(sound("2026-001"))
				h.settle()
				if d := h.delivery(r.ID); !d.Unknown || d.Status != schemas.DeliveryPending {
					t.Fatalf("after the time-out: %+v", d)
				}
				h.pass(10 * time.Minute)
				d := h.delivery(r.ID)
				if d.Status != schemas.DeliveryAcknowledged || d.PlatformReceipt == "" {
					t.Errorf("delivery %+v", d)
				}
				if n := h.platform.commits[d.IdempotencyKey]; n != 1 {
					t.Errorf("%d records on the platform (first committed: %v)", n, committed)
				}
				if h.platform.queries == 0 {
					t.Error("nothing was asked")
				}
			})
		})
	}
}

func TestKilledWhileFiling(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		r := h.upload(sound("2026-001"))
		h.w.pass(h.ctx, perBatch)
		h.w.running.Wait()
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweFile}, 1)
		must(t, err)
		lease, err := h.ledger.LeaseObligation(h.ctx, due[0].ID, 20*time.Second)
		must(t, err)
		f, err := h.ledger.Filing(h.ctx, due[0].Subject)
		must(t, err)
		h.platform.Submit(h.ctx, f, func() (io.ReadCloser, int64, error) { return h.docs.Open(h.ctx, r.SHA256) }, func(op, sha string) error {
			_, err := h.ledger.BeginDeliveryAttempt(h.ctx, lease, op, sha, h.clock.Now())
			return err
		})
		// The process is killed here: the platform has it, the ledger does not know.
		h.clock.set(h.clock.Now().Add(21 * time.Second))
		h.start()
		h.settle()
		d := h.delivery(r.ID)
		if d.Status != schemas.DeliveryAcknowledged || h.platform.submits != 1 {
			t.Errorf("%s after %d submissions", d.Status, h.platform.submits)
		}
	})
}

func TestThePlatformAsksForRest(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.platform.answer = func(n int) (bool, *schemas.FilingOutcome) {
			if n == 1 {
				return false, &schemas.FilingOutcome{Result: schemas.FilingRetry, RetryAfter: 20 * time.Minute, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 429}}
			}
			return true, nil
		}
		a := h.upload(sound("2026-001"))
		h.settle()
		b := h.upload(sound("2026-002"))
		h.pass(19 * time.Minute)
		if h.platform.submits != 1 {
			t.Errorf("%d submissions while the platform rests", h.platform.submits)
		}
		h.pass(3 * time.Minute)
		for _, r := range []schemas.Report{a, b} {
			if d := h.delivery(r.ID); d.Status != schemas.DeliveryAcknowledged {
				t.Errorf("delivery is %s", d.Status)
			}
		}
	})
}

func TestAFinalRefusalIsDeadAndVisibleAndNeverBlocksAHazard(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
			return false, &schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"字段缺失"}, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 422, Error: "字段缺失"}}
		}
		r := h.upload(red("2026-001"))
		h.pass(24 * time.Hour)
		if d := h.delivery(r.ID); d.Status != schemas.DeliveryDead || h.platform.submits != 1 {
			t.Errorf("%s after %d submissions", d.Status, h.platform.submits)
		}
		h.wantEvents(schemas.EventDeliveryDead, 1)
		if len(h.sms.told("hazard")) == 0 {
			t.Error("nobody was told of the hazard")
		}
	})
}

func TestAReturnedFilingGoesToTheReviewerAndTheAgency(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
			return false, &schemas.FilingOutcome{Result: schemas.FilingReturned, Reasons: []string{"缺少房屋编号"}, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 200}}
		}
		r := h.upload(sound("2026-001"))
		h.settle()
		if got := h.report(r.ID).Status; got != schemas.ReportNeedsReview {
			t.Errorf("report is %s", got)
		}
		h.wantTold(h.hook, "agency_notice", "https://agency.example.org/hook")
		if m := h.hook.sent[0]; !strings.Contains(m.Title, "平台退回") || !strings.Contains(m.Text, "缺少房屋编号") || !strings.Contains(m.Text, r.ReceiptNo) {
			t.Errorf("the agency is told %q: %q", m.Title, m.Text)
		}
	})
}

func TestSubmittedIsPolledUntilConfirmed(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
			return true, &schemas.FilingOutcome{Result: schemas.FilingSubmitted, Receipt: "P-1", Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 202}}
		}
		r := h.upload(sound("2026-001"))
		h.settle()
		if d := h.delivery(r.ID); d.Status != schemas.DeliverySubmitted {
			t.Fatalf("delivery is %s", d.Status)
		}
		h.pass(5 * time.Minute)
		if d := h.delivery(r.ID); d.Status != schemas.DeliveryAcknowledged || h.platform.submits != 1 {
			t.Errorf("%s after %d submissions", d.Status, h.platform.submits)
		}
	})
}

func TestAnOriginalStoreThatIsDownIsWaitedFor(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.docs.down = true
		r := h.upload(red("2026-001"))
		h.settle()
		if got := h.report(r.ID).Status; got != schemas.ReportReceived {
			t.Fatalf("report is %s", got)
		}
		h.pass(10 * time.Minute)
		h.docs.down = false
		h.pass(time.Minute)
		h.wantTold(h.sms, "hazard", "duty")
	})
}

// A submission whose sender died may arrive after the question.
func TestNotFoundRightAfterSendingProvesNothing(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.platform.answer = func(n int) (bool, *schemas.FilingOutcome) {
			if n > 1 {
				return true, nil
			}
			return false, &schemas.FilingOutcome{Result: schemas.FilingUnknown, Attempt: schemas.DeliveryAttempt{Operation: "submit", Error: "connection lost"}}
		}
		r := h.upload(sound("2026-001"))
		h.settle()
		h.pass(5 * time.Second) // asked: not there
		if h.platform.submits != 1 || h.platform.queries == 0 {
			t.Fatalf("%d submissions, %d questions", h.platform.submits, h.platform.queries)
		}
		d := h.delivery(r.ID) // and now the first one arrives after all
		h.platform.records[d.IdempotencyKey] = schemas.PlatformRecord{IdempotencyKey: d.IdempotencyKey, Receipt: "P-1", Status: "accepted"}
		h.pass(time.Minute)
		if d := h.delivery(r.ID); d.Status != schemas.DeliveryAcknowledged || h.platform.submits != 1 {
			t.Errorf("%s after %d submissions", d.Status, h.platform.submits)
		}
	})
}

func TestAReportThatCannotBeMappedIsDeadWithAnAttemptThatSaysWhy(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.options = func(o *Options) { o.Platform = cannotMap{h.platform} }
		h.start()
		r := h.upload(sound("2026-001"))
		h.settle()
		d := h.delivery(r.ID)
		if d.Status != schemas.DeliveryDead || d.Unknown || len(d.Attempts) != 1 || d.Attempts[0].Result != schemas.FilingFinal {
			t.Errorf("delivery %+v", d)
		}
	})
}

type cannotMap struct{ *fakePlatform }

func (cannotMap) Submit(context.Context, schemas.Filing, func() (io.ReadCloser, int64, error), func(string, string) error) schemas.FilingOutcome {
	return schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"缺少镇街"}, Attempt: schemas.DeliveryAttempt{Error: "缺少镇街"}}
}

// A revision that is accepted while the one before waits for the platform must
// not be filed first: the older would then stand as the newer.
func TestRevisionsAreFiledInTheirOrder(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		var order []string
		h.platform.answer = func(n int) (bool, *schemas.FilingOutcome) {
			if n == 1 { // the first one alone is put off
				return false, &schemas.FilingOutcome{Result: schemas.FilingRetry, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 500}}
			}
			return true, nil
		}
		first := h.upload(sound("2026-001"))
		h.settle()
		a := sound("2026-001")
		a.Report.Owner = "业主"
		second := h.upload(a)
		h.settle()
		if d := h.delivery(second.ID); d.Status != schemas.DeliveryPending || len(d.Attempts) != 0 {
			t.Errorf("the second revision went first: %+v", d)
		}
		h.pass(10 * time.Minute)
		for _, r := range []schemas.Report{first, second} {
			d := h.delivery(r.ID)
			if d.Status != schemas.DeliveryAcknowledged {
				t.Errorf("delivery is %s", d.Status)
			}
			order = append(order, d.AcknowledgedAt.Format(time.TimeOnly))
		}
		if order[0] >= order[1] {
			t.Errorf("filed at %v", order)
		}
	})
}

// The platform has taken the first revision and gives its receipt later: the
// second, which has to name it, waits for that, and not for ever.
func TestARevisionWaitsForTheReceiptItHasToName(t *testing.T) {
	for _, answers := range []bool{true, false} {
		t.Run(fmt.Sprint("confirmed ", answers), func(t *testing.T) {
			eachLedger(t, func(t *testing.T, h *house) {
				taken := &schemas.FilingOutcome{Result: schemas.FilingSubmitted, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 202}}
				h.platform.pending = true
				h.platform.answer = func(int) (bool, *schemas.FilingOutcome) { return true, taken }
				h.upload(sound("2026-001"))
				h.settle()
				a := sound("2026-001")
				a.Report.Owner = "业主"
				second := h.upload(a)
				h.pass(3 * time.Hour)
				if d := h.delivery(second.ID); d.Status != schemas.DeliveryPending || len(d.Attempts) != 0 {
					t.Fatalf("it went without a receipt to name: %+v", d)
				}
				want := ""
				if answers {
					h.platform.pending = false
					h.pass(3 * time.Hour)
					want = h.platform.superseded[h.delivery(second.ID).IdempotencyKey]
					if want == "" {
						t.Error("it names no receipt")
					}
				} else {
					h.pass(22 * time.Hour)
				}
				d := h.delivery(second.ID)
				if got, sent := h.platform.superseded[d.IdempotencyKey]; !sent || got != want || h.platform.commits[d.IdempotencyKey] != 1 {
					t.Errorf("sent %v, names %q, %d records", sent, got, h.platform.commits[d.IdempotencyKey])
				}
			})
		})
	}
}

// A revision that was given up, and then filed in the next one, is not sent by a
// replay of all that is dead: the older content would stand as the newer.
func TestAReplaySendsNoRevisionAfterItsSuccessor(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		h.platform.answer = func(n int) (bool, *schemas.FilingOutcome) {
			if n == 1 {
				return false, &schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"字段缺失"}, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 422}}
			}
			return true, nil
		}
		first := h.upload(sound("2026-001"))
		h.settle()
		a := sound("2026-001")
		a.Report.Owner = "业主"
		second := h.upload(a)
		h.pass(10 * time.Minute)
		if d := h.delivery(second.ID); d.Status != schemas.DeliveryAcknowledged {
			t.Fatalf("the second revision is %s", d.Status)
		}
		_, err := h.ledger.ReplayDeliveries(h.ctx, schemas.DeliveryFilter{Status: schemas.DeliveryDead}, officer(), 0, h.clock.Now())
		must(t, err)
		h.pass(time.Hour)
		d := h.delivery(first.ID)
		if n := h.platform.commits[d.IdempotencyKey]; n != 0 || d.Status != schemas.DeliveryDead {
			t.Errorf("the first revision is %s with %d records", d.Status, n)
		}
		if last := d.Attempts[len(d.Attempts)-1]; !strings.Contains(last.Error, "后一版本已报送") {
			t.Errorf("nobody is told why: %+v", last)
		}
	})
}

// A wish for patience is for everybody, also as the answer to a question, and
// also when it is for longer than an hour.
func TestALongRestIsARestForEverybody(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		wish := schemas.FilingOutcome{Result: schemas.FilingUnknown, RetryAfter: 3 * time.Hour, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 503}}
		h.platform.answer = func(int) (bool, *schemas.FilingOutcome) { return false, &wish }
		h.upload(sound("2026-001"))
		h.settle()
		for _, no := range []string{"2026-002", "2026-003"} {
			h.upload(sound(no))
		}
		h.pass(55 * time.Minute)
		if h.platform.submits != 1 {
			t.Errorf("%d submissions to a platform that asked for three hours", h.platform.submits)
		}
	})
}

// Dead ones are tried again in bulk while the platform is down: none is lost,
// none is sent twice, and all are filed when it is back.
func TestABulkReplayIntoAnOutage(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		refuse := true
		h.platform.answer = func(int) (bool, *schemas.FilingOutcome) {
			if refuse {
				return false, &schemas.FilingOutcome{Result: schemas.FilingFinal, Reasons: []string{"字段缺失"}, Attempt: schemas.DeliveryAttempt{Operation: "submit", Status: 422}}
			}
			return false, &schemas.FilingOutcome{Result: schemas.FilingUnknown, Attempt: schemas.DeliveryAttempt{Operation: "submit", Error: "connection reset"}}
		}
		var rs []schemas.Report
		for i := range 4 {
			rs = append(rs, h.upload(sound(fmt.Sprintf("2026-%03d", i))))
		}
		h.settle()
		refuse = false
		for range 2 { // pressed twice
			_, err := h.ledger.ReplayDeliveries(h.ctx, schemas.DeliveryFilter{Status: schemas.DeliveryDead}, officer(), 10, h.clock.Now())
			must(t, err)
		}
		before := h.platform.submits
		h.pass(2 * time.Hour)
		if n := h.platform.submits - before; n > len(rs)*20 {
			t.Errorf("%d submissions of %d reports in two hours, in vain", n, len(rs))
		}
		h.platform.answer = nil
		h.pass(2 * time.Hour)
		for _, r := range rs {
			d := h.delivery(r.ID)
			if n := h.platform.commits[d.IdempotencyKey]; d.Status != schemas.DeliveryAcknowledged || n != 1 {
				t.Errorf("%s: %s, %d records", r.ReportNo, d.Status, n)
			}
		}
	})
}
