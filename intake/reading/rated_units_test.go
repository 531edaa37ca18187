package reading

import (
	"strings"
	"testing"

	"jianding/schemas"
)

// Ratings that name a house short, and sum its parts up in a word, are of the house
// that the conclusion names in full; a number in its name is no count of houses.
func TestRatedUnits(t *testing.T) {
	text := func(overview, rating, conclusion string) textSource {
		return setText(wrapped("房屋安全性鉴定报告\n报告编号：AB-2026-17\n一、工程概况\n" + overview + "\n二、鉴定评级\n依据GB 50292-2015评级。\n" + rating + "\n三、鉴定结论\n" + conclusion + "\n四、处理建议\n修补屋面。\n"))
	}
	for _, x := range []struct{ overview, rating, conclusion, want string }{
		{"受检房屋为砖木结构。", "戏楼：地基基础Au，木构架Bu，围护承重Au，单元Bsu。\n廊房：三项子单元皆Au，单元Asu。", "清源宫戏楼安全性评为Bsu级，廊房评为Asu级。", "清源宫戏楼 Bsu, 廊房 Asu"},
		{"受检房屋为砖混结构。", "2号楼：Au、Au、Bu，综合Bsu，扣分原因在檐沟防水。\n3号楼：Au、Au、Au，综合Asu。", "2号楼安全性评为Bsu级，3号楼评为Asu级。", "2号楼 Bsu, 3号楼 Asu"},
		{"本次鉴定对象锦绣里5栋为五层砖混住宅。", "地基基础：Au级。\n上部承重结构：Bu级。", "锦绣里5栋安全性评定为Bsu级。", "5栋 Bsu"},
		{"本次鉴定范围为3幢整幢建筑的地基、基础、上部结构。", "地基基础：Au级。\n上部承重结构：Bu级。", "大西门小区3幢房屋安全性评定为Bsu级。", "3幢 Bsu"},
		{"受检房屋为砖混结构。", "地基基础Au级，上部承重结构Bu级。", "铜瓦社区45号附1号房屋安全性等级评定为Bsu级。", "鉴定对象 Bsu"},
	} {
		got := Read(text(x.overview, x.rating, x.conclusion), Options{})
		for _, r := range got.Reasons {
			switch r.Code {
			case "grade_mention_unclear", "unit_without_conclusion", "conclusion_contradicts_itself", "unit_graver_than_sub_units":
				t.Errorf("%s: %s %s", x.conclusion, r.Code, r.Message)
			}
		}
		if s := foundIn(got); !strings.Contains(s, x.want) || strings.Count(s, ",") != strings.Count(x.want, ",") {
			t.Errorf("%s: found %s, want %s", x.conclusion, s, x.want)
		}
	}
	// What the ratings give another grade is seen.
	for _, x := range []struct{ overview, rating, conclusion, code string }{
		{"受检房屋为砖木结构。", "戏楼：地基基础Au，木构架Du，围护承重Au，单元Dsu。", "清源宫戏楼安全性评为Bsu级。", "conclusion_contradicts_itself"},
		{"受检房屋为砖混结构。", "2号楼：Au、Au、Cu，综合Csu。", "2号楼安全性评为Bsu级。", "conclusion_contradicts_itself"},
		{"本次鉴定对象共5栋，均为五层砖混住宅。", "地基基础：Au级。", "5栋安全性评定为Bsu级。", "unit_without_conclusion"},
		{"受检房屋为砖混结构。", "地基基础为Au级，上部承重结构为Bu级，围护系统承重部分为Du级。", "该房屋安全性评为Asu级。", "conclusion_contradicts_sub_unit"},
	} {
		if got := Read(text(x.overview, x.rating, x.conclusion), Options{}); !has(got.Reasons, schemas.ReasonCode(x.code)) {
			t.Errorf("%s %s: no %s in %v", x.rating, x.conclusion, x.code, got.Reasons)
		}
	}
}

// A house that bears a number and a name is one house, and its number is not the
// table's.
func TestNumberedHouseByName(t *testing.T) {
	for _, x := range [][2]string{{"1号楼(门诊楼)", "1号楼"}, {"3号楼(后勤楼)", "3号楼"}, {"2#(教学楼)", "2#"}} {
		if unitKey(x[0]) != unitKey(x[1]) {
			t.Errorf("%s is not %s", x[0], x[1])
		}
		if us := unitsIn(x[0], nil); len(us) != 1 {
			t.Errorf("%s: %v", x[0], us)
		}
	}
	for _, x := range [][2]string{{"1号楼(西楼)", "1号楼"}, {"1号楼(附楼)", "1号楼"}, {"1号楼(一层)", "1号楼"}, {"1号楼(A段)", "1号楼"}, {"1号楼(门诊楼)", "11号楼"}} {
		if unitKey(x[0]) == unitKey(x[1]) {
			t.Errorf("%s is %s", x[0], x[1])
		}
	}
	for caption, want := range map[string]string{"表51号楼安全性评级": "1号楼安全性评级", "表5-11号楼安全性评级": "1号楼安全性评级", "表5安全性评级": "安全性评级", "表123号楼安全性评级": "", "表6-1教学楼评级": "教学楼评级"} {
		if got := uncaptioned(caption); got != want {
			t.Errorf("%s: %q, want %q", caption, got, want)
		}
	}
	if s := sectionOf("第一部分总体说明"); s != secOverview {
		t.Errorf("总体说明 is %s", s)
	}
}

// The conclusion's own table concludes, beside a sentence that names but one house.
func TestConclusionsOwnTable(t *testing.T) {
	table := setRows(22, []string{"房屋名称", "安全性等级"}, []string{"1号楼", "Dsu级"}, []string{"2号楼", "Bsu级"})(70, 300)
	got := Read(reportWith("1号楼安全性等级评定为Dsu级，严重影响整体承载。", table), Options{})
	if s := foundIn(got); s != "1号楼 Dsu, 2号楼 Bsu" || has(got.Reasons, "unit_without_conclusion") {
		t.Errorf("found %s, %v", s, blockers(got.Reasons))
	}
}
