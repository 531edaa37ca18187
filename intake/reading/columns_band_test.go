package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// Two columns below a form that runs over the page are read one behind the other; a table
// whose content comes column by column is read row by row.
func TestColumnsBelowAForm(t *testing.T) {
	form := setRows(22, []string{"委托方", "江津区几江街道办事处", "结构类型", "砖混结构"}, []string{"地址", "几江街道大西门路1号", "层数", "三层"}, []string{"建成年份", "1996年", "建筑面积", "310平方米"})(60, 130, 330, 400).pages[0]
	left := []string{"二、现场检查", "墙体未见受力裂缝，二层山墙与纵墙交接", "处顶板下有温度裂缝，宽零点三毫米；厨", "房板底渗漏两处，渗漏处板底钢筋未见外", "露，散水局部空洞，系地表回填土沉降所", "致，主体墙脚无开裂，基础未见不均匀沉", "降的迹象，门窗洞口四角未见斜裂缝，圈", "梁与构造柱的设置与竣工图一致，楼梯间"}
	right := []string{"踏步和平台板完好，屋面隔热板有破碎。", "三、鉴定结论", "大西门路1号房屋安全性等级评定为Bsu级", "，尚不显著影响整体承载。", "四、处理建议", "可继续正常使用，修补渗漏处的防水层，", "重做散水，屋面隔热板破碎处更换，今后", "每年雨季前检查一次屋面。"}
	columns := setAt(setAt(form, 60, 700, left...), 318, 700, right...)
	var read strings.Builder
	for _, it := range itemsSet(t, textSource{[][]pdf.Char{columns}}) {
		if it.table == nil {
			read.WriteString(it.text.text)
		}
	}
	if want := fold(strings.Join(left, "") + strings.Join(right, "")); !strings.Contains(read.String(), want) {
		t.Errorf("read %q", read.String())
	}

	table := setAt(form, 60, 700, "三、现场检查")
	table = setAt(setAt(table, 60, 670, "一层墙体", "二层墙体", "三层墙体", "一层楼板", "二层楼板", "三层屋面", "楼梯", "基础"), 330, 670, "未见受力裂缝，抹灰有细裂缝", "未见受力裂缝，抹灰有细裂缝", "顶板下有温度裂缝，宽零点三", "板底渗漏两处，钢筋未外露的", "未见裂缝，板缝抹灰有细裂缝", "隔热板破碎，防水层老化起鼓", "踏步完好，平台板未见裂缝等", "未见不均匀沉降引起的裂缝等")
	for _, it := range itemsSet(t, textSource{[][]pdf.Char{table}}) {
		if it.table != nil && slices.ContainsFunc(it.table.cells, func(c *cell) bool { return strings.HasPrefix(c.folded(), "一层墙体") }) && len(it.table.cells) > 1 {
			return
		}
	}
	t.Error("a table was taken for columns")
}

// A column tells what was found in no row.
func TestFoundInNoRow(t *testing.T) {
	for entries, denied := range map[string]bool{"无 无 无": true, "无 有 无": false, "无 拆除1段 无": false, "无  无": false} {
		rows := [][]string{{"户号", "主要现象", "承重墙拆改"}}
		for i, e := range strings.Split(entries, " ") {
			rows = append(rows, []string{[]string{"1-1", "1-2", "1-3"}[i], "板缝细裂", e})
		}
		tab := tableSet(t, "附表 入户检查一览", rows, 60, 200, 340)
		got := false
		for _, c := range tab.cells {
			got = got || c.folded() == "承重墙拆改" && tab.nowhere(c)
		}
		if got != denied {
			t.Errorf("%s: %v", entries, got)
		}
	}
}
