package reading

import (
	"strings"
	"testing"

	"jianding/schemas"
)

// attacked is a sound report with a place for one more line in each part.
const attacked = `几江街道某楼房屋安全性鉴定报告
报告编号：AB-2026-001
委托单位：江津区几江街道办事处
房屋地址：重庆市江津区几江街道大西门路1号
鉴定单位：重庆某检测鉴定有限公司
签发日期：2026年6月10日
一、工程概况
该房屋为三层砖混结构，建筑面积约300平方米。OVERVIEW
二、鉴定依据
(1)《民用建筑可靠性鉴定标准》(GB 50292-2015)；
三、现场检查
墙体未见明显裂缝。
INSPECTION四、鉴定结论
该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。
CONCLUSION五、处理建议
1、可继续正常使用。
ADVICE`

func attackedWith(place, line string) string {
	t := attacked
	for _, p := range []string{"OVERVIEW", "INSPECTION", "CONCLUSION", "ADVICE"} {
		by := ""
		if p == place {
			by = line
			if p != "OVERVIEW" {
				by += "\n"
			}
		}
		t = strings.Replace(t, p, by, 1)
	}
	return t
}

// Each line takes the grade back, or tells of what no Bsu house shows. Each was
// accepted once.
func TestLinesOverWhichAReportIsNotAccepted(t *testing.T) {
	for place, lines := range map[string][]string{
		"CONCLUSION": {
			// other houses rated by grade, which is no scale
			"Bsu级：门卫室；Csu级：学生食堂；Dsu级：学生浴室。",
			"安全性等级共分Asu级、Bsu级、Csu级、Dsu级四级。浴室综合评定结果，Dsu级，严重影响整体承载，应立即停用。",
			"安全性等级共分Asu级、Bsu级、Csu级、Dsu级四级。Dsu级，严重影响整体承载。",
			// no word of a grade, a paper or a conclusion
			"验收合格后方成立。", "维修前不得住人。", "前提是加固完成。", "上级尚未同意。", "尚需复核确认。", "实际应低一档。", "加固之前不成立。", "仅在加固完成之后成立。",
			"以上只对一层有效。", "以上仅代表一层。", "二层除外。", "更稳妥的是按危房看待。", "宁可往坏一档看。", "专家组认为偏乐观。",
			"以上意见以第三方复核为准。", "字母打错了，实际是最后一个。", "打印有误，B应为D。", "过汛期后另行确定。", "有效期三十天。",
			// beside words of the house
			"该房屋实为最差一类。", "结构加固完成后生效。", "若裂缝继续发展则该楼为整幢危房。", "梁柱数据系推测。", "墙体强度为估计值。",
			"以墙体不再开裂为条件。", "承载力不够，考虑到业主困难从宽。", "使用期限不超过三个月。", "柱子强度按规范本来过不了。", "监测数据如超限即失效。",
			// captions that say more
			"实际评级低两档详见更正表", "附件1 更正意见（房屋实为严重不安全）", "附表 本房屋改判意见：不成立",
		},
		"INSPECTION": {
			"二层没有去看。", "基础未开挖，按正常考虑。",
			"毗邻厨房及本楼三层不在本次检测之列。", "抗震及二层三层不作评价。",
			"底层钢管混凝土柱断裂。", "管沟上部大梁断裂。", "灯槽处主梁断裂。", "大梁与柱脱开，独立晃动。", "缝上大梁与墙脱开。",
			"失火后大梁烧断，修复方案未定。", "房屋沉降未止。", "房屋沉降尚未停止。", "滑坡仍每天下滑20mm，监测数据另报。",
			"将低于设计的测区数据剔除。", "检测记录后补。", "以上为演示数据。", "强度借用图纸。", "本报告为职业技能培训模拟练习所作。",
		},
		"ADVICE": {
			"等级以第三方复核为准。", "老人小孩先不要回来。", "师生不得进入。", "不可正常居住。", "评级偏高。", "定级有争议。", "签字人缺席。", "学生不在楼内上课。",
		},
	} {
		for _, l := range lines {
			if len(blockers(Read(setText(attackedWith(place, l)), Options{}).Reasons)) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
		}
	}
	if b := blockers(Read(setText(attackedWith("", "")), Options{}).Reasons); len(b) > 0 {
		t.Errorf("held without any: %v", b)
	}
}

