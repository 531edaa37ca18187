package reading

import (
	"strings"
	"testing"

	"jianding/schemas"
)

// One character that could not be read may be the one that turns the sentence
// round: nothing of its page is taken for granted.
func TestUnreadCharacterIsNotPassedOver(t *testing.T) {
	for _, instead := range []string{"\uFFFD", "\x07"} {
		got := Read(setText(strings.Replace(sampleReport, "严重影响", "严"+instead+"影响", 1)), Options{})
		if !heldFor(got, "page_partly_unreadable") {
			t.Errorf("%q instead of 重: %v", instead, blockers(got.Reasons))
		}
	}
}

// Ghostscript writes documents of other producers anew with codes for some of
// their characters. What became a letter of another language shows it; what
// became a digit does not, so no page is believed.
func TestCharactersChangedByRewriting(t *testing.T) {
	page := strings.NewReplacer("号", "÷", "（", "ÿ", "(", "ÿ", "。", "2").Replace(sampleReport)
	page = strings.Replace(page, "严重影响", "ç重影响", 1)
	got := Read(setText(page), Options{})
	if !heldFor(got, "page_partly_unreadable") {
		t.Errorf("reasons %v", blockers(got.Reasons))
	}
	whole := strings.Replace(sampleReport, "严重影响", "配有Ø12钢筋、截面240×370、José设计，严重影响", 1)
	if got := Read(setText(whole), Options{}); heldFor(got, "page_partly_unreadable") {
		t.Error("signs that reports use are taken for damage")
	}
}

func heldFor(r Result, code schemas.ReasonCode) bool {
	for _, x := range r.Reasons {
		if x.Code == code {
			return true
		}
	}
	return false
}
