package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// The whole life of a case from the command line, for the night when the pages
// can't be reached.
func TestACaseFromTheCommandLine(t *testing.T) {
	o := newOffice(t)
	now := time.Now().UTC()
	n := schemas.Notice{AgencyID: "a1", Address: "几江街道大西门1号", Town: "几江街道", Found: "承重墙通裂", DiscoveredAt: now, ReceivedAt: now}
	_, c, _, err := o.ledger.OpenNotice(t.Context(), n, schemas.NewCase{Level: schemas.HazardRed, Address: n.Address, Town: n.Town,
		Deadline: schemas.Deadlines{Statutory: now.Add(24 * time.Hour), Handling: now.Add(24 * time.Hour)}}, "", now)
	o.must(err)
	o.has(o.jianding(0, o.here("escalation", "list")...), c.Ref, "red", "几江街道大西门1号")
	o.jianding(1, o.here("escalation", "dispose", c.Ref, "--code", "stop_use", "--as", "李四")...)
	o.has(o.jianding(0, o.here("escalation", "ack", c.Ref, "--as", "李四")...), "acknowledged")
	o.has(o.jianding(2, o.here("escalation", "dispose", c.Ref, "--code", "burn_it", "--as", "李四")...), "stop_use")
	o.has(o.jianding(0, o.here("escalation", "dispose", c.Ref, "--code", "stop_use", "--copy-to", "几江街道", "--as", "李四")...), "disposed")
	o.jianding(2, o.here("escalation", "close", c.Ref, "--as", "李四")...)

	// Two people where the configuration asks for two, from here as well.
	text, err := os.ReadFile(o.config)
	o.must(err)
	o.must(os.WriteFile(o.config, append(text, "review: {second_person: true}\n"...), 0o600))
	o.jianding(2, o.here("escalation", "downgrade", c.Ref, "--to", "amber", "--as", "李四")...)
	o.has(o.jianding(2, o.here("escalation", "downgrade", c.Ref, "--to", "amber", "--reason", "已复核", "--as", "李四")...), "--second")
	o.has(o.jianding(2, o.here("escalation", "downgrade", c.Ref, "--to", "amber", "--reason", "已复核", "--as", "李四", "--second", "李四")...), "另一人")
	o.has(o.jianding(0, o.here("escalation", "downgrade", c.Ref, "--to", "amber", "--reason", "已复核", "--as", "李四", "--second", "王五")...), "amber")

	o.has(o.jianding(0, o.here("escalation", "close", c.Ref, "--evidence", "已整体拆除", "--as", "李四")...), "closed")
	o.has(o.jianding(0, o.here("escalation", "show", c.Ref)...), "已整体拆除", "王五")
	if out := o.jianding(0, o.here("escalation", "list")...); strings.Contains(out, c.Ref) {
		t.Errorf("closed and still listed as open:\n%s", out)
	}
}
