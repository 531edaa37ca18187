package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// What reports of agencies not seen before were held for, or wrongly accepted
// with: each is the plain report with one thing changed.
func TestHabitsOfOtherAgencies(t *testing.T) {
	letter := `关于江津区西湖镇青泊村7社住房的危险性鉴定报告
报告编号：NF-2026-1188
委托单位：西湖镇人民政府
鉴定单位：重庆某检测鉴定有限公司
签发日期：2026年6月10日
受贵单位委托，我公司于2026年6月2日对江津区西湖镇青泊村7社冯有才住房进行了危险性鉴定。
一、房屋情况。该房屋为土木结构，一层，建筑面积约65平方米。
二、鉴定依据。《农村住房危险性鉴定标准》（JGJ/T 363-2014）。
三、鉴定情况。夯土墙体多处贯通裂缝。
四、鉴定结论。该住房房屋整体出现险情，构成整幢危房，评定为D级。
五、处理建议。立即搬离，停止使用，并尽快拆除。
`
	for _, c := range []struct {
		name     string
		text     string
		old, new string
		grade    schemas.Grade
		reason   schemas.ReasonCode // "" when nothing may hold it
	}{
		{"headings in brackets", sampleReport, "二、鉴定结论", "【鉴定结论】", "Dsu", ""},
		{"headings with a translation", sampleReport, "二、鉴定结论", "2. 鉴定结论 Conclusion", "Dsu", ""},
		{"labels with a translation", sampleReport, "委托单位：", "委托单位 Client：", "Dsu", ""},
		{"formal numerals", sampleReport, "二、鉴定结论", "贰、鉴定结论", "Dsu", ""},
		{"traditional characters", sampleReport, "该房屋安全性等级评定为Dsu级，严重影响整体承载。", "該房屋安全性等級評定為Dsu級，嚴重影響整體承載。", "Dsu", ""},
		{"a letter whose parts are paragraphs", letter, "", "", "D", ""},
		{"void", sampleReport, "一、鉴定依据", "作 废\n一、鉴定依据", "Dsu", "not_final"},
		{"draft", sampleReport, "房屋安全性鉴定报告", "房屋安全性鉴定报告（征求意见稿）", "Dsu", "not_final"},
		{"works are the premise", sampleReport, "该房屋安全性等级评定为Dsu级，严重影响整体承载。", "在完成全部加固施工并经验收合格的前提下，该房屋安全性等级可评定为Bsu级。", "", "grade_missing"},
		{"reliability beyond what safety allows", sampleReport, "该房屋安全性等级评定为Dsu级，严重影响整体承载。", "该房屋安全性等级为Bsu级，使用性等级为Bss级，可靠性等级为Ⅳ级。", "Bsu", "reliability_contradicts_safety"},
		{"one of two houses has no conclusion", sampleReport, "二、鉴定结论\n该房屋安全性等级评定为Dsu级，严重影响整体承载。", "本次鉴定对象为1号楼、2号楼，共两栋。\n二、鉴定结论\n1号楼安全性等级评定为Dsu级，严重影响整体承载。", "Dsu", "unit_without_conclusion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(c.text, c.old) {
				t.Fatal("nothing to change")
			}
			got := Read(setText(strings.Replace(c.text, c.old, c.new, 1)), Options{})
			if c.grade != "" && (len(got.Findings) == 0 || got.Findings[0].Grade != c.grade) || c.grade == "" && len(got.Findings) > 0 {
				t.Errorf("findings %+v, want %q", got.Findings, c.grade)
			}
			b := blockers(got.Reasons)
			if c.reason == "" && len(b) > 0 {
				t.Errorf("held: %v", b)
			}
			if c.reason != "" && !slices.ContainsFunc(b, func(s string) bool { return strings.HasPrefix(s, string(c.reason)) }) {
				t.Errorf("reasons %v, want %s", b, c.reason)
			}
		})
	}
}

func TestNumberOfAReportAlone(t *testing.T) {
	for in, want := range map[string]string{
		"№ 鼎固木鉴26-031":         "鼎固木鉴26-031",
		"NO.DG/KKX-26-045":     "DG/KKX-26-045",
		"JC-KZ-2026-0060　　共9页": "JC-KZ-2026-0060",
		"渝江鉴字第2026-1047号":      "渝江鉴字第2026-1047号",
		"JD-2026-7 第3页共9页":     "JD-2026-7",
		"江鉴〔2026〕建鉴字第15号":      "江鉴〔2026〕建鉴字第15号",
	} {
		if got := printed(bareNo(plain(in, 1).glyphs)); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// A number that ends in a day is no date on a line of its own.
func TestDayInAReportNumberIsNoDayOfIssue(t *testing.T) {
	text := strings.Replace(sampleReport, "AB-2026-001", "ZA-YJ-20260611-06", 1)
	text = strings.Replace(text, "报告编号", "编号", 1)
	got := Read(setText(text), Options{})
	if got.Fields.IssuedOn != "2026-06-10" || len(blockers(got.Reasons)) > 0 {
		t.Errorf("issued %s, %v", got.Fields.IssuedOn, blockers(got.Reasons))
	}
}

// A report by its title made after the works, which are not done.
func TestAfterWorksThatAreNotDone(t *testing.T) {
	text := strings.Replace(sampleReport, "房屋安全性鉴定报告", "加固后房屋安全性鉴定报告", 1)
	text = strings.Replace(text, "该房屋安全性等级评定为Dsu级，严重影响整体承载。", "加固完成后，该楼安全性等级为Bsu级。", 1)
	text = strings.Replace(text, "立即停止使用", "正常使用", 1)
	if got := Read(setText(text), Options{}); len(got.Findings) != 1 || got.Findings[0].Grade != "Bsu" {
		t.Errorf("done: %+v", got.Findings)
	}
	text = strings.Replace(text, "二、鉴定结论", "二、现场检测\n二层墙体加固尚未完成。\n三、鉴定结论", 1)
	if got := Read(setText(text), Options{}); len(got.Findings) != 0 {
		t.Errorf("not done: %+v", got.Findings)
	}
}

// "1、2号楼" is an item about 2号楼 in a list, and two houses by itself.
func TestNumbersOfItemsAndOfHouses(t *testing.T) {
	for in, want := range map[string]string{
		"1、2号楼安全性等级评定为Bsu级。\n2、3号楼安全性等级评定为Dsu级，严重影响整体承载。": "2号楼 3号楼",
		"1、2号楼安全性等级评定为Bsu级，3号楼安全性等级评定为Dsu级，严重影响整体承载。":     "1号楼 2号楼 3号楼",
	} {
		got := Read(setText(strings.Replace(sampleReport, "该房屋安全性等级评定为Dsu级，严重影响整体承载。", in, 1)), Options{})
		var units []string
		for _, f := range got.Findings {
			units = append(units, f.Unit)
		}
		if g := strings.Join(units, " "); g != want {
			t.Errorf("%s: %s, want %s", in, g, want)
		}
	}
}
