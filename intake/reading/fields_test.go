package reading

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"jianding/schemas"
)

// particulars are what a report says of itself; "-" is nothing, and what is
// not named is not asked for.
type particulars struct {
	no, agency, client, address, structure, storeys, area, built, inspected, until, issued string
}

func (w particulars) check(t *testing.T, text string) {
	t.Helper()
	f := Read(setText(wrapped(text)), Options{}).Fields
	area := ""
	if f.AreaM2 != 0 {
		area = strconv.FormatFloat(f.AreaM2, 'f', -1, 64)
	}
	for _, x := range []struct{ name, want, got string }{
		{"number", w.no, f.ReportNo}, {"agency", w.agency, f.Agency}, {"client", w.client, f.Client}, {"address", w.address, f.Address},
		{"structure", w.structure, f.Structure}, {"storeys", w.storeys, f.Storeys}, {"area", w.area, area}, {"built", w.built, f.Built},
		{"inspected", w.inspected, f.InspectedOn}, {"until", w.until, f.InspectedUntil}, {"issued", w.issued, f.IssuedOn},
	} {
		if x.want == "-" && x.got != "" || x.want != "" && x.want != "-" && fold(x.got) != fold(x.want) {
			t.Errorf("%s %q, want %q in:\n%s", x.name, x.got, x.want, text)
		}
	}
}

// wrapped breaks the lines that are longer than the page is wide.
func wrapped(text string) string {
	var b strings.Builder
	x := 0
	for _, r := range text {
		w := 12
		if r < 0x2E80 {
			w = 6
		}
		if r == '\n' {
			x = -w
		} else if x+w > 42*12 {
			b.WriteByte('\n')
			x = 0
		}
		x += w
		b.WriteRune(r)
	}
	return b.String()
}

// TestParticularsInProse reads what letters and short reports tell in running
// text, where no label stands.
func TestParticularsInProse(t *testing.T) {
	for name, x := range map[string]struct {
		text string
		want particulars
	}{
		"letter to a committee": {`关于杜市镇龙凤社区活动室安全鉴定情况的函
渝建安函〔2026〕33号
杜市镇龙凤社区居民委员会：
你社区8月3日来函收悉。我所于2026年8月11日派员到场，对活动室逐间作了查看，现将情况函告。
一、活动室坐落于杜市镇龙凤社区三组大湾15号，系一九九八年修建的三层砖混结构房屋，面积三百二十六点五平方米。
江津区安固房屋鉴定服务站（鉴定专用章）
二〇二六年八月二十日`,
			particulars{no: "渝建安函〔2026〕33号", agency: "江津区安固房屋鉴定服务站", client: "杜市镇龙凤社区居民委员会", address: "杜市镇龙凤社区三组大湾15号",
				structure: "砖混结构", storeys: "3", area: "326.5", inspected: "2026-08-11", issued: "2026-08-20"}},
		"villager's request": {`农房鉴定书
文号：永农鉴〔2026〕17号
应永兴镇黄庄村村民陈大富要求，我公司（重庆永固农房鉴定有限公司）2026年4月2日上门查勘了他家住房。
住房在永兴镇黄庄村2社岩湾7号，一楼一底，砖木结构，1987年自建，约150平方米。
本鉴定书2026年4月9日出具。`,
			particulars{no: "永农鉴〔2026〕17号", agency: "重庆永固农房鉴定有限公司", client: "陈大富", address: "永兴镇黄庄村2社岩湾7号",
				structure: "砖木结构", storeys: "2", area: "150", inspected: "2026-04-02", issued: "2026-04-09"}},
		"contract": {`房屋安全性鉴定报告
报告编号：HY-2026-0191
重庆江津粮油贸易有限公司与我公司签订委托合同，委托我公司对其位于江津区龙华镇新街21号的办公楼进行安全性鉴定。
2026年5月20日至5月21日，我公司组织技术人员到现场进行了检查、检测。
该楼为四层框架结构，建于2004年，建筑面积为1,860.4m²。
本报告于2026年6月3日签发。
重庆恒远建设工程质量检测有限公司（公章）`,
			particulars{no: "HY-2026-0191", agency: "重庆恒远建设工程质量检测有限公司", client: "重庆江津粮油贸易有限公司", address: "江津区龙华镇新街21号",
				structure: "框架结构", storeys: "4", area: "1860.4", inspected: "2026-05-20", until: "2026-05-21", issued: "2026-06-03"}},
		"who is who in brackets": {`房屋危险性鉴定报告
报告编号：JY-26-088
江津区朱杨镇人民政府（委托人）于2026年3月1日委托重庆佳业房屋鉴定有限公司对朱杨镇板桥村4组12号住房进行危险性鉴定。2026年3月6日，鉴定人员入户检查。
该房砖木两层，约1979年修建，面积约96平方米。
重庆佳业房屋鉴定有限公司（盖章） 2026年3月12日签发`,
			particulars{no: "JY-26-088", agency: "重庆佳业房屋鉴定有限公司", client: "江津区朱杨镇人民政府", address: "朱杨镇板桥村4组12号",
				storeys: "2", area: "96", inspected: "2026-03-06", issued: "2026-03-12"}},
		"a person applies": {`房屋安全鉴定报告
编号：渝鉴（2026）0456
石蟆镇清源社区居民李素芬因楼板开裂，向我公司提出鉴定申请。我公司于2026年10月8日派出技术人员二名前往石蟆镇清源街60号附3号查勘。
房屋二层砖混，建于一九九六年。
重庆正衡工程检测有限公司（检测鉴定专用章）
2026年10月16日`,
			particulars{no: "渝鉴（2026）0456", agency: "重庆正衡工程检测有限公司", client: "李素芬", address: "石蟆镇清源街60号附3号",
				structure: "砖混", storeys: "2", inspected: "2026-10-08", issued: "2026-10-16"}},
		"partnership and place": {`房屋安全鉴定报告书
报告编号：BL-2026-117
由江津区支坪镇人民政府委托，本所对支坪镇真武街8号房屋作安全性鉴定。2026年7月1日现场检测。
报告编制完成日期：2026年7月9日
重庆巴陵结构鉴定事务所（普通合伙）（公章）`,
			particulars{no: "BL-2026-117", agency: "重庆巴陵结构鉴定事务所（普通合伙）", client: "江津区支坪镇人民政府", address: "支坪镇真武街8号", inspected: "2026-07-01", issued: "2026-07-09"}},
		"result sent to a person": {`房屋安全鉴定回复
报告编号：XD-2026-31
周明礼先生：
承您委托，我们重庆信达房屋安全鉴定所于2026年9月2日到您家嘉平镇笋溪街19号看了房子，结果如下。
重庆信达房屋安全鉴定所（章）
2026年9月7日`,
			particulars{agency: "重庆信达房屋安全鉴定所", client: "周明礼", address: "嘉平镇笋溪街19号", inspected: "2026-09-02", issued: "2026-09-07"}},
	} {
		t.Run(name, func(t *testing.T) { x.want.check(t, x.text) })
	}
}

