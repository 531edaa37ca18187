// Package ladder is the escalation ladder as pure code: who is told what, and
// when it has to be looked at again, from a case, its messages so far, the
// policy stamped on it and an instant. It reads no clock and no database.
//
// Start at [Policy.Next]. Policy is what the configuration holds; Validate
// lists everything that is wrong with it at once.
package ladder

import (
	"encoding/json"
	"fmt"
	"time"

	"jianding/schemas"
)

// Duration is a time.Duration that is written "30m" in YAML and JSON.
type Duration time.Duration

// UnmarshalText reads Go's duration syntax.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("not a duration such as 30m or 4h: %q", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes Go's duration syntax.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Policy says who is told of a hazard, in which order, and how often. It is
// stamped on each case as JSON when the case opens: later edits of the
// configuration do not change running cases.
type Policy struct {
	Name     string    `yaml:"name" json:"name"`
	Contacts []Contact `yaml:"contacts" json:"contacts"`
	Rotas    []Rota    `yaml:"rotas,omitempty" json:"rotas,omitempty"`
	// Steps are climbed in order until somebody acknowledges. After the last
	// of them LastResort is told, and after Repeat the next round begins.
	Steps      []Step   `yaml:"steps" json:"steps"`
	LastResort []string `yaml:"last_resort" json:"last_resort"` // contacts, never a rota: always someone
	Repeat     Duration `yaml:"repeat,omitempty" json:"repeat,omitempty"`

	// AckTimeout is how long an acknowledged case may stay without a recorded
	// disposition before those who had it, and the level above, are told.
	AckTimeout Duration `yaml:"ack_timeout,omitempty" json:"ack_timeout,omitempty"`
	// Reminders are given that long before the handling deadline.
	Reminders []Duration `yaml:"reminders,omitempty" json:"reminders,omitempty"`
	// OverdueEvery repeats the overdue message while nothing is disposed.
	OverdueEvery Duration `yaml:"overdue_every,omitempty" json:"overdue_every,omitempty"`
	// OpenEvery reminds of a disposed case that nobody closed (销号).
	OpenEvery Duration `yaml:"open_every,omitempty" json:"open_every,omitempty"`

	Amber      Amber       `yaml:"amber,omitempty" json:"amber,omitempty"`
	QuietHours *QuietHours `yaml:"quiet_hours,omitempty" json:"quiet_hours,omitempty"`
	Notice     Notice      `yaml:"notice,omitempty" json:"notice,omitempty"`
	Routing    []Route     `yaml:"routing,omitempty" json:"routing,omitempty"`
	// AttachReport lets channels that can (email) carry the report itself.
	AttachReport bool `yaml:"attach_report,omitempty" json:"attach_report,omitempty"`
}

// Contact is a person or an office with its addresses; all are used at once.
type Contact struct {
	Name      string    `yaml:"name" json:"name"`
	Addresses []Address `yaml:"addresses" json:"addresses"`
}

// Address is where a contact is reached: a configured channel and what that
// channel understands.
type Address struct {
	Channel string `yaml:"channel" json:"channel"`
	Address string `yaml:"address" json:"address"`
}

// Step is one rung: contacts by name, or "rota:NAME" for whoever is on duty.
type Step struct {
	Contacts []string `yaml:"contacts" json:"contacts"`
	// Channels restricts the step to these channels; empty means all.
	Channels []string `yaml:"channels,omitempty" json:"channels,omitempty"`
	// Wait is how long the step has to acknowledge before the next is told.
	Wait Duration `yaml:"wait" json:"wait"`
}

// Amber says how doubtful hazards are put before a human.
type Amber struct {
	// Contacts are told; empty means those of the first step.
	Contacts []string `yaml:"contacts,omitempty" json:"contacts,omitempty"`
	// For is how long a case may stay undecided before it turns red by itself.
	For Duration `yaml:"for,omitempty" json:"for,omitempty"`
	// Repeat tells them again while nobody acknowledges; half of For if empty.
	Repeat Duration `yaml:"repeat,omitempty" json:"repeat,omitempty"`
}

