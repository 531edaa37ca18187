package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// Parts that are numbered by letters, with nothing but a gap between letter and words.
func TestLetteredHeadings(t *testing.T) {
	text := "房屋安全性鉴定报告\n报告编号：AB-2026-17\nA 房屋概况\n该房为三层砖混结构，建筑面积412平方米。\nB 现场检查\n墙体未见裂缝。\n" +
		"C 鉴定结论\n依据GB 50292-2015，该房屋安全性等级评定为Bsu级。\nD 处理要求与建议\n屋面防水层请于雨季前修补。\n"
	sections := make(map[string]section)
	for _, it := range itemsSet(t, setText(text)) {
		sections[it.text.text] = it.section
	}
	for line, want := range map[string]section{"墙体未见裂缝。": secInspection, "依据GB50292-2015,该房屋安全性等级评定为Bsu级。": secConclusion, "屋面防水层请于雨季前修补。": secAdvice} {
		if sections[line] != want {
			t.Errorf("%s in %q, want %q", line, sections[line], want)
		}
	}
	for _, line := range []string{"B区检查情况", "C轴墙体检测", "D级危房处理要求", "A栋鉴定结论"} {
		if got := plainHeading(line); got != line {
			t.Errorf("%s is headed %s", line, got)
		}
	}
}