// TestParticularsOfOthers: addresses, names, numbers and dates that stand in a
// report and are not the house's, the client's or the report's.
func TestParticularsOfOthers(t *testing.T) {
	const house = "\n房屋位于江津区白沙镇石坝街44号，二层砖木结构。"
	for name, x := range map[string]struct {
		text string
		want particulars
	}{
		"the agency's address with its telephone": {"房屋安全鉴定报告\n地址：重庆市江津区鼎山街道滨江大道312号 电话：023-47560000" + house, particulars{address: "江津区白沙镇石坝街44号"}},
		"the agency's address alone":              {"房屋安全鉴定报告\n我公司地址：江津区鼎山街道滨江大道312号。", particulars{address: "-"}},
		"under its name":                          {"房屋安全鉴定报告\n重庆正衡工程检测有限公司 地址：江津区鼎山街道滨江大道312号", particulars{address: "-"}},
		"the client's home":                       {"房屋安全鉴定报告\n委托人：李素芬，住址：江津区石门镇石门街5号。" + house, particulars{client: "李素芬", address: "江津区白沙镇石坝街44号"}},
		"where the client lives":                  {"房屋安全鉴定报告\n委托人李素芬，家住石门镇石门街5号，其房屋闲置。" + house, particulars{address: "江津区白沙镇石坝街44号"}},
		"a neighbour":                             {"房屋安全鉴定报告" + house + "\n东侧紧邻白沙镇石坝街46号，三层砖混结构。", particulars{address: "江津区白沙镇石坝街44号", storeys: "2", structure: "砖木结构"}},
		"a neighbour alone":                       {"房屋安全鉴定报告\n房屋东侧紧邻白沙镇石坝街46号。", particulars{address: "-"}},
		"another report's house":                  {"房屋安全鉴定报告\n原鉴定的白沙镇石坝街46号与本次无关。" + house, particulars{address: "江津区白沙镇石坝街44号"}},
		"an office of the town":                   {"房屋安全鉴定报告\n受江津区几江街道办事处委托，我公司派员检查。", particulars{client: "江津区几江街道办事处", address: "-"}},
		"a standard":                              {"房屋安全鉴定报告\n《民用建筑可靠性鉴定标准》GB 50292-2015，2015年12月3日发布，2016年8月1日实施。", particulars{issued: "-", inspected: "-"}},
		"a former report":                         {"房屋安全鉴定报告\n报告编号：AB-1\n2019年8月6日某检测公司曾出具鉴定报告（报告编号：渝检字2019-0877）。", particulars{no: "AB-1", issued: "-", inspected: "-"}},
		"the day of the commission":               {"房屋安全鉴定报告\n受江津区白沙镇人民政府2026年3月1日委托，我公司于2026年3月9日进行了现场检查。", particulars{inspected: "2026-03-09", issued: "-"}},
		"the contract":                            {"房屋安全鉴定报告\n双方于2026年3月1日签订鉴定合同。", particulars{inspected: "-", issued: "-"}},
		"the instrument":                          {"房屋安全鉴定报告\n回弹仪检定日期2026年1月5日，有效期至2027年1月4日。", particulars{inspected: "-", issued: "-"}},
		"the label before decides":                {"房屋安全鉴定报告\n检测鉴定单位：重庆正衡工程检测有限公司 报告日期：2026年6月26日", particulars{inspected: "-", issued: "2026-06-26"}},
		"born":                                    {"房屋安全鉴定报告\n户主李素芬，1956年4月12日出生。", particulars{inspected: "-", issued: "-"}},
		"rain":                                    {"房屋安全鉴定报告\n2026年6月28日至30日，当地连降暴雨，墙体开裂。", particulars{inspected: "-", issued: "-"}},
		"the drawings":                            {"房屋安全鉴定报告\n设计图纸由某设计院2003年5月6日出具。", particulars{inspected: "-", issued: "-"}},
		"another agency's test":                   {"房屋安全鉴定报告\n重庆某检测有限公司2026年4月1日出具检测报告，抗压强度合格。", particulars{issued: "-", agency: "-"}},
		"the certificate's number":                {"房屋安全鉴定报告\n资质证书编号：渝检2026-001号\n委托书编号：WT-2026-9", particulars{no: "-"}},
		"the site's area":                         {"房屋安全鉴定报告\n占地面积约120平方米，建筑面积约240平方米。", particulars{area: "240"}},
		"whose firm is in the test":               {"房屋安全鉴定报告\n钢筋由重庆巨钢材料有限公司供应。", particulars{agency: "-", client: "-"}},
		"asked for by a rule":                     {"房屋安全鉴定报告\n应按现行规范要求，对构件进行验算。", particulars{client: "-"}},
		"loads that are borne":                    {"房屋安全鉴定报告\n墙体受上部荷载委托传递，不满足要求。", particulars{client: "-"}},
		"the seal":                                {"房屋安全鉴定报告\n鉴定机构：重庆正衡工程检测有限公司（检测专用章）", particulars{agency: "重庆正衡工程检测有限公司"}},
	} {
		t.Run(name, func(t *testing.T) { x.want.check(t, x.text) })
	}
}

