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
