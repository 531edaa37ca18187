package reading

import (
	"strings"
	"testing"
)

// A line of a cover tells several days, each behind the words that say of what it is
// the day; the year and the month of the first stand for the others.
func TestDaysOnOneLine(t *testing.T) {
	for line, want := range map[string][3]string{
		"外业2026年5月4日，内业至5月9日，签发5月18日":                   {"2026-05-04", "", "2026-05-18"},
		"检测 2026年5月4日至6日；发出 2026年5月18日":                 {"2026-05-04", "2026-05-06", "2026-05-18"},
		"踏勘2026年5月4日，检测5月5日至5月6日，定稿5月18日":               {"2026-05-04", "", "2026-05-18"},
		"外业：2026年5月4日、5日　　报告：2026年5月18日":                {"2026-05-04", "2026-05-05", "2026-05-18"},
		"委托受理：2026年5月2日  现场：2026年5月4日  报告：2026年5月18日":   {"2026-05-04", "", "2026-05-18"},
		"检测起止：26年5月4日—5月6日\n签章日期：26年5月18日":              {"2026-05-04", "2026-05-06", "2026-05-18"},
		"合同签订：2026年5月2日；进场：5月4日；离场：5月6日\n印发：2026年5月18日": {"2026-05-04", "", "2026-05-18"},
		"现场期：2026年5月4日—5月6日\n报告期：2026年5月18日":            {"2026-05-04", "2026-05-06", "2026-05-18"},
		"定稿2026年5月16日，签发5月18日":                          {"", "", "2026-05-18"},
		"报告 2026年5月18日":             {"", "", "2026-05-18"},
		"正式报告 2026年5月18日":           {"", "", "2026-05-18"},
		"成书：2026年5月18日":             {"", "", "2026-05-18"},
		"写单日：2026年5月18日":            {"", "", "2026-05-18"},
		"出版：2026年5月18日 版次：第1版第0次修改": {"", "", "2026-05-18"},
		// no earlier than the issue, and taken only where it is not told
		"呈送日期：2026年5月18日":                  {"", "", "2026-05-18"},
		"打印日期：2026年5月19日\n签发日期：2026年5月18日": {"", "", "2026-05-18"},
		// days of something else
		"委托日期2026年5月2日，检测日期2026年5月4日": {"2026-05-04", "", ""},
		"委托 2026年5月2日；受理 2026年5月3日":   {"", "", ""},
		"检测报告：2026年5月2日":              {"", "", ""},
		"上次鉴定报告2026年5月2日":             {"", "", ""},
		"报告有效期2026年5月18日至2031年5月17日":  {"", "", ""},
		"检测2026年5月4日，送达5月20日":         {"2026-05-04", "", ""},
	} {
		f := Read(setCover("", line, "", ""), Options{}).Fields
		if got := [3]string{f.InspectedOn, f.InspectedUntil, f.IssuedOn}; got != want {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
	if got := Read(setCover("", "委托　2026年5月2日", "", ""), Options{}).Fields.Client; got != "" {
		t.Errorf("a day is no client: %q", got)
	}
	// who approves the report at its end dates it, where no other day is told
	for end, want := range map[string]string{"授权签字：冯治平　2026年5月18日": "2026-05-18", "编写：何艳　2026年5月10日": "", "户主签字：何艳　2026年5月10日": ""} {
		if got := Read(setCover("", "", "", "四、说明\n本报告一式三份。\n"+end), Options{}).Fields.IssuedOn; got != want {
			t.Errorf("%s: issued on %q, want %q", end, got, want)
		}
	}
}

// A number stands under more names than that of a report's, or beside the agency's
// name; which copy it is, is none of it. A government's letter by which the report was
// made, a tender and a day have numbers too.
func TestNumberOnTheCover(t *testing.T) {
	for line, want := range map[string]string{
		"检测鉴定报告No.2026JD-1186": "2026JD-1186", "报告编号（Report No.）LB26-0718": "LB26-0718", "鉴字号：TQ-JZ-2026-1019": "TQ-JZ-2026-1019", "鉴号：龙房所鉴字26—067": "龙房所鉴字26—067",
		"字号：黔楠鉴2026-民-19": "黔楠鉴2026-民-19", "鉴定序号：石蟆-危-2026-0331": "石蟆-危-2026-0331", "项目代号：YL-GX-22": "YL-GX-22", "委托编号 KXC-2026-E31": "KXC-2026-E31",
		"宝石（津）建房鉴2026第0093号": "宝石（津）建房鉴2026第0093号", "牌坊陶祠鉴字1号（二〇二六）": "牌坊陶祠鉴字1号（二〇二六）",
		"报告号：XN2026-K-039（正本）": "XN2026-K-039", "编号：MZ-2026-04（古旧木构类）": "MZ-2026-04", "编号 2026-QJ-115 第一册（共一册）": "2026-QJ-115", "档案号：HJ大设院-鉴-2026-064\n定稿2026-08-09": "HJ大设院-鉴-2026-064",
		"重庆渝西结构工程技术事务所　YXS〔2026〕鉴字第118号": "YXS〔2026〕鉴字第118号", "KZ/AQ-2026-0058\n检验检测机构资质认定（CMA）证书编号：252200000417": "KZ/AQ-2026-0058",
		"委托编号：KXC-2026-E31\n报告编号：KXC-2026-77": "KXC-2026-77",
		// of something else
		"渝建质安〔2026〕78号": "", "文号：渝建质安〔2026〕78号": "", "（渝建质安〔2026〕78号附件1）": "", "危房编号：JJ-2026-0131": "", "整治台账编号 JJ-2026-0131": "", "任务来源：院方委托（招标编号JJZYY-2026-017）": "",
		"定稿2026-08-09": "", "委托书编号：WT-2026-9": "", "合同编号　KZ-2026-0058": "", "委托文号：江教〔2026〕9号": "", "GB/T 50344-2019": "", "CMA 252200000417": "",
	} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.ReportNo; fold(got) != fold(want) {
			t.Errorf("%s: number %q, want %q", line, got, want)
		}
	}
	// an appraisal's own number may begin as an office's does
	for _, no := range []string{"津建鉴〔2026〕78号", "渝建科〔2026〕086号"} {
		if got := Read(setCover("", "报告编号："+no, "", ""), Options{}).Fields.ReportNo; got != no {
			t.Errorf("%s: number %q", no, got)
		}
	}
}

// Who appraised is named behind more labels than one, with a gap or a colon; the label
// is none of the name, nor is who signs besides. Who drew the plans made no report.
func TestAgencyOnTheCover(t *testing.T) {
	for line, want := range map[string]string{
		"承接：重庆量天建筑检测科技有限公司": "重庆量天建筑检测科技有限公司", "评价单位：重庆交通科技咨询检测中心": "重庆交通科技咨询检测中心", "办理单位：重庆合江津房屋勘验站": "重庆合江津房屋勘验站", "鉴定处：渝乐村镇建筑鉴定处": "渝乐村镇建筑鉴定处",
		"承办：綦南乡村房屋鉴定工作站": "綦南乡村房屋鉴定工作站", "评估：石观山乡土房屋评估站": "石观山乡土房屋评估站", "承接人：重庆古建筑保护工程勘测设计院有限公司": "重庆古建筑保护工程勘测设计院有限公司",
		"鉴定：西南机电工程结构检测中心（重庆）有限公司": "西南机电工程结构检测中心（重庆）有限公司", "做鉴定的：江北房屋鉴定服务站夏坝点（总站审签）": "江北房屋鉴定服务站夏坝点",
		"鉴定单位：重庆重建检工程检测技术有限公司江津分公司（总公司签发）": "重庆重建检工程检测技术有限公司江津分公司", "鉴定单位：四川泸合建筑鉴定有限公司重庆分部（已登记）": "四川泸合建筑鉴定有限公司重庆分部",
		"鉴定　重庆垚固房屋安全鉴定中心": "重庆垚固房屋安全鉴定中心", "机构　江津柑乡房屋安全鉴定部": "江津柑乡房屋安全鉴定部", "鉴定人 重庆拓山工程质量检测鉴定有限公司": "重庆拓山工程质量检测鉴定有限公司",
		"委托　重庆拓山工程管理有限公司": "", "承接：张建国": "", "江津城镇房屋安全监测站": "江津城镇房屋安全监测站", "编制单位：重庆江城建筑设计院": "重庆江城建筑设计院",
	} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.Agency; fold(got) != fold(want) {
			t.Errorf("%s: agency %q, want %q", line, got, want)
		}
	}
	for _, line := range []string{"编制：重庆江城建筑设计院", "图纸编制单位：重庆江城建筑设计院", "编制单位：重庆江城建筑勘察设计院有限公司"} {
		if got := Read(setCover("", "", "\n"+line, ""), Options{}).Fields.Agency; got != "" {
			t.Errorf("%s, of the plans: agency %q", line, got)
		}
	}
	rows := setRows(22, []string{"图纸", "施工图11张"}, []string{"编制", "重庆江城建筑设计院"}, []string{"结构形式", "砖混"})(70, 190)
	if got := Read(reportWith("评定该房屋安全性等级为Bsu级。", rows), Options{}).Fields.Agency; strings.Contains(got, "江城") {
		t.Errorf("plans in a table: agency %q", got)
	}
	f := Read(setCover("", "房主 马万全　委托人 马万华", "", ""), Options{}).Fields
	if f.Owner != "马万全" || f.Client != "马万华" {
		t.Errorf("owner %q, client %q", f.Owner, f.Client)
	}
}

