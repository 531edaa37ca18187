package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jianding/intake/assessment/corpustest"
	"jianding/schemas"
)

// Every sample report goes through `jianding submit` to a running server, on
// embedded parts and on real ones: each outcome is what its truth file says,
// and both runs agree.
func TestEverySampleThroughTheDoor(t *testing.T) {
	t.Parallel() // it waits for a server of its own
	corpus, err := corpustest.Dir()
	if err != nil {
		t.Skip(err)
	}
	var embedded map[string]string
	t.Run("embedded", func(t *testing.T) { embedded = submitCorpus(t, corpus, nil) })
	t.Run("real", func(t *testing.T) {
		more, _ := realParts(t, 7)
		real := submitCorpus(t, corpus, more)
		if diff := cmp.Diff(embedded, real); diff != "" {
			t.Errorf("embedded and real parts disagree:\n%s", diff)
		}
	})
}

// refusedAtTheDoor are the files that no receipt is given for: they are not
// PDFs at all.
func refusedAtTheDoor() []string {
	return []string{"bad/empty.pdf", "bad/not-a-pdf.pdf", "bad/text.pdf"}
}

// submitCorpus sends everything and returns outcome and hazard by name.
func submitCorpus(t *testing.T, corpus string, more func(map[string]any)) map[string]string {
	cases, err := corpustest.Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	o := newOutside(t, false)
	h := newHouse(t, o, filepath.Join(corpus, "dev", "trust"), more)
	h.start()
	tokens := h.tokens()
	l, _ := h.open()
	register, err := l.Agencies(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range cases {
		agency := register[0].ID
		if c.Truth != nil {
			for _, a := range register {
				if a.Name == c.Truth.Agency {
					agency = a.ID
				}
			}
		}
		out, err := program(context.Background(), t, []string{"JIANDING_TOKEN=" + tokens[agency]}, "submit", "--server", h.url(), "--wait", "3m", "--json", "--quiet", c.Path)
		if slices.Contains(refusedAtTheDoor(), c.Name) {
			if err == nil || !slices.Contains(c.Outcomes, schemas.Rejected) {
				t.Errorf("%s: was taken: %s", c.Name, out)
			}
			got[c.Name] = "refused"
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		var s submitted
		if err := json.Unmarshal(out, &s); err != nil || s.Report == nil {
			t.Errorf("%s: %s (%v)", c.Name, out, err)
			continue
		}
		a, err := l.CurrentAssessment(context.Background(), s.Report.ID)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		for _, difference := range c.Check(a.Assessment) {
			t.Errorf("%s: %s", c.Name, difference)
		}
		checkFollowed(t, h, c.Name, *s.Report)
		got[c.Name] = string(s.Report.Status) + " " + string(s.Report.Hazard)
	}
	accepted := 0
	for _, v := range got {
		if strings.HasPrefix(v, "accepted") {
			accepted++
		}
	}
	if accepted == 0 {
		t.Error("nothing was accepted")
	}
	return got
}

// checkFollowed: an accepted report is filed, a hazard has a case that was
// told of, an unharmed original is given back.
func checkFollowed(t *testing.T, h *house, name string, r schemas.Report) {
	t.Helper()
	l, cfg := h.open()
	ctx := context.Background()
	if r.Status == schemas.ReportAccepted {
		h.eventually(name+" is filed", time.Minute, func() bool {
			d, err := l.DeliveryByReport(ctx, r.ID)
			return err == nil && d.Status == schemas.DeliveryAcknowledged && d.PlatformReceipt != ""
		})
	}
	if r.Hazard == schemas.HazardRed || r.Hazard == schemas.HazardAmber {
		h.eventually(name+" is in front of the committee", time.Minute, func() bool {
			c, err := l.Case(ctx, r.CaseID)
			return err == nil && c.Instants.FirstDelivered != nil
		})
	}
	st, err := openOriginals(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	size, err := st.Stat(ctx, r.SHA256)
	if err != nil || size != r.Size {
		t.Errorf("%s: original of %d bytes, %v", name, size, err)
	}
}
