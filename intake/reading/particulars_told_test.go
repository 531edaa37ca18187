package reading

import (
	"cmp"
	"strings"
	"testing"
)

// cover is the first page of a report with one line in the place of a particular.
const coverOf = `{head}
{lines}
一、工程概况
该房为三层砖混结构，1998年建成，建筑面积412平方米。{prose}
二、鉴定结论
该房屋安全性等级评定为Bsu级。
三、处理建议
修补屋面防水层。
{end}
`

func setCover(head, lines, prose, end string) textSource {
	return setText(wrapped(strings.NewReplacer("{head}\n", cmp.Or(head, "房屋安全性鉴定报告\n"), "{lines}", lines, "{prose}", prose, "{end}", end).Replace(coverOf)))
}

// The agency stands behind any label that says who appraised, never behind one that
// says who asked, designed or built.
func TestAgencyBehindItsLabel(t *testing.T) {
	for _, label := range []string{"鉴定", "检测鉴定", "承鉴人", "鉴定组织", "出报告者", "鉴定人", "查勘", "作者单位", "填报单位", "编制", "执行单位", "盖章处", "落款", "出具", "乙方", "检测鉴定机构", "鉴定工作承担", "第三方机构", "技术支撑单位", "机构", "完成", "鉴定主体"} {
		for _, name := range []string{"重庆维信房屋安全鉴定有限公司", "同庆镇诚信建筑鉴定所", "重庆宏科房屋安全鉴定有限公司江津分公司（报告由总公司审核）"} {
			want, _, _ := strings.Cut(name, "（")
			if got := Read(setCover("", label+"："+name, "", ""), Options{}).Fields.Agency; got != want {
				t.Errorf("%s：%s: agency %q", label, name, got)
			}
		}
	}
	for _, line := range []string{"委托：重庆维信建筑工程有限公司", "设计单位：重庆维信建筑设计院", "施工单位：重庆维信建筑工程有限公司", "勘察单位：重庆维信岩土工程勘察院", "建设单位：重庆维信建设工程有限公司", "乙方：本公司", "受检单位：重庆维信工程技术有限公司", "鉴定：张建国"} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.Agency; got != "" {
			t.Errorf("%s: agency %q", line, got)
		}
	}
	for line, want := range map[string]string{
		"大江工业大学土木建筑检测中心（CMA）": "大江工业大学土木建筑检测中心", "西南民用建筑勘测设计院　房屋鉴定专业所": "西南民用建筑勘测设计院房屋鉴定专业所",
		"渝西工程检测中心有限责任公司检测鉴定报告": "渝西工程检测中心有限责任公司", "重庆北江建设工程有限公司房屋鉴定报告": "", "重庆金质信诺工程检测有限公司　编制": "重庆金质信诺工程检测有限公司",
	} {
		if got := Read(setCover(line+"\n", "编号：AB-2026-17", "", ""), Options{}).Fields.Agency; fold(got) != want {
			t.Errorf("%s: agency %q", line, got)
		}
	}
}

// A report's number stands behind many labels, with a colon or without, and in
// brackets. Another paper's is none.
func TestNumberBehindItsLabel(t *testing.T) {
	for line, want := range map[string]string{
		"（渝南建科鉴字第2026-117号）": "渝南建科鉴字第2026-117号", "（编号：ZC-JD-26-0388）": "ZC-JD-26-0388", "档案号 HT/ZD/2022/194": "HT/ZD/2022/194", "报告代码 ZY-WB-2022-05": "ZY-WB-2022-05",
		"报告序列号：YZJK-2024-农-0031": "YZJK-2024-农-0031", "任务单号：YX2024-FJ-0236": "YX2024-FJ-0236", "受理号：RA20231009-4": "RA20231009-4", "记录号：JH-Z-2023-64": "JH-Z-2023-64", "报告登记号　HJZ-24-0311": "HJZ-24-0311",
		"报告标识：JY-地铁-0207": "JY-地铁-0207", "鉴定文号：桂安鉴（2022）医字9号": "桂安鉴（2022）医字9号", "No. SCU-2024-F-0633": "SCU-2024-F-0633", "表号：2023-西营-117": "2023-西营-117", "院内编号：XNSJ-鉴2021-53": "XNSJ-鉴2021-53",
		"（渝）农房鉴字2024-078": "（渝）农房鉴字2024-078", "报告代号：DC-GY-2023-021": "DC-GY-2023-021", "合同编号　湖鉴2023-77": "", "合同号 TZ2022-HL-05": "", "来函编号：陈祠字〔2023〕3号": "", "资质证书编号：212200340586": "", "联系电话：023-47561234": "",
	} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.ReportNo; fold(got) != fold(want) {
			t.Errorf("%s: number %q, want %q", line, got, want)
		}
	}
	if got := Read(setCover("", "合同编号：CQGJ-T5-JD-017", "施工前鉴定由我公司在2022年3月完成，报告号CQGJ-T5-JD-004，当时评为A级。", ""), Options{}).Fields.ReportNo; got != "" {
		t.Errorf("the earlier report's: %q", got)
	}
	if got := Read(setCover("", "编号：1号楼", "", ""), Options{}).Fields.ReportNo; got != "" {
		t.Errorf("a house is no number: %q", got)
	}
	if got := Read(setCover("", "合同编号：TZ2022-HL-05\n档案号：HT-22-194", "", ""), Options{}).Fields.ReportNo; got != "HT-22-194" {
		t.Errorf("number %q", got)
	}
}

