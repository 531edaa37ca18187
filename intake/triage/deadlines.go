package triage

import (
	"fmt"
	"time"

	"jianding/schemas"
)

// The versions of the deadline rules. A case carries the names of the rules
// that stamped it; a changed rule gets a new version.
const (
	// StatutoryRule: 24 hours from the earliest instant that anybody states
	// (DESIGN §2; the plan's clock, 附件2 四(五), starts at discovery).
	StatutoryRule = "statutory/1"
	// HandlingRule: 24 hours from receipt; our own promise.
	HandlingRule = "handling/1"
)

const (
	reportWithin = 24 * time.Hour
	handleWithin = 24 * time.Hour
	// clockSkew is how far an agency's clock may run ahead of ours.
	clockSkew = 10 * time.Minute
	// oldestStatement is how far back a stated instant may lie before it is
	// more likely a slip of the pen than a late report.
	oldestStatement = 366 * 24 * time.Hour
)

// Shanghai is the zone of all calendar dates in reports. China has kept
// UTC+8 without daylight saving since 1991, so no zone database is needed.
func Shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// EndOfDate returns the end of an ISO 8601 calendar date in Asia/Shanghai:
// the first instant of the following day. ok is false for anything else.
func EndOfDate(date string) (end time.Time, ok bool) {
	t, err := time.ParseInLocation("2006-01-02", date, Shanghai())
	if err != nil {
		return time.Time{}, false
	}
	return t.AddDate(0, 0, 1).UTC(), true
}

// StampDeadlines applies the two deadline rules to the instants of a case. A
// statement can make the statutory deadline earlier; nothing makes it later
// than 24 hours from receipt. Received must be set; without it the earliest
// other instant stands for it.
func StampDeadlines(in schemas.Instants) schemas.Deadlines {
	earliest, from := time.Time{}, ""
	consider := func(name string, t *time.Time) {
		if t != nil && !t.IsZero() && (from == "" || t.Before(earliest)) {
			earliest, from = t.UTC(), name
		}
	}
	// The order only decides the name on a tie.
	consider("received", in.Received)
	consider("discovered", in.Discovered)
	consider("concluded", in.Concluded)
	consider("signed", in.Signed)
	consider("issued", in.Issued)

	received := earliest
	if in.Received != nil {
		received = in.Received.UTC()
	}
	d := schemas.Deadlines{
		Statutory:     earliest.Add(reportWithin),
		StatutoryRule: fmt.Sprintf("%s: earliest=%s", StatutoryRule, from),
		Handling:      received.Add(handleWithin),
		HandlingRule:  HandlingRule,
	}
	d.LateOnArrival = received.After(d.Statutory)
	return d
}

// Earlier merges the deadlines that a case has with newly stamped ones: each
// keeps the earlier, with the rule that made it. It is how "a deadline never
// moves later" holds when a report joins a notice.
func Earlier(a, b schemas.Deadlines) schemas.Deadlines {
	out := a
	if a.Statutory.IsZero() || (!b.Statutory.IsZero() && b.Statutory.Before(a.Statutory)) {
		out.Statutory, out.StatutoryRule = b.Statutory, b.StatutoryRule
	}
	if a.Handling.IsZero() || (!b.Handling.IsZero() && b.Handling.Before(a.Handling)) {
		out.Handling, out.HandlingRule = b.Handling, b.HandlingRule
	}
	// Lateness is a fact about the first arrival: a notice in time was in
	// time, whenever its report comes.
	return out
}

// Implausible lists the stated instants that lie in the future or so far in
// the past that a human should look at them, in Chinese. The deadlines are
// stamped from them all the same: a wrong early date only makes us hurry.
func Implausible(in schemas.Instants, received time.Time) []string {
	var out []string
	check := func(name string, t *time.Time, slack time.Duration) {
		switch {
		case t == nil || t.IsZero():
		case t.After(received.Add(clockSkew + slack)):
			out = append(out, fmt.Sprintf("%s %s 在收到时间之后", name, t.In(Shanghai()).Format("2006-01-02 15:04")))
		case t.Before(received.Add(-oldestStatement)):
			out = append(out, fmt.Sprintf("%s %s 距收到已超过一年", name, t.In(Shanghai()).Format("2006-01-02 15:04")))
		}
	}
	check("发现时间", in.Discovered, 0)
	check("得出结论时间", in.Concluded, 0)
	check("签名时间", in.Signed, 0)
	// Issued is the end of its day, so today's date lies up to a day ahead.
	check("签发日期", in.Issued, 24*time.Hour)
	return out
}
