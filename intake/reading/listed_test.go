package reading

import (
	"strings"
	"testing"
)

// Paragraphs that explain grades, in words of any standard or none, and such as
// rate houses in the same form.
func TestReprintsScale(t *testing.T) {
	for text, want := range map[string]bool{
		"六、本报告评级用语遵照《民用建筑可靠性鉴定标准》GB50292-2015:鉴定单元安全性分为Asu、Bsu、Csu、Dsu四级,其中Csu级显著影响整体承载,Dsu级严重影响整体承载。": true,
		"危险性等级说明(JGJ125-2016):A级无危险构件;B级个别构件危险,不影响主体结构安全;C级局部危房;D级整幢危房。":                               true,
		"注:Asu级--安全性符合要求;Bsu级--略低于Asu级,尚不显著影响整体承载;Csu级--显著影响整体承载;Dsu级--严重影响整体承载。":                      true,
		"(3)依据《工业建筑可靠性鉴定标准》GB50144-2019,鉴定单元可靠性分一、二、三、四级:一级符合国家现行标准的可靠性要求;二级略低于要求;三级不符合要求;四级极不符合要求。":   true,
		"一级:1号楼;二级:2号楼;三级:3号楼。":                  false,
		"Asu级:1号楼、2号楼;Bsu级:3号楼;Csu级:4号楼。":        false,
		"A级0栋;B级3栋;C级1栋;D级该栋。":                   false,
		"本房屋安全性分为Asu、Bsu、Csu、Dsu四级中的Csu级。":       false,
		"该房屋安全性等级评定为Bsu级,安全性略低于Asu级的要求,未达到Csu级。": false,
		"1号楼为Asu级;2号楼为Bsu级;3号楼为Csu级。":            false,
	} {
		if got := reprintsScale(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A name that leads up to another one is part of it; brackets belong to a name.
func TestNamesOfUnits(t *testing.T) {
	for text, want := range map[string]string{
		"珞璜镇卫生院综合楼鉴定单元": "综合楼",
		"经鉴定,教学楼、综合楼":   "教学楼 综合楼",
		"鉴定单元一(西段)":     "鉴定单元一(西段)",
		"综合楼和珞璜镇卫生院":    "综合楼 珞璜镇卫生院",
	} {
		known := []string{"综合楼", "鉴定单元一(西段)"}
		got := unitsIn(text, known)
		s := ""
		for i, u := range got {
			if i > 0 {
				s += " "
			}
			s += u
		}
		if len(got) != len(strings.Fields(want)) {
			t.Errorf("%s: %s, want %s", text, s, want)
			continue
		}
		for _, u := range strings.Fields(want) {
			if !containsUnit(got, u) {
				t.Errorf("%s: %s, want %s", text, s, want)
			}
		}
	}
}