// The day of issue is told under many names, and alone where the report ends; the day
// of something else is none, nor is a month.
func TestDayOfIssue(t *testing.T) {
	for line, want := range map[string]string{
		"报告批准：2026.05.18": "2026-05-18", "报告定稿日期：2026年5月18日": "2026-05-18", "首次签发　2026年5月18日": "2026-05-18", "报告编制：2026年5月18日": "2026-05-18", "成文：2026年5月18日": "2026-05-18", "初稿 2026年5月2日，终稿 2026年5月18日": "2026-05-18", "时间：2026年5月18日": "2026-05-18", "鉴定日期：2026年5月18日": "2026-05-18", "评定日期：二〇二六年五月十八日": "2026-05-18",
		"申请日期：2026年5月18日": "", "归档日期：2026年5月18日": "", "2026年5月": "", "签发日期：2026年5月": "", "鉴定日期：2026年5月18日至20日": "", "填表日期：2026年5月18日": "",
		"鉴定日期：2026年5月8日\n签发：2026年5月18日": "2026-05-18",
	} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.IssuedOn; got != want {
			t.Errorf("%s: issued on %q, want %q", line, got, want)
		}
	}
	for end, want := range map[string]string{
		"二〇二六年五月十八日于古溪": "2026-05-18", "2026年5月18日": "2026-05-18", "乙方盖章处：　　　2026年5月18日": "2026-05-18", "落款：重庆维信房屋鉴定所，2026年5月18日": "2026-05-18", "核发 2026年5月18日\n有效期至2027年5月17日": "2026-05-18",
		"户主签收：袁世泽　2026年5月18日": "", "送达：2026年5月18日": "", "打印日期：2026-05-18": "",
	} {
		for _, head := range []string{"", "四、说明\n本报告一式三份。\n"} {
			f := Read(setCover("", "编号：AB-2026-17", "", head+end), Options{}).Fields
			if f.IssuedOn != want || f.InspectedOn != "" {
				t.Errorf("%s%s: issued on %q, want %q; inspected on %q", head, end, f.IssuedOn, want, f.InspectedOn)
			}
		}
	}
	// the inspection was after it, or before
	for prose, want := range map[string]string{"2026年5月20日进行了现场检查。": "", "2026年5月12日进行了现场检查。": "2026-05-18"} {
		if got := Read(setCover("", "鉴定日期：2026年5月18日", prose, ""), Options{}).Fields; got.IssuedOn != want || want != "" && got.InspectedOn != "2026-05-12" {
			t.Errorf("%s: issued on %q, inspected on %q", prose, got.IssuedOn, got.InspectedOn)
		}
	}
}

