package ladder

import (
	"slices"
	"strings"
	"time"

	"jianding/schemas"
)

const rotaPrefix = "rota:"

// lastResort is the index of the step after the configured ones.
func (p Policy) lastResort() int { return len(p.Steps) }

// wait is how long a step has; the last resort has until the next round.
func (p Policy) wait(step int) time.Duration {
	if step >= 0 && step < len(p.Steps) {
		return time.Duration(p.Steps[step].Wait)
	}
	return time.Duration(p.Repeat)
}

// recipients resolves a step at an instant to addresses on channels that are
// configured; the index after the last step is the last resort.
func (p Policy) recipients(step int, at time.Time, configured map[string]bool) []schemas.Recipient {
	if step < 0 || step >= len(p.Steps) {
		return p.resolve(p.LastResort, nil, at, configured)
	}
	s := p.Steps[step]
	return p.resolve(s.Contacts, s.Channels, at, configured)
}

// above is the level above a step: the next one that reaches anybody, in the
// end the last resort.
func (p Policy) above(step int, at time.Time, configured map[string]bool) []schemas.Recipient {
	for s := step + 1; s < len(p.Steps); s++ {
		if r := p.recipients(s, at, configured); len(r) > 0 {
			return r
		}
	}
	return p.recipients(p.lastResort(), at, configured)
}

func (p Policy) amberRecipients(at time.Time, configured map[string]bool) []schemas.Recipient {
	r := p.resolve(p.Amber.Contacts, nil, at, configured)
	for s := 0; len(r) == 0 && s <= p.lastResort(); s++ {
		r = p.recipients(s, at, configured)
	}
	return r
}

// resolve turns names into recipients, in order and each once. configured
// nil means that every channel is.
func (p Policy) resolve(names, channels []string, at time.Time, configured map[string]bool) []schemas.Recipient {
	var out []schemas.Recipient
	add := func(name string) {
		c, ok := p.contact(name)
		if !ok {
			return
		}
		for _, a := range c.Addresses {
			if len(channels) > 0 && !slices.Contains(channels, a.Channel) {
				continue
			}
			if configured != nil && !configured[a.Channel] {
				continue
			}
			r := schemas.Recipient{Contact: c.Name, Channel: a.Channel, Address: a.Address}
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	for _, n := range names {
		if rota, ok := strings.CutPrefix(n, rotaPrefix); ok {
			if r, found := p.rota(rota); found {
				for _, d := range r.OnDuty(at) {
					add(d)
				}
			}
			continue
		}
		add(n)
	}
	return out
}

// union joins recipient lists, each recipient once.
func union(lists ...[]schemas.Recipient) []schemas.Recipient {
	var out []schemas.Recipient
	for _, l := range lists {
		for _, r := range l {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}