// TestIssueIsNoEarlierThanInspection: a date in the text that lies before the
// visit is of something else.
func TestIssueIsNoEarlierThanInspection(t *testing.T) {
	particulars{inspected: "2026-05-20", issued: "-"}.check(t, `房屋安全鉴定报告
2026年5月20日现场检查。委托方提交的材料于2026年4月2日出具。`)
}

// TestMadeLabels reads labels that no list holds.
func TestMadeLabels(t *testing.T) {
	for label, want := range map[string]fieldName{
		"送检单位": fClient, "委托鉴定方": fClient, "申报单位": fClient, "鉴定委托方": fClient, "委托单位全称": fClient,
		"承办机构": fAgency, "出报告单位": fAgency, "受托鉴定机构": fAgency, "房屋安全鉴定机构名称": fAgency, "报告编制单位": fAgency, "检验检测机构": fAgency, "评估机构": fAgency,
		"业主单位": fOwner, "房屋所有权人": fOwner,
		"受检单位": fSubject,
		"楼宇地址": fAddress, "房屋所在位置": fAddress, "建设地点": fAddress, "受检房屋地址": fAddress, "工程所在地": fAddress, "被鉴定房屋坐落": fAddress,
		"建筑总层数": fStoreys, "地上层数": fStoreys, "楼层数": fStoreys,
		"勘查时间": fInspected, "现场工作日": fInspected, "外业时间": fInspected, "现场勘验日期": fInspected, "检测起止日期": fInspected, "进场检测时间": fInspected,
		"落款日期": fIssued, "成文日期": fIssued, "印发日期": fIssued, "报告出具日期": fIssued, "出报告日期": fIssued, "审批日期": fIssued,
		"报告文号": fReportNo, "鉴定书编号": fReportNo, "鉴定报告编号": fReportNo,
		"主体结构类型": fStructure, "承重结构体系": fStructure, "总建筑面积": fArea, "房屋建造年代": fBuilt, "竣工年份": fBuilt,
		"Report No.": fReportNo, "Client": fClient, "Date of Issue": fIssued, "Address": fAddress, "Client 委托单位": fClient, "委托单位 Client": fClient, "Inspection Date": fInspected,
		// whose entries are of no field
		"施工单位": fOther, "设计单位": fOther, "检测人": fOther, "报告编制人": fOther, "鉴定机构地址": fOther, "委托单位地址": fOther, "联系地址": fOther, "通讯地址": fOther,
		"合同编号": fOther, "资质证书编号": fOther, "委托日期": fOther, "检定日期": fOther, "占地面积": fOther, "签订日期": fOther, "出生日期": fOther,
		// no labels
		"地基基础": fNone, "检测位置": fNone, "测点位置": fNone, "裂缝位置": fNone, "受检房屋委托方": fNone, "编号委托单位地址": fNone, "地址鉴定单位": fNone, "构件编号": fNone, "承重墙": fNone, "委托单位鉴定机构": fNone,
		"鉴定": fNone, "房屋": fNone, "业主": fOwner, "某某有限公司": fNone, "重庆恒远检测有限公司": fNone, "严重影响": fNone,
	} {
		if got := labelOf(fold(label)); got != want {
			t.Errorf("%s: %d, want %d", label, got, want)
		}
	}
}