// Names tell the place by a park, by a public body of the district and by a town whose
// name they begin with; so do a line under the title, the body that is at home in the
// house, and prose. What is named no closer than by its owner is nowhere.
func TestPlaceOnTheCover(t *testing.T) {
	for line, want := range map[string]string{
		"鉴定项目 德感粮油储备库5号、6号平房仓": "德感粮油储备库5号、6号平房仓", "——双福新区瑞泓物流园2号钢结构仓库": "双福新区瑞泓物流园2号钢结构仓库", "中山镇农贸市场交易大棚及附属门面": "中山镇农贸市场交易大棚",
		"工程名　江津职业教育中心2号学生公寓": "江津职业教育中心2号学生公寓", "名 称：江津客运枢纽站候车大厅": "江津客运枢纽站候车大厅", "被鉴定对象：德感工业园二号总装车间": "德感工业园二号总装车间",
		"——朱杨镇砖瓦灰砂厂（原厂属单身宿舍）": "朱杨镇砖瓦灰砂厂（原厂属单身宿舍）", "江津区杜市镇供销社综合门市部（老百货楼）": "江津区杜市镇供销社综合门市部（老百货楼）", "蔡家镇福德村": "蔡家镇福德村",
		"受检单位：先锋镇春芽幼儿园（普惠性民办）": "先锋镇春芽幼儿园（普惠性民办）", "园所：江津区西湖镇向阳花幼儿园": "江津区西湖镇向阳花幼儿园",
		"受检单位：江津区先锋镇人民政府": "", "委托单位：江津区第八中学校": "", "名称：永兴公司厂房": "", "名称：仓储物流园三号库房": "", "名称：江津某纸品公司原料车间": "", "名称：重庆洛科传动件有限公司热处理厂房": "",
	} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", line, got, want)
		}
	}
	for title, want := range map[string]string{
		"江津区德感工业园永捷铸件公司机加车间可靠性鉴定报告\n": "江津区德感工业园永捷铸件公司机加车间", "江津区中医院住院部大楼安全性与使用性检测鉴定\n": "江津区中医院住院部大楼", "吴滩粮油收储站3号平房仓危险性鉴定报告\n": "吴滩粮油收储站3号平房仓",
		"双福街道春晖幼儿园园舍主体结构鉴定意见书\n": "双福街道春晖幼儿园园舍", "中山古镇余氏宗祠（文化陈列馆）结构安全现状鉴定\n": "中山古镇余氏宗祠（文化陈列馆）",
	} {
		if got := Read(setCover(title, "", "", ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", title, got, want)
		}
	}
	for prose, want := range map[string]string{"2号厂房位于江津珞璜工业园B区，四层框架。": "江津珞璜工业园B区", "2号车间在永川凤凰湖片区，2012年6月竣工。": "永川凤凰湖片区", "住户在隔壁村，闲置。": ""} {
		if got := Read(setCover("", "", prose, ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", prose, got, want)
		}
	}
	// what such a paper calls itself heads no part of it
	// 第3号 and 3号 are one house
	for _, r := range Read(setCover("", "房屋：龙华镇粮油购销站第3号平房仓", "龙华镇粮油购销站3号仓为单层砖木结构。", ""), Options{}).Reasons {
		if r.Code == "address_differs" {
			t.Error(r.Message)
		}
	}
	f := Read(setCover("夯土房鉴定结果通知及说明\n", "字号：塘房鉴2026-09-07\n坐落：江津区塘河镇滩盘村五组大湾头", "", ""), Options{}).Fields
	if f.Address != "江津区塘河镇滩盘村五组大湾头" || f.ReportNo == "" {
		t.Errorf("address %q, number %q", f.Address, f.ReportNo)
	}
}

// The day on which the agency put its seal stands alone under its name in a form; the
// day of the appraisal, told at its head, is then the inspection's.
func TestDayUnderTheSealOfAForm(t *testing.T) {
	rows := setRows(22, []string{"户主姓名", "罗永福", "鉴定日期", "2026年5月4日"}, []string{"鉴定人", "张建国", "审核人", "李明"}, []string{"鉴定机构（盖章）", "重庆津南村镇房屋技术服务所"}, []string{"", "", "", "2026年5月18日"})(70, 190, 310, 430)
	f := Read(rows, Options{}).Fields
	if f.IssuedOn != "2026-05-18" || f.InspectedOn != "2026-05-04" {
		t.Errorf("issued on %q, inspected on %q", f.IssuedOn, f.InspectedOn)
	}
}

// What stands behind a number on its line is none of it, and a printed form's own
// number is no report's.
func TestNumbersEnd(t *testing.T) {
	for line, want := range map[string]string{
		"报告编号：津滨鉴字〔2026〕第083号单页有效，复印未加盖红章无效": "津滨鉴字〔2026〕第083号",
		"报告编号：DSZ-26-1-067表JD-02（2024年修订）":   "DSZ-26-1-067",
		"表号：南鉴表-3\n报告编号：NPJ-2026-NF-0241":    "NPJ-2026-NF-0241",
	} {
		text := strings.Replace(dangerReport, "报告编号：AB-2026-002", line, 1)
		got := Read(setText(wrapped(strings.NewReplacer("{conclusion}", "该房屋危险性等级评定为D级，整幢危房。", "{end}", "").Replace(text))), Options{})
		if got.Fields.ReportNo != want || has(got.Reasons, "report_no_differs") {
			t.Errorf("%s: %q %v", line, got.Fields.ReportNo, blockers(got.Reasons))
		}
	}
}