// The end of a coefficient before a comma is no house of a list.
func TestADecimalNamesNoHouse(t *testing.T) {
	for text, want := range map[string][]string{
		"权重取条形及独立基础3.5,3号楼边梁1.4": {"3号楼"},
		"1.0,2号楼": {"2号楼"},
		"5、3号楼":   {"5号楼", "3号楼"},
	} {
		if got := unitsIn(text, nil); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// 鉴定单元可靠性 is the row of the unit's reliability, and names no unit.
func TestARowOfReliabilityNamesNoUnit(t *testing.T) {
	rows := [][]string{{"层次", "项目", "安全性", "使用性"}, {"子单元", "地基基础", "Au", "As"}, {"子单元", "上部承重结构", "Bu", "Bs"},
		{"子单元", "围护系统", "Au", "Bs"}, {"鉴定单元", "明德楼", "Bsu", "Bss"}, {"鉴定单元可靠性", "Ⅱ级"}}
	tab := tableSet(t, "表6 子单元与鉴定单元评级", rows, 60, 180, 300, 420)
	for _, c := range tab.cells {
		if us := tab.unitsOf(c); c.folded() == "II级" && len(us) > 0 {
			t.Errorf("the unit of %s is %v", c.folded(), us)
		}
	}
}

// Name and seal left, the day right of them; a cover that tells the month alone.
func TestWhoSignsAndWhen(t *testing.T) {
	body := "鉴定结论\n依据GB 50292-2015，该房屋安全性等级评定为Bsu级。\n处理建议\n可正常使用。\n"
	signed := setRows(18, []string{"房屋安全鉴定报告"}, []string{"鉴定结论"}, []string{"该房屋危险性等级评定为B级。"},
		[]string{"鉴定人：某甲", "审核：某乙", "批准：某丙"}, []string{"重庆津衡房屋鉴定事务所（章）", "二〇二六年十月三十日"})(60, 320, 440)
	if got := Read(signed, Options{}).Fields.IssuedOn; got != "2026-10-30" {
		t.Errorf("issued on %q", got)
	}
	cover := setText("房屋安全性鉴定报告\n某某民宿\n重庆临江建筑设计院有限公司 2026 年 11 月\n" + body)
	if got := Read(cover, Options{}).Fields.Agency; got != "重庆临江建筑设计院有限公司" {
		t.Errorf("agency %q", got)
	}
}

// The letters explained in one line, without the word that most reports put between.
func TestLettersExplainedInALine(t *testing.T) {
	if got := Read(setText(attackedWith("INSPECTION", "等级说明：Asu符合，Bsu略低，Csu不符合，Dsu极不符合。")), Options{}); len(blockers(got.Reasons)) > 0 {
		t.Errorf("held: %v", blockers(got.Reasons))
	}
	for _, line := range []string{"等级说明：Asu符合，Bsu略低，现场为Dsu极不符合。", "等级说明：Dsu极不符合。", "等级说明：Bsu略低，三层Csu不符合。"} {
		if got := Read(setText(attackedWith("CONCLUSION", line)), Options{}); len(blockers(got.Reasons)) == 0 {
			t.Errorf("accepted: %s", line)
		}
	}
}

// What corrects the pages before is for a human.
func TestErrataAreForAHuman(t *testing.T) {
	for _, line := range []string{"附件二 勘误表", "报告打印校对有误，更正如下（与原报告一并使用）："} {
		got := Read(setText(attackedWith("ADVICE", line)), Options{})
		if !has(got.Reasons, "report_qualified") {
			t.Errorf("%s: %v", line, blockers(got.Reasons))
		}
	}
}

// A text that ends near the top of the second column is read column by column.
func TestShortSecondColumn(t *testing.T) {
	left := strings.Split(strings.Repeat("该房屋墙体抹灰层局部开裂，未见受力裂缝。\n", 30), "\n")[:30]
	left[29] = "该房屋墙体按抗震鉴定标准的规定复核，"
	right := []string{"在罕遇地震作用下，房屋可能", "达到的状态见规范。"}
	src := textSource{[][]pdf.Char{setAt(setAt(nil, 50, 760, left...), 318, 760, right...)}}
	var texts []string
	for _, it := range itemsSet(t, src) {
		if it.table != nil {
			t.Fatal("the columns are read as a table")
		}
		texts = append(texts, it.text.text)
	}
	if all := strings.Join(texts, ""); !strings.HasSuffix(all, "在罕遇地震作用下,房屋可能达到的状态见规范。") {
		t.Errorf("the second column is not read behind the first: %s", all)
	}
}

// 评定为危险房屋C级, and a house that its conclusion calls by two names.
func TestPlainConclusions(t *testing.T) {
	text := func(standard, says, advice string) string {
		return "房屋安全性鉴定报告\n报告编号：AB-2026-17\n一、鉴定依据\n" + standard + "\n二、鉴定结论\n" + says + "\n三、处理建议\n" + advice + "\n"
	}
	for _, c := range []struct{ text, want string }{
		{text("《危险房屋鉴定标准》（JGJ 125-2016）", "该房评定为危险房屋C级，局部危房。", "立即加固。"), "鉴定对象 C"},
		{text("《民用建筑可靠性鉴定标准》（GB 50292-2015）", "门诊楼安全性等级Csu级。\n朱杨镇卫生院门诊楼的安全性等级评定为Csu级。", "加固东端的梁。"), "朱杨镇卫生院门诊楼 Csu"},
	} {
		if got := foundIn(Read(setText(c.text), Options{})); got != c.want {
			t.Errorf("found %s, want %s", got, c.want)
		}
	}
	if got := Read(setText(text("《民用建筑可靠性鉴定标准》（GB 50292-2015）", "该房屋安全性等级评定为Bsu级。", "可继续居住。")), Options{}); has(got.Reasons, "advice_contradicts_grade") || has(got.Reasons, "advice_missing") {
		t.Errorf("可继续居住: %v", blockers(got.Reasons))
	}
}

// The agency's address, with its telephone below it, among what it declares.
func TestAgencysOwnAddress(t *testing.T) {
	src := setRows(20, []string{"房屋安全性鉴定报告"}, []string{"声明"}, []string{"1. 报告无本公司印章无效，涂改无效。"}, []string{"地址", "重庆市江津区双福新区祥福路66号"}, []string{"电话", "023-4755××××"},
		[]string{"一、概况"}, []string{"房屋地址", "江津区几江街道小西门路37号"}, []string{"结构形式", "砖混结构"}, []string{"二、鉴定结论"}, []string{"该房屋安全性等级评定为Bsu级。"})(70, 200)
	got := Read(src, Options{})
	if got.Fields.Address != "江津区几江街道小西门路37号" || has(got.Reasons, "address_differs") {
		t.Errorf("address %q, %v", got.Fields.Address, blockers(got.Reasons))
	}
}
