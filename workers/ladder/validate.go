package ladder

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"jianding/schemas"
)

// Validate lists everything that is wrong with a policy, given the names of
// the channels that are configured. A nil result means that every step can
// be understood and that the last resort is someone who can be reached.
func (p Policy) Validate(channels []string) []schemas.Problem {
	v := &validation{p: p, channels: channels}
	v.contacts()
	v.rotas()
	v.steps()
	v.lastResort()
	v.times()
	return v.problems
}

type validation struct {
	p        Policy
	channels []string
	problems []schemas.Problem
}

func (v *validation) bad(field, code, format string, args ...any) {
	v.problems = append(v.problems, schemas.Problem{Field: "ladder." + field, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (v *validation) contacts() {
	seen := map[string]bool{}
	for i, c := range v.p.Contacts {
		f := fmt.Sprintf("contacts[%d]", i)
		switch {
		case strings.TrimSpace(c.Name) == "":
			v.bad(f+".name", "required", "联系人没有名称")
		case strings.HasPrefix(c.Name, rotaPrefix):
			v.bad(f+".name", "reserved", "联系人名称不能以 %q 开头", rotaPrefix)
		case seen[c.Name]:
			v.bad(f+".name", "duplicate", "联系人 %q 重复", c.Name)
		}
		seen[c.Name] = true
		if len(c.Addresses) == 0 {
			v.bad(f+".addresses", "required", "联系人 %q 没有任何联系方式", c.Name)
		}
		for j, a := range c.Addresses {
			af := fmt.Sprintf("%s.addresses[%d]", f, j)
			v.channel(af+".channel", a.Channel)
			if strings.TrimSpace(a.Address) == "" {
				v.bad(af+".address", "required", "联系人 %q 的地址为空", c.Name)
			}
		}
	}
}

func (v *validation) channel(field, name string) {
	if !slices.Contains(v.channels, name) {
		v.bad(field, "unknown_channel", "没有配置名为 %q 的渠道", name)
	}
}

func (v *validation) name(field, name string, rotaAllowed bool) {
	if rota, ok := strings.CutPrefix(name, rotaPrefix); ok {
		if !rotaAllowed {
			v.bad(field, "rota_not_allowed", "此处必须是固定联系人，不能是值班表 %q", name)
		} else if _, found := v.p.rota(rota); !found {
			v.bad(field, "unknown_rota", "没有名为 %q 的值班表", rota)
		}
		return
	}
	if _, ok := v.p.contact(name); !ok {
		v.bad(field, "unknown_contact", "没有名为 %q 的联系人", name)
	}
}

func (v *validation) names(field string, names []string, rotaAllowed bool) {
	for i, n := range names {
		v.name(fmt.Sprintf("%s[%d]", field, i), n, rotaAllowed)
	}
}

func (v *validation) rotas() {
	days := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	seen := map[string]bool{}
	for i, r := range v.p.Rotas {
		f := fmt.Sprintf("rotas[%d]", i)
		if r.Name == "" {
			v.bad(f+".name", "required", "值班表没有名称")
		} else if seen[r.Name] {
			v.bad(f+".name", "duplicate", "值班表 %q 重复", r.Name)
		}
		seen[r.Name] = true
		if len(r.Weekly) == 0 && r.Turns == nil {
			v.bad(f, "empty_rota", "值班表 %q 既没有每周排班也没有轮值", r.Name)
		}
		for j, s := range r.Weekly {
			sf := fmt.Sprintf("%s.weekly[%d]", f, j)
			if len(s.Days) == 0 {
				v.bad(sf+".days", "required", "没有写明星期")
			}
			for _, d := range s.Days {
				if !slices.Contains(days, strings.ToLower(d)) {
					v.bad(sf+".days", "bad_day", "%q 不是 mon … sun", d)
				}
			}
			v.stretch(sf, s.From, s.To)
			v.names(sf+".contacts", s.Contacts, false)
		}
		if r.Turns != nil {
			if _, err := r.Turns.start(); err != nil {
				v.bad(f+".turns", "bad_time", "轮值起始时间有误：%v", err)
			}
			if len(r.Turns.Members) == 0 {
				v.bad(f+".turns.members", "required", "轮值没有成员")
			}
			v.names(f+".turns.members", r.Turns.Members, false)
		}
		for j, o := range r.Overrides {
			of := fmt.Sprintf("%s.overrides[%d]", f, j)
			if _, err := time.Parse(time.DateOnly, o.Date); err != nil {
				v.bad(of+".date", "bad_date", "%q 不是 2026-12-31 这样的日期", o.Date)
			}
			v.stretch(of, o.From, o.To)
			v.names(of+".contacts", o.Contacts, false)
		}
	}
}

func (v *validation) stretch(field, from, to string) {
	if _, err := clock(from); err != nil {
		v.bad(field+".from", "bad_time", "%q 不是 09:30 这样的时刻", from)
	}
	if _, err := clock(to); err != nil {
		v.bad(field+".to", "bad_time", "%q 不是 09:30 这样的时刻", to)
	}
}

func (v *validation) steps() {
	if len(v.p.Steps) == 0 {
		v.bad("steps", "required", "至少要有一级")
	}
	for i, s := range v.p.Steps {
		f := fmt.Sprintf("steps[%d]", i)
		if len(s.Contacts) == 0 {
			v.bad(f+".contacts", "required", "第 %d 级没有联系人", i+1)
		}
		v.names(f+".contacts", s.Contacts, true)
		for j, c := range s.Channels {
			v.channel(fmt.Sprintf("%s.channels[%d]", f, j), c)
		}
		v.within(f+".wait", s.Wait, time.Minute, 12*time.Hour)
		v.stepReachesSomebody(f, s)
	}
	v.names("amber.contacts", v.p.Amber.Contacts, true)
}

// stepReachesSomebody finds a fixed step whose channel filter leaves nobody.
func (v *validation) stepReachesSomebody(field string, s Step) {
	if len(s.Channels) == 0 || len(s.Contacts) == 0 {
		return
	}
	for _, n := range s.Contacts {
		c, ok := v.p.contact(n)
		if !ok {
			return // a rota, or unknown and reported already
		}
		for _, a := range c.Addresses {
			if slices.Contains(s.Channels, a.Channel) {
				return
			}
		}
	}
	v.bad(field+".channels", "unreachable", "这一级的联系人没有一个能用所列渠道联系")
}

func (v *validation) lastResort() {
	if len(v.p.LastResort) == 0 {
		v.bad("last_resort", "required", "必须写明最后总能通知到的人")
	}
	v.names("last_resort", v.p.LastResort, false)
}

func (v *validation) times() {
	v.within("repeat", v.p.Repeat, time.Minute, 12*time.Hour)
	v.within("ack_timeout", v.p.AckTimeout, time.Minute, 24*time.Hour)
	v.within("overdue_every", v.p.OverdueEvery, time.Hour, 7*24*time.Hour)
	v.within("open_every", v.p.OpenEvery, time.Hour, 90*24*time.Hour)
	v.within("amber.for", v.p.Amber.For, time.Minute, 24*time.Hour)
	v.within("amber.repeat", v.p.Amber.Repeat, time.Minute, 24*time.Hour)
	for i, d := range v.p.Reminders {
		v.within(fmt.Sprintf("reminders[%d]", i), d, time.Minute, 24*time.Hour)
	}
	v.within("notice.breach", v.p.Notice.Breach, time.Hour, 24*time.Hour)
	for i, d := range v.p.Notice.Reminders {
		f := fmt.Sprintf("notice.reminders[%d]", i)
		v.within(f, d, time.Minute, 24*time.Hour)
		if d >= v.p.Notice.Breach {
			v.bad(f, "too_late", "提醒必须早于 %s 的报送时限", time.Duration(v.p.Notice.Breach))
		}
	}
	if q := v.p.QuietHours; q != nil {
		v.stretch("quiet_hours", q.From, q.To)
		if q.From == q.To {
			v.bad("quiet_hours", "whole_day", "免打扰时段不能是全天")
		}
	}
	for i, r := range v.p.Routing {
		if len(r.CopyTo) == 0 {
			v.bad(fmt.Sprintf("routing[%d].copy_to", i), "required", "没有写明抄送对象")
		}
	}
}

func (v *validation) within(field string, d Duration, lo, hi time.Duration) {
	if t := time.Duration(d); t < lo || t > hi {
		v.bad(field, "out_of_range", "%s 应在 %s 与 %s 之间", t, lo, hi)
	}
}