// What the report calls itself 以下简称 must not hide words of its conclusion.
func TestAShortNameHidesNoReservation(t *testing.T) {
	for name, said := range map[string]string{"参照": "参照评定该房屋安全性等级为Bsu级。", "名义上": "该房屋名义上安全性等级评定为Bsu级。"} {
		text := strings.Replace(attackedWith("OVERVIEW", "该房屋（以下简称“"+name+"”）建于1990年。"), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", said, 1)
		if len(blockers(Read(setText(text), Options{}).Reasons)) == 0 {
			t.Errorf("accepted with the name %s", name)
		}
	}
}

// The gravest grade can be taken back as well.
func TestTheGravestGradeIsTakenBack(t *testing.T) {
	for _, l := range []string{"", "字母打错了，实际是第二个。", "仅指三层，一二层完好。", "上级尚未同意。", "专家组认为偏严，应降为一般。", "此系按拆迁需要给出。"} {
		text := attackedWith("CONCLUSION", l)
		text = strings.Replace(text, "评定为Bsu级，尚不显著影响整体承载", "评定为Dsu级，严重影响整体承载", 1)
		text = strings.Replace(text, "1、可继续正常使用。", "1、立即停止使用，人员搬离。", 1)
		if b := blockers(Read(setText(text), Options{}).Reasons); len(b) == 0 != (l == "") {
			t.Errorf("%q: %v", l, b)
		}
	}
}

// A part without a house's name is of the house that its paragraph named last,
// though another house would deserve it.
func TestAPartIsOfTheHouseNamedBefore(t *testing.T) {
	text := strings.Replace(attackedWith("INSPECTION", "四、安全性鉴定评级\n对教学楼评级。上部承重结构评为Cu级。对食堂评级。上部承重结构评为Cu级。"),
		"该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "教学楼安全性等级评定为Bsu级，食堂安全性等级评定为Csu级，显著影响整体承载。", 1)
	text = strings.Replace(text, "1、可继续正常使用。", "1、教学楼可继续正常使用。\n2、食堂应加固。", 1)
	if b := blockers(Read(setText(text), Options{}).Reasons); !strings.Contains(strings.Join(b, " "), "conclusion_contradicts_sub_unit") {
		t.Errorf("教学楼 is accepted as Bsu: %v", b)
	}
}

// Leniencies that went too far, as fresh eyes found them.
func TestLeniencyEnds(t *testing.T) {
	for place, lines := range map[string][]string{
		"OVERVIEW": {"鉴定范围为二层及三层全部。", "鉴定范围为裙房三层全部。", "鉴定范围为东侧三层全部。"},
		"CONCLUSION": {
			"我院2025年12月作出的Dsu级结论维持不变。", "2025年12月的Dsu级结论继续有效。", "审核人对结论有异议，认为应低一档。", "消防、屋盖不在此列。",
		},
		"INSPECTION": {
			"屋后山坡上有一条口子，正对房屋。", "后坡上一条裂口比去年宽。", "两根承重柱拆后未恢复。", "承重柱遭砸。", "房屋整体性偏差，纵横墙连接失效。",
			"缺失的数据已按推定值补填处理，其余良好。", "三层上锁，业主称开门后自行检查，已检查正常。", "照片1翻拍旧照片照片2业主手机提供", "约八成墙体开裂。",
		},
		"ADVICE": {"审核人有不同意见，书面提出应低一档。", "审核人未签字，结论不生效。", "本报告不能代替地质勘察，最终等级以复核为准。", "只对一层房屋有效，他处不得套用。"},
	} {
		for _, l := range lines {
			if len(blockers(Read(setText(attackedWith(place, l)), Options{}).Reasons)) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
		}
	}
	const own = "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。"
	for _, c := range [][2]string{
		{"", "已责令产权人加固，加固后结构可靠，" + own}, {"", "已签订合同进行加固，加固后结构稳定，" + own},
		{"受委托对改造后的房屋进行安全性鉴定，改造工程计划下半年开工。", "改造后" + own}, {"本次按加固后的结构进行鉴定。", "加固后" + own},
		{"", "房管档案上该房屋安全性等级为Bsu级。"}, {"", "据查，原档案上该房屋安全性等级为Bsu级。"},
		{"", "房屋安全性等级不应取各子单元中较低等级，即Bsu级。"}, {"", "该房屋安全性等级取两次鉴定中最低等级，即Bsu级。"},
		{"", "该房屋安全性未达到国家标准要求（Bsu级）。"}, {"", "该房屋安全性低于国家标准要求（Bsu级）。"},
	} {
		text := strings.Replace(attackedWith("OVERVIEW", c[0]), own, c[1], 1)
		if len(blockers(Read(setText(text), Options{}).Reasons)) == 0 {
			t.Errorf("accepted: %s %s", c[0], c[1])
		}
	}
	// What is to be kept standing is not said to stand.
	for place, l := range map[string]string{"ADVICE": "加固施工期间应保持房屋整体稳定。", "CONCLUSION": "目前依靠临时支撑，房屋整体基本稳定。"} {
		text := strings.Replace(attackedWith(place, l), own, "该房屋安全性等级评定为Csu级。", 1)
		for _, s := range Read(setText(text), Options{}).Statements {
			if s.Kind == schemas.StatementNegated {
				t.Errorf("%s is taken for a comfort: %s", l, s.Rule)
			}
		}
	}
}