// A name that tells where the house stands is its address where no other is told;
// one that tells nothing of it is none, nor is the side of something.
func TestNameTellsThePlace(t *testing.T) {
	for line, want := range map[string]string{
		"受鉴房屋：江津区白沙镇中心卫生院门诊综合楼": "江津区白沙镇中心卫生院门诊综合楼", "项目名称：江津区白沙镇中心小学教学楼（笃行楼）结构安全性鉴定": "江津区白沙镇中心小学教学楼（笃行楼）",
		"鉴定对象　江津区鼎山街道鼎锦佳苑职工食堂": "江津区鼎山街道鼎锦佳苑职工食堂", "标的物：朱杨镇粮站旧仓": "朱杨镇粮站旧仓", "所在：西营镇双桥村六社　户主：廖永富": "西营镇双桥村六社", "楼址：新村路12弄7号": "新村路12弄7号",
		"名称：江津区慈云镇大礼堂": "江津区慈云镇大礼堂", "建设东路沿街商住楼": "建设东路沿街商住楼", "项目：重庆市江津区双福育英学校知行楼安全性与抗震鉴定": "重庆市江津区双福育英学校知行楼",
		"项目：合川区钱塘镇大柱场32号自建出租房屋安全性与可靠性鉴定": "合川区钱塘镇大柱场32号自建出租房屋", "工程：江津区石蟆镇中心校学生食堂及厨房扩建部分": "江津区石蟆镇中心校学生食堂", "房址：开州区满月镇双坪村7社": "开州区满月镇双坪村7社",
		"受鉴房屋坐落：开州区满月镇双坪村7社": "开州区满月镇双坪村7社", "门牌地址：开州区满月镇双坪村7社": "开州区满月镇双坪村7社", "鉴定对象：双福工业园区3号轻钢厂房": "双福工业园区3号轻钢厂房",
		"家庭住址：开州区满月镇双坪村7社": "", "地址：重庆市九龙坡区科园一路；本机构具有检测机构资质。": "",
		"名称：利民旅社主楼": "", "项目：市妇幼保健院住院二部楼": "", "委托单位：江津区白沙镇人民政府": "", "鉴定对象：贵站临街营业用房": "", "鉴定单位：江津区白沙镇房屋鉴定站": "",
	} {
		if got := Read(setCover("", line, "房屋位于校园北侧。", ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", line, got, want)
		}
	}
	for title, want := range map[string]string{
		"江津区石门镇卫生院门诊综合楼安全性鉴定报告（正式稿）\n": "江津区石门镇卫生院门诊综合楼", "关于江津区中山镇龙塘村党群服务中心房屋的安全性鉴定报告\n": "江津区中山镇龙塘村党群服务中心", "渝西工程检测中心有限责任公司检测鉴定报告\n": "",
		"建筑物安全性鉴定报告：油溪镇盘古小区配套幼儿园\n": "油溪镇盘古小区配套幼儿园", "白鹭镇敬老院一号楼房屋安全性鉴定\n": "白鹭镇敬老院一号楼",
	} {
		if got := Read(setCover(title, "", "", ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", title, got, want)
		}
	}
	for prose, want := range map[string]string{
		"该房屋位于江津区白沙镇石坝街44号，": "江津区白沙镇石坝街44号", "利民旅社在凤台街203号，五层砖混。": "凤台街203号", "位于村道北侧缓坡平台上，": "江津区白沙镇中心卫生院门诊楼", "住址为石壕镇高山村五社，": "石壕镇高山村五社",
	} {
		if got := Read(setCover("", "鉴定对象：江津区白沙镇中心卫生院门诊楼", prose, ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", prose, got, want)
		}
	}
}

// Where the paper names the house nowhere else, what its conclusion grades tells the
// place.
func TestConclusionTellsThePlace(t *testing.T) {
	for conclusion, want := range map[string]string{
		"永红村卫生室评A级，继续作诊疗用房。": "永红村卫生室", "综上，平安里4号房屋的危险性等级为A级。": "平安里4号", "该房屋安全性等级评定为Bsu级。": "", "同庆汽修厂厂房安全性评为Bsu级。": "",
	} {
		text := "房屋安全鉴定报告\n编号：AB-2026-17\n一、工程概况\n该房为三层砖混结构。\n二、鉴定结论\n" + conclusion + "\n三、处理建议\n修补屋面。\n"
		if got := Read(setText(wrapped(text)), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", conclusion, got, want)
		}
	}
}

// A form asks for the address in pieces.
func TestAddressInPieces(t *testing.T) {
	for line, want := range map[string]string{
		"县（市）：云岭县　乡镇：大坪乡　村：石板村　门牌：17号": "云岭县大坪乡石板村17号", "区县：江津区　镇街：白沙镇　村（社区）：宝珠村　组：3": "江津区白沙镇宝珠村3组",
		"乡镇：白沙镇　村：宝珠村　村民小组：三社": "白沙镇宝珠村三社", "区县：江津区　镇街：白沙镇": "", "乡镇：　村：　组：": "", "镇街：白沙镇人民政府　村：宝珠村村委会": "",
	} {
		if got := Read(setCover("", line, "", ""), Options{}).Fields.Address; got != want {
			t.Errorf("%s: address %q, want %q", line, got, want)
		}
	}
	rows := setRows(22, []string{"区县", "江津区", "乡（镇）", "白沙镇"}, []string{"村（社区）", "宝珠村", "组（社）", "5"}, []string{"户主姓名", "李四", "家庭人口", "4"})(70, 190, 310, 430)
	if got := Read(rows, Options{}).Fields.Address; got != "江津区白沙镇宝珠村5组" {
		t.Errorf("address %q", got)
	}
}