// QuietHours hold back amber messages, never red ones, and never the clock.
// From and To are "22:00" in Asia/Shanghai; To may be on the next day.
type QuietHours struct {
	From string `yaml:"from" json:"from"`
	To   string `yaml:"to" json:"to"`
}

// Notice says when an agency is reminded of the report that it owes after a
// hazard notice (先报后补), counted from the discovery that it declared.
type Notice struct {
	Reminders []Duration `yaml:"reminders,omitempty" json:"reminders,omitempty"`
	Breach    Duration   `yaml:"breach,omitempty" json:"breach,omitempty"` // 报送超时
}

// Route names whom a case is copied to (抄送): by town and by use.
type Route struct {
	Town   string   `yaml:"town,omitempty" json:"town,omitempty"`
	Use    []string `yaml:"use,omitempty" json:"use,omitempty"` // any of these words in the report's use
	CopyTo []string `yaml:"copy_to" json:"copy_to"`
}

// WithDefaults fills in what the configuration leaves empty.
func (p Policy) WithDefaults() Policy {
	def := func(d *Duration, v time.Duration) {
		if *d == 0 {
			*d = Duration(v)
		}
	}
	def(&p.Repeat, 30*time.Minute)
	def(&p.AckTimeout, 2*time.Hour)
	def(&p.OverdueEvery, 24*time.Hour)
	def(&p.OpenEvery, 7*24*time.Hour)
	def(&p.Amber.For, 4*time.Hour)
	def(&p.Amber.Repeat, time.Duration(p.Amber.For)/2)
	def(&p.Notice.Breach, 24*time.Hour)
	if p.Reminders == nil {
		p.Reminders = []Duration{Duration(6 * time.Hour), Duration(time.Hour)}
	}
	if p.Notice.Reminders == nil {
		p.Notice.Reminders = []Duration{Duration(18 * time.Hour), Duration(23 * time.Hour)}
	}
	if p.Name == "" {
		p.Name = "default"
	}
	return p
}

// Stamp is the policy as a case carries it.
func (p Policy) Stamp() (json.RawMessage, error) { return json.Marshal(p) }

// Stamped reads a policy from a case.
func Stamped(raw json.RawMessage) (Policy, error) {
	var p Policy
	if err := json.Unmarshal(raw, &p); err != nil {
		return Policy{}, fmt.Errorf("stamped ladder policy: %w", err)
	}
	return p.WithDefaults(), nil
}

// CopyTo proposes whom a disposition is copied to, by address and use, in the
// order of the routing table and without repetition.
func (p Policy) CopyTo(town, use string) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range p.Routing {
		if !r.matches(town, use) {
			continue
		}
		for _, name := range r.CopyTo {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

func (p Policy) contact(name string) (Contact, bool) {
	for _, c := range p.Contacts {
		if c.Name == name {
			return c, true
		}
	}
	return Contact{}, false
}

func (p Policy) rota(name string) (Rota, bool) {
	for _, r := range p.Rotas {
		if r.Name == name {
			return r, true
		}
	}
	return Rota{}, false
}

// HasContact says whether a contact of this name is known.
func (p Policy) HasContact(name string) bool { _, ok := p.contact(name); return ok }

// Recipients are the addresses of a contact, or of whoever is on duty for
// "rota:NAME", on configured channels (nil: all).
func (p Policy) Recipients(names []string, at time.Time, configured map[string]bool) []schemas.Recipient {
	return p.resolve(names, nil, at, configured)
}

// Deciders are those who decide on doubtful hazards and overdue reviews.
func (p Policy) Deciders(at time.Time, configured map[string]bool) []schemas.Recipient {
	return p.amberRecipients(at, configured)
}

// ClockTime reads a time of day such as "09:00" as a duration since midnight;
// empty is midnight.
func ClockTime(s string) (time.Duration, error) { return clock(s) }
