package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// A conclusion that was left over from another report names that one's house.
func TestConclusionOfAnotherHouse(t *testing.T) {
	const own = "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。"
	for _, c := range []struct {
		conclusion string
		code       schemas.ReasonCode // "": none
	}{
		{"杨光明自建房安全性等级评定为Bsu级，尚不显著影响整体承载。", "field_differs"},
		{"该四层砖混结构房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "field_differs"},
		{"该房屋（建筑面积507.3m²）安全性等级评定为Bsu级，尚不显著影响整体承载。", "field_differs"},
		{"位于江津区几江街道龙山村2社的房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "address_differs"},
		{"该三层砖混结构房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", ""},
		{"位于几江街道大西门路1号的三层房屋（建筑面积300㎡）安全性等级评定为Bsu级，尚不显著影响整体承载。", ""},
		{own, ""},
	} {
		res := Read(setText(strings.Replace(attackedWith("", ""), own, c.conclusion, 1)), Options{})
		i := slices.IndexFunc(res.Reasons, func(x schemas.Reason) bool {
			return x.Code == "field_differs" || x.Code == "address_differs"
		})
		switch {
		case c.code == "" && i >= 0:
			t.Errorf("%s: %v", c.conclusion, res.Reasons[i])
		case c.code != "" && (i < 0 || res.Reasons[i].Code != c.code):
			t.Errorf("%s: no %s in %v", c.conclusion, c.code, res.Reasons)
		}
	}
}

// The other part of a house bears on the one that is graded.
func TestGradeOfOneOfTwoParts(t *testing.T) {
	for overview, held := range map[string]bool{
		"房屋由前楼和后楼组成，后楼各层楼板搁置在前楼横墙上，未设变形缝。": true,
		"房屋由前楼和后楼组成，前楼和后楼以变形缝脱开。":          false,
	} {
		text := strings.ReplaceAll(attackedWith("OVERVIEW", overview), "该房屋安全性等级评定", "前楼安全性等级评定")
		res := Read(setText(text), Options{})
		if got := slices.ContainsFunc(res.Reasons, func(x schemas.Reason) bool { return x.Code == "partial_appraisal" }); got != held {
			t.Errorf("%s: %v", overview, res.Reasons)
		}
	}
}

// A slope that gives way is told in plain words.
func TestSlopeInPlainWords(t *testing.T) {
	for overview, flagged := range map[string]bool{
		"房屋背后8米处为砂岩陡崖，崖顶岩体后缘已拉开一道20余厘米宽的缝。": true,
		"暴雨时有石头滚落到后院。":                      true,
		"房屋背后边坡未见掉块、开裂。":                    false,
		"岩体完整，坡面无松动。":                       false,
	} {
		res := Read(setText(attackedWith("OVERVIEW", overview)), Options{})
		if got := slices.ContainsFunc(res.Statements, func(s schemas.Statement) bool { return s.Rule == "slope_fails" }); got != flagged {
			t.Errorf("%s: %v", overview, res.Statements)
		}
	}
}
