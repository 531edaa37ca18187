package reading

import (
	"strings"
	"testing"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// reportWith is the sample report, its conclusion followed by a table.
func reportWith(conclusion string, table textSource) textSource {
	head, tail, _ := strings.Cut(sampleReport, "该房屋安全性等级评定为Dsu级，严重影响整体承载。\n")
	top := setText(head + conclusion + "\n")
	down := 18 * float64(strings.Count(head+conclusion, "\n")+2)
	var page []pdf.Char
	low := 800.0
	for _, c := range table.pages[0] {
		if !c.Generated {
			c.Box[1] -= down
			c.Box[3] -= down
			low = min(low, c.Box[1])
		}
		page = append(page, c)
	}
	rest := setText(tail)
	for _, c := range rest.pages[0] {
		if !c.Generated {
			c.Box[1] += low - 30 - 780
			c.Box[3] += low - 30 - 780
		}
		page = append(page, c)
	}
	top.pages[0] = append(top.pages[0], page...)
	return top
}

func TestTickTables(t *testing.T) {
	heads := []string{"鉴定单元", "Asu级", "Bsu级", "Csu级", "Dsu级"}
	at := []float64{70, 200, 280, 360, 440}
	said := "根据检查结果，各房屋的安全性等级评定如下表所示。"
	for _, c := range []struct {
		name   string
		rows   [][]string
		want   string // units and grades
		reason schemas.ReasonCode
	}{
		{"ticked", [][]string{heads, {"1号楼", "", "√", "", ""}, {"2号楼", "", "", "", "√"}}, "1号楼 Bsu, 2号楼 Dsu", ""},
		{"filled squares", [][]string{heads, {"1号楼", "", "■", "", ""}, {"2号楼", "", "", "☑", ""}}, "1号楼 Bsu, 2号楼 Csu", ""},
		{"ticked twice", [][]string{heads, {"1号楼", "", "√", "", "√"}, {"2号楼", "", "√", "", ""}}, "", "tables_contradict"},
		{"between", [][]string{heads, {"1号楼", "", "　　　√", "", ""}, {"2号楼", "", "√", "", ""}}, "", "grade_mention_unclear"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := reportWith(said, setRows(22, c.rows...)(at...))
			got := Read(src, Options{})
			var found []string
			for _, f := range got.Findings {
				found = append(found, f.Unit+" "+string(f.Grade))
			}
			if c.want != "" && strings.Join(found, ", ") != c.want {
				t.Errorf("found %v, want %s; %v", found, c.want, blockers(got.Reasons))
			}
			if b := blockers(got.Reasons); c.reason == "" && len(b) > 0 {
				t.Errorf("held for %v", b)
			}
			if c.reason != "" && !heldFor(got, c.reason) {
				t.Errorf("reasons %v, want %s", blockers(got.Reasons), c.reason)
			}
		})
	}
}

// In a table of houses the column says what its entries are, the row whose.
func TestConclusionsInAColumn(t *testing.T) {
	src := reportWith("各栋房屋的鉴定结论如下。", setRows(40,
		[]string{"栋号", "鉴定结论", "处理建议"},
		[]string{"1号楼", "安全性评为Bsu级,尚不显\n著影响整体承载", "修缮屋面,正常使用"},
		[]string{"2号楼", "该房屋安全性评为Csu级,\n不影响房屋整体承载", "停止经营,加固处理"},
	)(70, 140, 340))
	got := Read(src, Options{})
	var found []string
	for _, f := range got.Findings {
		found = append(found, f.Unit+" "+string(f.Grade))
	}
	if strings.Join(found, ", ") != "1号楼 Bsu, 2号楼 Csu" {
		t.Errorf("found %v; %v", found, blockers(got.Reasons))
	}
	codes := map[schemas.RecommendationCode]bool{}
	for _, r := range got.Recommendations {
		codes[r.Code] = true
	}
	for _, want := range []schemas.RecommendationCode{"repair", "normal_use", "stop_business", "reinforce"} {
		if !codes[want] {
			t.Errorf("%s is not among the recommendations", want)
		}
	}
}