// TestPlaces finds addresses by their shape.
func TestPlaces(t *testing.T) {
	for text, want := range map[string]string{
		"卫生室坐落在慈云镇刁家村四社石坝子9号,2016年统建":   "慈云镇刁家村四社石坝子9号",
		"房屋在塘河镇石龙门村二社大院子15号,砖木结构":       "塘河镇石龙门村二社大院子15号",
		"该屋地址为江津区贾嗣镇綦河路5号,四层":           "江津区贾嗣镇綦河路5号",
		"对重庆市江津区德感街道前进路52号院内1号楼进行鉴定":    "重庆市江津区德感街道前进路52号院内1号楼",
		"位于几江街道大西门路86号附2号的住宅":           "几江街道大西门路86号附2号",
		"房屋坐落:白沙镇芳阴村4社(小地名:干田湾)":        "白沙镇芳阴村4社(小地名:干田湾)",
		"对江津区长江路138号房屋进行检测":             "江津区长江路138号",
		"江津区朱杨镇板桥老街41-46号":              "江津区朱杨镇板桥老街41-46号",
		"江津区几江街道办事处于2026年3月2日委托":        "",
		"白沙镇人民政府委托我公司对3号楼进行鉴定":          "",
		"单位地址:江津区几江街道滨江路9号":             "",
		"白沙镇石坝街两侧共12户房屋":                "",
		"江津区双福街道恒兴路26号及西侧紧邻的双福街道恒兴路28号": "江津区双福街道恒兴路26号",
	} {
		var got []string
		for _, p := range placesIn(fold(text)) {
			got = append(got, fold(text)[p.from:p.to])
		}
		if strings.Join(got, "|") != fold(want) {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}

// TestTwoHouses: two addresses that the text names alike are a question for a
// human.
func TestTwoHouses(t *testing.T) {
	rs := Read(setText("房屋安全鉴定报告\n房屋位于白沙镇石坝街44号。\n该房屋坐落于白沙镇石坝街46号。"), Options{}).Reasons
	if !slices.ContainsFunc(rs, func(r schemas.Reason) bool { return r.Code == "address_differs" }) {
		t.Errorf("reasons %v", rs)
	}
}

// TestInWords reads areas in words.
func TestInWords(t *testing.T) {
	for s, want := range map[string]float64{"二百一十二": 212, "六百一十二点五": 612.5, "十二": 12, "一千零五十": 1050, "二〇〇": 200, "九十六": 96, "一万二千": 12000} {
		if got := inWords(s); got != want {
			t.Errorf("%s: %v, want %v", s, got, want)
		}
	}
}

// TestSignerRemarks: who signs and writes more than a name says what a human
// has to read.
func TestSignerRemarks(t *testing.T) {
	for entry, want := range map[string]bool{
		"佘光远。算法问了三回没得到说法,级别我不认。": true,
		"佘光远":     false,
		"佘光远,咸大春": false,
		"佘光远(一级注册结构工程师,渝建注0123号)": false,
		"佘光远,高级工程师,2026年5月6日":     false,
	} {
		text := inBrackets.ReplaceAllString(fold(entry), "")
		if got := remark.MatchString(text) && !ofSigner.MatchString(text); got != want {
			t.Errorf("%s: %v", entry, got)
		}
	}
}

// TestStoreysTogether: what looks like a storey higher than the house has.
func TestStoreysTogether(t *testing.T) {
	for text, want := range map[string]bool{"一二层墙体为原建": true, "图3-13层梁跨中裂缝": true, "十二层梁": false, "五层框架柱": false, "12层梁": false} {
		m := storeyMember.FindStringSubmatch(text)
		if m == nil || storeysTogether(text, m[1]) != want {
			t.Errorf("%s: %v", text, m)
		}
	}
}
