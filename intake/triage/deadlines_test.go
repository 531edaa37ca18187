package triage

import (
	"testing"
	"time"

	"jianding/schemas"
)

func instant(s string) *time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return &t
}

func TestStampDeadlines(t *testing.T) {
	end, ok := EndOfDate("2026-12-31")
	if !ok {
		t.Fatal("EndOfDate refused a date")
	}
	if want := *instant("2026-12-31T16:00:00Z"); !end.Equal(want) {
		t.Fatalf("31 December ends at %v in Shanghai, got %v", want, end)
	}
	received := instant("2026-11-24T08:00:00Z")
	for _, c := range []struct {
		name      string
		in        schemas.Instants
		statutory string
		rule      string
		late      bool
	}{
		{"receipt alone", schemas.Instants{Received: received}, "2026-11-25T08:00:00Z", "statutory/1: earliest=received", false},
		{"discovery earlier", schemas.Instants{Received: received, Discovered: instant("2026-11-24T02:00:00Z")}, "2026-11-25T02:00:00Z", "statutory/1: earliest=discovered", false},
		{"signing before discovery", schemas.Instants{Received: received, Discovered: instant("2026-11-24T02:00:00Z"), Signed: instant("2026-11-23T20:00:00Z")}, "2026-11-24T20:00:00Z", "statutory/1: earliest=signed", false},
		{"a future discovery moves nothing later", schemas.Instants{Received: received, Discovered: instant("2026-12-24T02:00:00Z")}, "2026-11-25T08:00:00Z", "statutory/1: earliest=received", false},
		{"issued long ago: late on arrival", schemas.Instants{Received: received, Issued: instant("2026-11-20T16:00:00Z")}, "2026-11-21T16:00:00Z", "statutory/1: earliest=issued", true},
		{"exactly at the limit is in time", schemas.Instants{Received: received, Signed: instant("2026-11-23T08:00:00Z")}, "2026-11-24T08:00:00Z", "statutory/1: earliest=signed", false},
		{"one microsecond over is late", schemas.Instants{Received: received, Signed: instant("2026-11-23T07:59:59.999999Z")}, "2026-11-24T07:59:59.999999Z", "statutory/1: earliest=signed", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := StampDeadlines(c.in)
			if !d.Statutory.Equal(*instant(c.statutory)) || d.StatutoryRule != c.rule || d.LateOnArrival != c.late {
				t.Errorf("got %+v, want statutory %s by %q late %v", d, c.statutory, c.rule, c.late)
			}
			if !d.Handling.Equal(received.Add(24*time.Hour)) || d.HandlingRule != "handling/1" {
				t.Errorf("handling: %+v", d)
			}
		})
	}
}

func TestEarlierNeverMovesLater(t *testing.T) {
	a := StampDeadlines(schemas.Instants{Received: instant("2026-11-24T08:00:00Z")})
	b := StampDeadlines(schemas.Instants{Received: instant("2026-11-24T10:00:00Z"), Discovered: instant("2026-11-23T10:00:00Z")})
	m := Earlier(a, b)
	if !m.Statutory.Equal(b.Statutory) || m.StatutoryRule != b.StatutoryRule {
		t.Errorf("statutory should be the report's earlier one: %+v", m)
	}
	if !m.Handling.Equal(a.Handling) {
		t.Errorf("handling should stay the notice's: %+v", m)
	}
}

func TestImplausible(t *testing.T) {
	received := *instant("2026-11-24T08:00:00Z")
	end, _ := EndOfDate("2026-11-24")
	tomorrow, _ := EndOfDate("2026-11-25")
	dayAfter, _ := EndOfDate("2026-11-26")
	for _, c := range []struct {
		name string
		in   schemas.Instants
		want int
	}{
		{"nothing stated", schemas.Instants{}, 0},
		{"issued today", schemas.Instants{Issued: &end}, 0},
		{"issued tomorrow", schemas.Instants{Issued: &tomorrow}, 1},
		{"issued in two days", schemas.Instants{Issued: &dayAfter}, 1},
		{"signed within the skew", schemas.Instants{Signed: instant("2026-11-24T08:09:00Z")}, 0},
		{"signed in the future", schemas.Instants{Signed: instant("2026-11-24T08:11:00Z")}, 1},
		{"discovered two years ago, issued in 2002", schemas.Instants{Discovered: instant("2024-11-20T00:00:00Z"), Issued: instant("2002-11-20T00:00:00Z")}, 2},
	} {
		if got := Implausible(c.in, received); len(got) != c.want {
			t.Errorf("%s: got %q, want %d", c.name, got, c.want)
		}
	}
}
