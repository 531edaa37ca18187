package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// amberCase is an amber case, with a way to raise it.
func (h *house) amberCase() (c schemas.Case, raise func()) {
	h.t.Helper()
	ctx, officer := context.Background(), schemas.Actor{Kind: "user", ID: "u9", Name: "赵六"}
	_, _, c = h.story()
	c, err := h.ledger.DowngradeCase(ctx, c.ID, "amber", "核实", officer, nil, h.clock.now())
	if err != nil {
		h.t.Fatal(err)
	}
	return c, func() {
		if _, err := h.ledger.RaiseCase(ctx, c.ID, "裂缝发展", officer, h.clock.now()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) acknowledgedBy(id string) string {
	h.t.Helper()
	c, err := h.ledger.Case(context.Background(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	if c.AcknowledgedBy == nil {
		return ""
	}
	return c.AcknowledgedBy.Name
}

// A link works once: when the case is raised after it, reloading the page that
// acknowledged the milder hazard must not silence the graver one.
func TestAUsedLinkAcknowledgesNothingMore(t *testing.T) {
	h := newHouse(t)
	c, raise := h.amberCase()
	path := strings.TrimPrefix(h.links.Acknowledge(c.ID, "值班室", h.clock.now().Add(time.Hour)), h.URL)
	b := h.browser("")
	contains(t, b.post(path, url.Values{"seen": {"amber.1"}}).body, "已以“值班室”的名义确认收到")
	raise()
	for range 2 {
		contains(t, b.post(path, url.Values{"seen": {"red.1"}}).body, "已用过一次")
		contains(t, b.post(path, nil).body, "已用过一次")
	}
	contains(t, b.get(path).body, "已用过一次")
	if by := h.acknowledgedBy(c.ID); by != "" {
		t.Errorf("the red case was acknowledged by %s", by)
	}
	// The next message has a link of its own.
	next := strings.TrimPrefix(h.links.Acknowledge(c.ID, "值班室", h.clock.now().Add(2*time.Hour)), h.URL)
	contains(t, b.get(next).body, `value="red.1"`)
	contains(t, b.post(next, url.Values{"seen": {"red.1"}}).body, "已以“值班室”的名义确认收到")
}

// A page that was opened when the case was amber acknowledges no red one: on
// the link and on the console the officer first sees what has changed.
func TestNobodyAcknowledgesWhatTheyHaveNotSeen(t *testing.T) {
	h := newHouse(t)
	c, raise := h.amberCase()
	path := strings.TrimPrefix(h.links.Acknowledge(c.ID, "值班室", h.clock.now().Add(time.Hour)), h.URL)
	b, o, page := h.browser(""), h.browser("officer"), "/console/cases/"+c.Ref
	contains(t, b.get(path).body, `value="amber.1"`)
	contains(t, o.get(page).body, `value="amber.1"`)
	raise()
	contains(t, b.post(path, url.Values{"seen": {"amber.1"}}).body, "看过再确认", "红色", `value="red.1"`)
	contains(t, o.post(page+"/acknowledge", url.Values{"seen": {"amber.1"}, "csrf": {o.csrf(page)}}).body, "看过最新内容再确认")
	if by := h.acknowledgedBy(c.ID); by != "" {
		t.Errorf("acknowledged by %s", by)
	}
	contains(t, b.post(path, url.Values{"seen": {"red.1"}}).body, "已以“值班室”的名义确认收到")
}

// What happened last is on the page, however much happened before.
func TestTheTimelineEndsWithTheNewest(t *testing.T) {
	h := newHouse(t)
	_, _, c := h.story()
	ctx := context.Background()
	for range 600 {
		if err := h.ledger.AppendEvent(ctx, schemas.NewEvent{Kind: schemas.EventCaseStep, Subject: "case:" + c.ID, Actor: schemas.Actor{Kind: "system"}}, h.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.ledger.RecordMeasure(ctx, c.ID, "已疏散住户", schemas.Actor{Kind: "user", ID: "u9", Name: "赵六"}, h.clock.now()); err != nil {
		t.Fatal(err)
	}
	contains(t, h.browser("officer").get("/console/cases/"+c.Ref).body, "已疏散住户")
	contains(t, h.call("officer", "GET", "/v1/escalations/"+c.ID+"/events", nil).body, "已疏散住户")
}
