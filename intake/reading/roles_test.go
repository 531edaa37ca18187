package reading

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"jianding/schemas"
)

// TestRoles: every sentence of testdata/roles.txt has the role that it names,
// by a rule (never unclear).
func TestRoles(t *testing.T) {
	f, err := os.Open("testdata/roles.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := make(map[schemas.Role]int)
	for in := bufio.NewScanner(f); in.Scan(); {
		line := strings.TrimSpace(in.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, "|", 3)
		role, sec, text := schemas.Role(strings.TrimSpace(parts[0])), section(strings.TrimSpace(parts[1])), strings.TrimSpace(parts[2])
		m := mentionIn(t, sec, text)
		if m == nil {
			t.Errorf("%s: no mention", text)
			continue
		}
		seen[role]++
		if m.role != role || m.rule == "" {
			t.Errorf("%s: %s by %q, want %s", text, m.role, m.rule, role)
		}
	}
	for _, r := range []schemas.Role{schemas.RoleConclusion, schemas.RoleDefinition, schemas.RoleNegated, schemas.RoleHypothetical, schemas.RoleProjected, schemas.RoleHistory, schemas.RoleOtherSubject} {
		if seen[r] < 3 {
			t.Errorf("%d examples of %s, want at least 3", seen[r], r)
		}
	}
}

// TestRoleSources: the source sentence of each rule has the rule's role.
func TestRoleSources(t *testing.T) {
	for _, rule := range roleRules() {
		sec := secRating
		text := rule.source
		if strings.HasPrefix(text, "(鉴定依据)") {
			sec, text = secBasis, strings.TrimPrefix(text, "(鉴定依据) ")
		}
		if strings.HasPrefix(text, "(鉴定结论)") {
			sec, text = secConclusion, strings.TrimPrefix(text, "(鉴定结论) ")
		}
		m := mentionIn(t, sec, text)
		if m == nil || m.role != rule.role {
			t.Errorf("%s: %s is %+v, want %s", rule.name, rule.source, m, rule.role)
		}
	}
}

// mentionIn reads a sentence and returns the mention in brackets.
func mentionIn(t *testing.T, sec section, text string) *mention {
	t.Helper()
	before, rest, ok := strings.Cut(text, "[")
	if !ok {
		t.Fatalf("%s: no grade in brackets", text)
	}
	grade, after, _ := strings.Cut(rest, "]")
	r := &reader{roles: roleRules(), year: 2026, standards: []string{"GB 50292-2015", "JGJ 125-2016"}}
	it := &item{page: 1, text: plain(before+grade+after, 1), section: sec}
	at := len(fold(before))
	for _, s := range sentencesOf(it.text, it) {
		for _, m := range r.mentionsOf(s) {
			if s.from+m.from == at {
				return m
			}
		}
	}
	return nil
}

// 分 alone divides a scale into grades; as the end of 部分 it divides nothing,
// and what is rated is a part of the house.
func TestPartsAreNoScale(t *testing.T) {
	for before, want := range map[string]bool{
		"安全性等级分": true, "安全性等级分为": true,
		"围护系统承重部分:": false, "主体部分:": false,
	} {
		if got := dividedInto.MatchString(before); got != want {
			t.Errorf("%s: %v, want %v", before, got, want)
		}
	}
}
