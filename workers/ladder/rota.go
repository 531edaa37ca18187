package ladder

import (
	"fmt"
	"strings"
	"time"

	"jianding/intake/triage"
)

// Rota says who is on duty. An override by date wins over the weekly plan,
// and the weekly plan over weeks taken in turn. Nobody on duty is a valid
// answer: the ladder then passes the step at once.
type Rota struct {
	Name      string     `yaml:"name" json:"name"`
	Weekly    []Shift    `yaml:"weekly,omitempty" json:"weekly,omitempty"`
	Turns     *Turns     `yaml:"turns,omitempty" json:"turns,omitempty"`
	Overrides []Override `yaml:"overrides,omitempty" json:"overrides,omitempty"`
}

// Shift is a stretch of some weekdays, in Asia/Shanghai. To may be earlier
// than From: then it ends on the next day. Equal times mean the whole day.
type Shift struct {
	Days     []string `yaml:"days" json:"days"` // mon tue wed thu fri sat sun
	From     string   `yaml:"from,omitempty" json:"from,omitempty"`
	To       string   `yaml:"to,omitempty" json:"to,omitempty"`
	Contacts []string `yaml:"contacts" json:"contacts"`
}

// Turns are weeks taken in turn: Members[0] has the week that begins on Start
// at At, Members[1] the next, and so on around.
type Turns struct {
	Start   string   `yaml:"start" json:"start"`               // "2026-01-05"
	At      string   `yaml:"at,omitempty" json:"at,omitempty"` // "09:00"; empty: midnight
	Members []string `yaml:"members" json:"members"`
}

// Override replaces whoever would be on duty on one date (or its stretch from
// From to To). Without contacts nobody is on duty then.
type Override struct {
	Date     string   `yaml:"date" json:"date"`
	From     string   `yaml:"from,omitempty" json:"from,omitempty"`
	To       string   `yaml:"to,omitempty" json:"to,omitempty"`
	Contacts []string `yaml:"contacts" json:"contacts"`
}

// OnDuty returns the names of the contacts on duty at an instant.
func (r Rota) OnDuty(at time.Time) []string {
	at = at.In(triage.Shanghai())
	for _, o := range r.Overrides {
		day, err := time.ParseInLocation(time.DateOnly, o.Date, triage.Shanghai())
		if err != nil {
			continue
		}
		if from, to, err := stretch(day, o.From, o.To); err == nil && !at.Before(from) && at.Before(to) {
			return o.Contacts
		}
	}
	var duty []string
	for _, s := range r.Weekly {
		if s.covers(at) {
			duty = append(duty, s.Contacts...)
		}
	}
	if len(duty) > 0 {
		return duty
	}
	if r.Turns != nil {
		return r.Turns.member(at)
	}
	return nil
}

// covers looks at the shift of today and of yesterday, which may reach into
// today.
func (s Shift) covers(at time.Time) bool {
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	for _, day := range []time.Time{today, today.AddDate(0, 0, -1)} {
		for _, d := range s.Days {
			if !strings.EqualFold(d, day.Weekday().String()[:3]) {
				continue
			}
			if from, to, err := stretch(day, s.From, s.To); err == nil && !at.Before(from) && at.Before(to) {
				return true
			}
		}
	}
	return false
}

const week = 7 * 24 * time.Hour

func (t Turns) member(at time.Time) []string {
	start, err := t.start()
	if err != nil || len(t.Members) == 0 || at.Before(start) {
		return nil
	}
	n := int(at.Sub(start) / week)
	return t.Members[n%len(t.Members) : n%len(t.Members)+1]
}

func (t Turns) start() (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, t.Start, triage.Shanghai())
	if err != nil {
		return time.Time{}, fmt.Errorf("not a date such as 2026-01-05: %q", t.Start)
	}
	at, err := clock(t.At)
	return day.Add(at), err
}

// clock reads "09:30" as a duration since midnight; empty is midnight and
// "24:00" the end of the day.
func clock(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("not a time of day such as 09:30: %q", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// stretch lays a from–to pair on a day, over midnight when to is not after
// from.
func stretch(day time.Time, from, to string) (time.Time, time.Time, error) {
	f, err := clock(from)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	t, err := clock(to)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	if t <= f {
		t += 24 * time.Hour
	}
	return day.Add(f), day.Add(t), nil
}

// quietUntil returns when the quiet hours that hold at an instant end; ok is
// false when none hold.
func (q *QuietHours) quietUntil(at time.Time) (end time.Time, ok bool) {
	if q == nil {
		return time.Time{}, false
	}
	at = at.In(triage.Shanghai())
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	for _, day := range []time.Time{today, today.AddDate(0, 0, -1)} {
		if from, to, err := stretch(day, q.From, q.To); err == nil && !at.Before(from) && at.Before(to) {
			return to.UTC(), true
		}
	}
	return time.Time{}, false
}

func (r Route) matches(town, use string) bool {
	if r.Town != "" && r.Town != town {
		return false
	}
	if len(r.Use) == 0 {
		return true
	}
	for _, word := range r.Use {
		if word != "" && strings.Contains(use, word) {
			return true
		}
	}
	return false
}
