package reading

import (
	"strings"
	"testing"
)

// grid is a page whose tables are ruled: lines at the heights and the places
// given, from end to end.
type grid struct {
	textSource
	xs, ys []float64
}

func (g grid) Rules(int) ([][4]float64, error) {
	var out [][4]float64
	left, right := g.xs[0], g.xs[len(g.xs)-1]
	top, bottom := g.ys[0], g.ys[len(g.ys)-1]
	for _, x := range g.xs {
		out = append(out, [4]float64{x, bottom, x + 0.5, top})
	}
	for _, y := range g.ys {
		out = append(out, [4]float64{left, y, right, y + 0.5})
	}
	return out, nil
}

func foundIn(r Result) string {
	var found []string
	for _, f := range r.Findings {
		found = append(found, f.Unit+" "+string(f.Grade))
	}
	return strings.Join(found, ", ")
}

// rulesAround rules the rows of a table that begins below the given line of
// text, each of the given height.
func rulesAround(src textSource, xs []float64, first string, rows int, height float64) grid {
	y := 0.0
	for i, c := range src.pages[0] {
		if strings.HasPrefix(textFrom(src, i), first) && y == 0 {
			y = c.Box[1] + 14
		}
	}
	g := grid{src, xs, nil}
	for i := range rows + 1 {
		g.ys = append(g.ys, y-float64(i)*height)
	}
	return g
}

func textFrom(s textSource, i int) string {
	var b strings.Builder
	for _, c := range s.pages[0][i:min(i+12, len(s.pages[0]))] {
		b.WriteRune(c.R)
	}
	return b.String()
}

// Entries that fill their cells stand so close that only the line tells where
// one ends.
func TestLinesPartEntries(t *testing.T) {
	rows := [][]string{{"鉴定单元", "地基基础", "上部结构", "安全性等级"}, {"1号楼东段", "Bu", "Bu", "Bsu"}, {"2号楼东段", "Cu", "Cu", "Csu"}}
	src := reportWith("各鉴定单元安全性等级评定如下表所示,均不影响整体承载。", setRows(22, rows...)(70, 133, 184, 235))
	g := rulesAround(src, []float64{66, 131.5, 182.5, 233.5, 320}, "鉴定单元\n", 3, 22)
	if got := Read(g, Options{}); foundIn(got) != "1号楼东段 Bsu, 2号楼东段 Csu" || len(blockers(got.Reasons)) > 0 {
		t.Errorf("found %s; %v", foundIn(got), blockers(got.Reasons))
	}
}

// What stands between the same lines is one entry, however short its lines.
func TestLinesFrameEntries(t *testing.T) {
	rows := [][]string{{"栋号", "鉴定结论", "处理建议"}, {"1号楼", "安全性等级\n评定为\nBsu级", "正常\n使用"}, {"2号楼", "安全性等级\n评定为\nCsu级,不影响\n整体承载", "加固"}}
	src := reportWith("各栋房屋的鉴定结论如下。", setRows(66, rows...)(70, 140, 340))
	g := rulesAround(src, []float64{66, 132, 330, 460}, "栋号", 3, 66)
	g.ys[0], g.ys[1], g.ys[2], g.ys[3] = g.ys[0]+20, g.ys[0]-33, g.ys[1]-33, g.ys[2]-33
	got := Read(g, Options{})
	if foundIn(got) != "1号楼 Bsu, 2号楼 Csu" {
		t.Errorf("found %s; %v", foundIn(got), blockers(got.Reasons))
	}
}

// Houses may head the columns, and the signatures below the table are none of
// its rows.
func TestHousesSideBySide(t *testing.T) {
	rows := [][]string{
		{"项目", "A栋", "B栋", "食堂"}, {"地基基础", "Au", "Au", "Bu"}, {"上部承重结构", "Au", "Bu", "Cu"},
		{"安全性等级", "Asu", "Bsu", "Csu"}, {"处理意见", "正常使用", "正常使用", "加固处理"},
	}
	src := reportWith("各房屋的安全性等级评定如下表所示。", setRows(22, rows...)(70, 200, 280, 360))
	g := rulesAround(src, []float64{66, 190, 270, 350, 440}, "项目", 5, 22)
	got := Read(g, Options{})
	if foundIn(got) != "A栋 Asu, B栋 Bsu, 食堂 Csu" {
		t.Errorf("found %s; %v", foundIn(got), blockers(got.Reasons))
	}
}

func TestUnderlinesPartNothing(t *testing.T) {
	r := newRuling([][4]float64{{50, 100, 50.5, 700}, {545, 100, 545.5, 700}, {100, 399, 300, 399.5}, {50, 300, 545, 300.5}})
	at := func(y float64) *cell { return &cell{x0: 100, x1: 300, y0: y - 5, y1: y + 5, size: 10} }
	if r.parts(at(405), at(390)) {
		t.Error("an underline parts two lines")
	}
	if !r.parts(at(310), at(295)) {
		t.Error("the line of a table parts nothing")
	}
}
