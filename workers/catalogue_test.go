package workers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// asked lists what the issue that asked for the escalation names, and the
// scenarios that answer it: on a driven clock, on both ledgers.
var asked = map[string][]string{
	"acknowledged and then forgotten goes silent (OnCall #1792)": {"TestAcknowledgedAndForgottenIsNotSilent", "TestRemindersSixHoursAndOneHourBeforeTheDeadline"},
	"an escalation lost on restart (OnCall #1206)":               {"TestRestartAtEachPoint"},
	"an empty duty step still waits (GoAlert #4548)":             {"TestNobodyOnDutyPassesTheStepAtOnce", "TestNobodyOnAnyStepReachesTheLastResortAtOnce"},
	"no acknowledgement time-out (GoAlert #3378)":                {"TestUnacknowledgedCaseClimbsToTheLastResortAndBeginsAgain"},
	"an unreachable step still waits": {"TestAStepWhoseOnlyChannelIsDownIsPassedAtOnce", "TestAStepWhoseOnlyChannelRestsIsPassedAtOnce",
		"TestAStepBehindAChannelThatHangsIsPassedAfterAMinute", "TestAChannelRemovedFromTheConfigurationIsPassed"},
	"restart at each point": {"TestRestartAtEachPoint", "TestKilledAtEachPointUntilTheLastResort", "TestKilledAtEachPointWhileAmberTurnsRed",
		"TestKilledAtEachPointAfterTheAcknowledgement", "TestKilledAtEachPointOfANotice"},
	"Redis emptied at each point":         {"TestRedisEmptiedAtEachPoint"},
	"two workers racing":                  {"TestTwoWorkersRacing", "TestTwoWorkersRacingUpTheLadder", "TestOneOfTwoProcessesSweeps"},
	"a channel down for an hour":          {"TestAChannelThatIsDownForAnHour", "TestAChannelDownForAnHourDelaysNoRound"},
	"all channels down":                   {"TestAllChannelsDownIsLoud", "TestAllChannelsRestingIsLoud", "TestAllChannelsDownForAnHourInAnAmberCase"},
	"clock jump of two hours":             {"TestClockSetBackTwoHours", "TestClockSetForwardTwoHours", "TestClockSetBackWhileTheServiceIsDown", "TestClockSetForwardPastTheDeadlineAndBack"},
	"daylight of 31 December":             {"TestOverrideOf31DecemberInShanghai", "TestTheIssueDate31DecemberEndsAtMidnightInShanghai", "TestTheNightShiftOfNewYearsEve", "TestQuietHoursOverNewYear"},
	"policy edited mid-case":              {"TestPolicyEditedInTheMiddleOfACase"},
	"acknowledgement races the next step": {"TestAcknowledgementRacesTheNextStep", "TestAcknowledgementAtTheInstantOfTheNextStep", "TestAcknowledgementBetweenTickAndSending"},
	"duplicate report":                    {"TestTheSameReportAgainChangesNothing", "TestTheSameReportTwiceAtOnceIsToldOnce", "TestTheSameReportAfterTheAcknowledgementAndTheClose"},
	"duplicate notice":                    {"TestTheSameNoticeAgainIsOneCase"},
}

// TestEveryScenarioThatWasAskedForIsThere keeps the list above true: each one
// exists and runs on each ledger, and there are at least forty in the files of
// the escalation.
func TestEveryScenarioThatWasAskedForIsThere(t *testing.T) {
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	scenarios, escalation := map[string]bool{}, 0
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), "_scenarios_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), n.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") && callsEachLedger(fn) {
				scenarios[fn.Name.Name] = true
				if slices.Contains([]string{"escalation_scenarios_test.go", "failure_scenarios_test.go", "channel_scenarios_test.go",
					"clock_scenarios_test.go", "points_scenarios_test.go"}, n.Name()) {
					escalation++
				}
			}
		}
	}
	for what, tests := range asked {
		for _, name := range tests {
			if !scenarios[name] {
				t.Errorf("%s: there is no scenario %s on each ledger", what, name)
			}
		}
	}
	t.Logf("%d scenarios, %d of them of the escalation itself", len(scenarios), escalation)
	if escalation < 40 {
		t.Errorf("%d scenarios of the escalation, want at least forty", escalation)
	}
}

func callsEachLedger(fn *ast.FuncDecl) (calls bool) {
	ast.Inspect(fn, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if id, ok := c.Fun.(*ast.Ident); ok && id.Name == "eachLedger" {
				calls = true
			}
		}
		return true
	})
	return calls
}
