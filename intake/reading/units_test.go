package reading

import (
	"strings"
	"testing"
)

// Names of units as sentences hold them, and words that hold none.
func TestUnitsIn(t *testing.T) {
	for _, k := range []struct{ text, want string }{
		{"本次危险性鉴定将正房评为", "正房"},
		{"各栋安全性等级除食堂为", "食堂"},
		{"食堂之安全性等级", "食堂"},
		{"主楼所评安全性等级为", "主楼"},
		{"本次鉴定对教学楼给出的安全性等级为", "教学楼"},
		{"依据JGJ125-2016,1#楼危险性等级评定为", "1#楼"},
		{"本次鉴定将教学楼划分为一个鉴定单元", "教学楼"},
		{"委托鉴定的东厢房", "东厢房"},
		{"3#宿舍安全性等级为", "3#宿舍"},
		{"1#、2#、4#宿舍安全性均为", "1#宿舍 2#宿舍 4#宿舍"},
		{"2号粮仓评定为", "2号粮仓"},
		{"1号楼房屋安全性", "1号楼"},
		{"委托鉴定的房屋", ""},
		{"主楼第1层", "主楼"},
		{"1#楼、2#楼安全性等级均评定为", "1#楼 2#楼"},
		{"尚未发现影响房屋", ""},
		{"现用作旅馆", ""},
		{"拆除偏房", ""},
		{"经我院鉴定组讨论,一致认定正房", "正房"},
		{"综合上述各项,得出教学楼", "教学楼"},
		{"A库、B库两栋", "A库 B库"},
		{"2号楼梯间", ""},
		{"委托鉴定单元", ""},
	} {
		if got := strings.Join(unitsIn(k.text, nil), " "); got != k.want {
			t.Errorf("%s: %q, want %q", k.text, got, k.want)
		}
	}
}

// What only looks like a chapter's heading.
func TestNoHeading(t *testing.T) {
	for _, s := range []string{"5月评定", "2018年加固改造前的鉴定结论"} {
		if looksHeading(s) {
			t.Errorf("%s is no heading", s)
		}
	}
	for _, s := range []string{"8处理意见及建议", "2项目概况", "6 层数及面积检测"} {
		if !looksHeading(s) {
			t.Errorf("%s is a heading", s)
		}
	}
}
