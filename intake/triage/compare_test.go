package triage

import "testing"

// Producers write radicals of the supplement block for whole characters; the
// name on the register and the name in the report are still one name.
func TestRadicalsAreNoDifference(t *testing.T) {
	if !sameAgency("重庆市长江⺠用建筑鉴定有限公司", "重庆市⻓江民用建筑鉴定有限公司") {
		t.Error("a name written with radicals is taken for another")
	}
	if sameAgency("重庆市长江民用建筑鉴定有限公司", "重庆市长江民用建筑鉴定有限公司江津分公司") {
		t.Error("a branch is taken for its head office")
	}
}
