package reading

import (
	"strings"
	"testing"
)

// Of several houses in one report no one is the report's: what they have apart is told
// of none. The floor area is that of all.
func TestWhatHousesHaveApart(t *testing.T) {
	for _, c := range []struct {
		rows               [][]string
		structure, storeys string
	}{
		{[][]string{{"楼号", "结构形式", "层数"}, {"1号楼", "砖混结构", "3层"}, {"2号楼", "砖木结构\n(砖墙)", "1层"}}, "", ""},
		{[][]string{{"楼号", "结构形式", "层数"}, {"1号楼", "砖混结构", "3层"}, {"2号楼", "砖混结构", "2层"}}, "砖混结构", ""},
		{[][]string{{"楼号", "结构形式", "层数"}, {"1号楼", "砖混结构", "3层"}, {"2号楼", "砖混结构", "3层"}}, "砖混结构", "3"},
		{[][]string{{"部位", "结构形式", "层数"}, {"阳台", "砖混结构", "3层"}, {"雨篷", "钢结构", "1层"}}, "砖混结构", "3"},
	} {
		text, table, _ := strings.Cut(sampleReport, "一、鉴定依据")
		src := setText(text + "一、工程概况\n该房屋为三层砖混结构。\n表1-1 房屋一览\n")
		rows := setRows(30, c.rows...)(70, 200, 330)
		down := 18*float64(strings.Count(text, "\n")+3) + 30
		for _, x := range rows.pages[0] {
			x.Box[1], x.Box[3] = x.Box[1]-down, x.Box[3]-down
			src.pages[0] = append(src.pages[0], x)
		}
		src.pages = append(src.pages, setText("二、鉴定依据" + table).pages[0])
		if f := Read(src, Options{}).Fields; f.Structure != c.structure || f.Storeys != c.storeys {
			t.Errorf("%v: %s, %s", c.rows[1:], f.Structure, f.Storeys)
		}
	}
}

// A cover's lines are set in its middle: one with the address goes on with no name.
func TestAddressUnderTheClientOnACover(t *testing.T) {
	_, rest, _ := strings.Cut(sampleReport, "签发日期")
	src := setText("　　　房屋鉴定报告\n\n委托单位：江津区几江街道某某幼儿园\n　重庆市江津区几江街道大西门路16号\n\n\n\n重庆某某建筑工程质量检测鉴定有限公司\n")
	src.pages = append(src.pages, setText("报告编号：AB-2026-001\n签发日期" + rest).pages[0])
	if f := Read(src, Options{}).Fields; f.Client != "江津区几江街道某某幼儿园" {
		t.Errorf("client %s", f.Client)
	}
}
