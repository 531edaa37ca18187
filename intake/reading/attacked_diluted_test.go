package reading

import (
	"strings"
	"testing"
)

// One clause takes the ground from the grade, and ordinary ones stand around it, so
// that the sentence as a whole sounds like one of every sound report.
func TestAClauseAmongOrdinaryOnesIsNotLetBe(t *testing.T) {
	for place, lines := range map[string][]string{
		"CONCLUSION": {
			"该房屋目前使用状况良好，墙体、楼板均未见明显损伤，等级按未发生渗水时的状态确定，其余构件外观质量良好。",
			"经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，房屋可评Bsu级，唯屋顶广告牌的拉索锚在女儿墙上，此项待拆。",
			"楼板板底平整，未见渗漏及露筋，屋面防水层完好，评定结果：房屋主体结构安全可靠，但不包括第3、5、7轴三榀主框架。",
			"楼板板底平整，未见渗漏及露筋，屋面防水层完好，签字人缺席，回弹法检测混凝土强度推定值满足设计要求，钢筋保护层厚度符合规范规定。",
			"经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，附件：专家反对意见材料，地基基础未见不均匀沉降迹象。",
			"经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，梁柱数据系推测。",
			"经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，上述等级只管前面老房，后面搭出来的三间不算。",
			"其实问题很大，回弹法检测混凝土强度推定值满足设计要求，钢筋保护层厚度符合规范规定，门窗启闭正常。",
			"评级偏高，回弹法检测混凝土强度推定值满足设计要求，钢筋保护层厚度符合规范规定，门窗启闭正常。",
			"经承载力复核及现场检测，房屋结构安全性良好，各层层间位移较小，所谓现状使用条件系指腾空无人、无堆载，地基基础未见不均匀沉降。",
		},
		"INSPECTION": {
			"墙体采用页岩砖砌筑，砂浆饱满度较好，未见明显裂缝，个别偏低测区已剔除，楼板板底平整未见渗漏，门窗启闭正常。",
			"墙体采用页岩砖砌筑，砂浆饱满度较好，未见明显裂缝，楼板钢筋间距数值照抄设计图，楼板板底平整未见渗漏，门窗启闭正常。",
			"经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，审核人附言：本人对梁的复核结果持保留意见，请勿据此交付使用。",
		},
		"ADVICE": {
			"建议对房屋定期检查维护，雨季注意屋面排水，三层暂时封闭停用，发现裂缝及时处理，保持排水通畅，不得擅自拆改承重结构。",
			"建议对屋面渗漏处进行修补，定期检查维护，底层车间停业整顿至梁加固完毕，保持室外排水通畅，合理使用房屋。",
			"建议对屋面渗漏处进行修补，定期检查维护，人员不得在楼内留宿，保持室外排水通畅，合理使用房屋。",
			"经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，建议住户尽快搬走，这个房子不要再住人了。",
		},
	} {
		for _, l := range lines {
			if len(blockers(Read(setText(attackedWith(place, l)), Options{}).Reasons)) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
		}
	}
}

// Beside the gravest grade a word may be let be that tells of the house, and none
// that tells of the grade.
func TestAGraveGradeIsCalledAMistake(t *testing.T) {
	for _, l := range []string{"上述等级系误录，墙体、梁、板均未见影响安全的损伤。", "该等级仅就后院柴房而言，主屋墙体、楼板完好。"} {
		text := strings.Replace(attackedWith("CONCLUSION", l), "评定为Bsu级，尚不显著影响整体承载", "评定为Dsu级，严重影响整体承载", 1)
		text = strings.Replace(text, "1、可继续正常使用。", "1、立即停止使用，人员搬离。", 1)
		if len(blockers(Read(setText(text), Options{}).Reasons)) == 0 {
			t.Errorf("accepted with %s", l)
		}
	}
}

// Works that are not the house's, not done or failed, what keeps a grade up, and
// what beside decoration or a permit is left out of the appraisal.
func TestWhatIsToldAsDoneOrBesideSafety(t *testing.T) {
	const own = "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。"
	for _, said := range []string{
		"该房屋已由业主进行加固招标，加固后" + own, "该房屋已进行加固施工图审查，加固后" + own, "该房屋曾经加固，经本次检测加固失效，处理后" + own,
		"该房屋消防已通过验收，加固后" + own, "该房屋1998年建成时已通过验收，加固后" + own,
		"该房屋通过支撑安全性等级维持在Bsu级，尚不显著影响整体承载。", "经维护可使安全性等级保持为Bsu级，尚不显著影响整体承载。",
		"该房屋安全性等级评定为Bsu级，三层装修部分不在本次鉴定范围。", "该房屋安全性等级评定为Bsu级，规划外的后楼不在本次鉴定范围。",
		"该房屋安全性等级评定为Bsu级，尚不显著影响整体承载，抗震及屋盖不在本次鉴定范围。",
		own + "装修遮挡的梁柱不在本次鉴定范围。", own + "已装修的底层商铺不在本次鉴定范围。", own + "规划许可外的第三层不在本次鉴定范围。",
	} {
		if len(blockers(Read(setText(strings.Replace(attackedWith("", ""), own, said, 1)), Options{}).Reasons)) == 0 {
			t.Errorf("accepted with %s", said)
		}
	}
	for _, said := range []string{
		"该房屋安全性等级评定为Bsu级，尚不显著影响整体承载，有关消防验收事宜不在本次鉴定范围。",
		"该房屋经历邻近地铁隧道施工后，安全性等级评定为Bsu级，尚不显著影响整体承载。",
	} {
		if b := blockers(Read(setText(strings.Replace(attackedWith("", ""), own, said, 1)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held with %s: %v", said, b)
		}
	}
}
