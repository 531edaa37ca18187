package reading

import (
	"testing"

	"jianding/intake/pdf"
)

// itemsSet are the items of a page of rows.
func itemsSet(t *testing.T, src textSource) []*item {
	t.Helper()
	r := &reader{roles: roleRules()}
	pages, _, _ := r.load(src, Options{})
	lines, _ := dropFurniture([][]*line{pages[0].lines}, []pdf.PageInfo{pages[0].info})
	return markSections(assemble(lines))
}

func tableSet(t *testing.T, above string, rows [][]string, at ...float64) *table {
	t.Helper()
	for _, it := range itemsSet(t, setRows(22, append([][]string{{above}}, rows...)...)(at...)) {
		if it.table != nil {
			return it.table
		}
	}
	t.Fatalf("no table under %s", above)
	return nil
}

// What a program prints of its model tells how many storeys were reckoned with.
func TestStoreysReckoned(t *testing.T) {
	for name, c := range map[string]struct {
		above string
		rows  [][]string
		want  int
	}{
		"total":            {"表A-1 总信息", [][]string{{"结构总层数", "4", "结构类型", "砌体结构"}, {"结构总高度（m）", "12.6m", "抗震等级", "四级"}}, 4},
		"each":             {"表5-1 墙体受压承载力验算结果", [][]string{{"计算层", "墙段数", "R/γ0S最小值", "au级"}, {"1", "38", "1.01", "38"}, {"2", "38", "1.14", "38"}, {"3", "38", "1.27", "38"}}, 3},
		"the lowest shown": {"表5-1 底部楼层验算结果，其余从略", [][]string{{"计算层", "墙段数", "R/γ0S最小值", "au级"}, {"1", "38", "1.01", "38"}, {"2", "38", "1.14", "38"}}, 0},
		"some of them":     {"表5-1 墙体受压承载力验算结果", [][]string{{"计算层", "墙段数", "R/γ0S最小值", "au级"}, {"1", "38", "1.01", "38"}, {"3", "38", "1.14", "38"}}, 0},
		"given to it":      {"附录 验算参数", [][]string{{"结构类别", "砌体结构", "层数", "4"}, {"总高", "12.3m", "墙厚", "240mm"}}, 4},
		"by its loads":     {"附表2", [][]string{{"结构类别", "砌体结构", "层数", "3"}, {"基本风压", "0.40kN/m²", "砂浆", "M3.1"}}, 3},
		"of the house":     {"表1-1 房屋概况", [][]string{{"结构类型", "砌体结构", "层数", "4"}, {"建成年份", "1996", "总层数", "4"}}, 0},
	} {
		if _, n := tableSet(t, c.above, c.rows, 60, 180, 300, 420).storeysReckoned(); n != c.want {
			t.Errorf("%s: %d storeys, want %d", name, n, c.want)
		}
	}
}

// N/φfA printed as the ratio that must reach 1: the row tells that the wall bears
// less than it has to.
func TestEffectBesideResistance(t *testing.T) {
	tab := tableSet(t, "墙体受压承载力验算结果", [][]string{
		{"墙段", "轴力设计值γ0N(kN/m)", "受压承载力φfA(kN/m)", "比值", "结果"},
		{"②/A-B", "267.4", "226.5", "1.18", "满足"}, {"③/A-B", "201.9", "226.5", "0.89", "满足"},
	}, 60, 150, 290, 430, 500)
	var held []string
	for _, c := range tab.cells {
		if c.cy() < tab.headEnd() && tab.headOf(c) == "受压承载力φfA(kN/m)" && tab.bearsTooLittle(&item{table: tab, section: secAnalysis}, c) {
			held = append(held, tab.rowText(c))
		}
	}
	if len(held) != 1 || held[0] != "②/A-B 267.4 " {
		t.Errorf("bears too little: %q", held)
	}
}

// The end of a paragraph is no row of the table below it.
func TestParagraphEndsAboveTable(t *testing.T) {
	items := itemsSet(t, setRows(22,
		[]string{"墙体受压承载力验算结果如下表，取受荷较大的底层及二层墙体，三层以上荷载递"}, []string{"减，不再列出。"},
		[]string{"楼层", "墙段", "比值"}, []string{"一层", "②/A-B", "1.18"}, []string{"一层", "③/A-B", "1.33"},
	)(60, 150, 290))
	if len(items) != 2 || items[1].table == nil || len(items[1].table.cells) != 9 {
		t.Fatalf("%d items", len(items))
	}
	if got := items[0].text.text; got != "墙体受压承载力验算结果如下表,取受荷较大的底层及二层墙体,三层以上荷载递减,不再列出。" {
		t.Errorf("paragraph %s", got)
	}
}
