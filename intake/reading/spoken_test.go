package reading

import (
	"strings"
	"testing"
)

// What a sentence says of the whole, and of which house it says so.
func TestWhoseWholeIsMeant(t *testing.T) {
	for _, k := range []struct{ text, want string }{
		{"4#楼、5#楼安全性等级均为Csu级，仅涉及顶层局部墙段，不影响整体承载。", "local 4#楼, local 5#楼, negated 4#楼, negated 5#楼"},
		{"1号楼安全性等级为Dsu级，严重影响整体承载，2号楼为Bsu级，不影响整体承载。", "whole 1号楼, negated 2号楼"},
		{"除3#楼外，均不影响整体承载。", "negated 其余"},
		{"3#楼安全性等级为Csu级。安全问题显著影响整体承载。", "whole 3#楼"},
		// A condition ends where a state is told.
		{"一旦垮塌整幢楼将随之失稳，整幢楼处于危险之中。", "whole "},
		{"如遇强震，房屋存在整体倒塌的可能。", ""},
		{"挡墙外鼓变形，一旦垮塌将危及整幢房屋的安全。", "threat , threat "},
		{"若遇暴雨引发滑坡，可能影响房屋整体安全。", ""},
		{"房屋已处于濒临倒塌状态。", "whole "},
		{"房屋女儿墙存在倒塌可能。", ""},
	} {
		r := &reader{roles: roleRules(), year: 2026, standards: []string{"GB 50292-2015"}}
		it := &item{page: 1, text: plain(k.text, 1), section: secConclusion}
		var got []string
		for _, st := range r.statements([]*item{it}) {
			got = append(got, string(st.Kind)+" "+st.Unit)
		}
		if g := strings.Join(got, ", "); g != k.want {
			t.Errorf("%s: %q, want %q", k.text, g, k.want)
		}
	}
}

// Among houses that have names, 1单元 is a part of the one named before it.
func TestPartOfAHouseAmongSeveral(t *testing.T) {
	r := &reader{roles: roleRules(), year: 2026, standards: []string{"GB 50292-2015"}, known: []string{"1#楼", "2#楼"}}
	it := &item{page: 1, text: plain("2#楼安全性等级为Csu级，问题集中于1单元西端底层，不影响整幢房屋整体承载。", 1), section: secConclusion}
	for _, st := range r.statements([]*item{it}) {
		if st.Unit != "2#楼" {
			t.Errorf("%s said of %s", st.Evidence.Quote, st.Unit)
		}
	}
}

// Folded, "5.1 2幢" is 5.12幢.
func TestNumberOfAnItemBeforeTheNumberOfAHouse(t *testing.T) {
	r := &reader{roles: roleRules(), year: 2026, standards: []string{"GB 50292-2015"}}
	for text, want := range map[string]string{
		"5.1 2幢安全性等级评定为Csu级。": "2幢",
		"5、1幢安全性等级评定为Csu级。":   "1幢",
		"1、2、3号楼安全性等级为Bsu级。":  "1号楼 2号楼 3号楼",
		"5.1该楼安全性等级评定为Csu级。":  "",
	} {
		it := &item{page: 1, text: plain(text, 1), section: secConclusion}
		if got := strings.Join(r.mentionsOf(sentencesOf(it.text, it)[0])[0].units, " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
