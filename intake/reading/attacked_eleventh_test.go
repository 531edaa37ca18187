package reading

import (
	"strings"
	"testing"
)

// attackedBehind is the sound report with a part of its own behind the conclusion, or
// at the end.
func attackedBehind(head, line string, end bool) string {
	t := strings.Replace(attackedWith("", ""), "墙体未见明显裂缝。", "经现场检查，墙体采用烧结普通砖砌筑，灰缝饱满，砌筑质量较好，未见明显裂缝，楼板板底平整，未见渗漏及露筋。", 1)
	if end {
		return wrapped(t + "六、" + head + "\n" + line + "\n")
	}
	return wrapped(strings.Replace(t, "五、处理建议", "五、"+head+"\n"+line+"\n六、处理建议", 1))
}

// A heading moves nothing out of the reach of what is asked of the conclusion: what is
// said of the grade under 说明 or 意见 behind it is said to it.
func TestSaidOfTheGradeUnderAnotherHeading(t *testing.T) {
	for _, head := range []string{"附言", "补充", "说明", "其他", "意见", "几点意见", "备注", "约定与签署", "通用条款", "声明"} {
		for _, end := range []bool{false, true} {
			for _, l := range []string{
				"街道办建议按轻一级处理，我单位照此办理。", "项目组有一人认为应定得更重，未予采纳。", "初评为较重一级，经沟通后改为现级。",
				"夹层部分不归本次管。", "上述等级待屋面蓄水池放空后成立。", "本等级自西侧挡墙修复完成之日起适用。", "等级系由所能进入的两间房推及全楼。",
			} {
				if len(blockers(Read(setText(attackedBehind(head, l, end)), Options{}).Reasons)) == 0 {
					t.Errorf("%s (at the end: %t): accepted with %s", head, end, l)
				}
			}
			for _, l := range []string{"委托方所交图纸的原件已退还。", "本报告一式三份，委托方两份，本单位存档一份。", "对本报告如有异议，请于收到之日起十五日内向我单位提出。"} {
				if b := blockers(Read(setText(attackedBehind(head, l, end)), Options{}).Reasons); len(b) > 0 {
					t.Errorf("%s (at the end: %t): held with %s: %v", head, end, l, b)
				}
			}
		}
	}
}

// A house that the ratings sum up and the conclusion, which names others, does not.
func TestSummedUpAndNotConcluded(t *testing.T) {
	for rating, concluded := range map[string]string{
		"东楼：Au、Bu、Bu，综合Bsu。\n西楼：Au、Du、Du，综合Dsu。": "东楼安全性等级评定为Bsu级。",
		"宿舍楼：Au、Du、Du，单元Dsu。":                    "教师宿舍楼安全性等级评定为Bsu级，学生宿舍楼安全性等级评定为Asu级。",
	} {
		text := strings.Replace(attackedWith("", ""), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", concluded, 1)
		text = strings.Replace(text, "四、鉴定结论", "四、鉴定评级\n"+rating+"\n五、鉴定结论", 1)
		if got := Read(setText(text), Options{}); !has(got.Reasons, "unit_without_conclusion") {
			t.Errorf("%s: %s, %v", rating, foundIn(got), blockers(got.Reasons))
		}
	}
}

// A house that is as it was has the grade that it had.
func TestComparedWithAnEarlierGrade(t *testing.T) {
	for l, held := range map[string]bool{
		"与2018年的Dsu级相比，维持同级。": true, "与2018年鉴定的Csu级相比，等级不变。": true, "与2018年的Csu级一致。": true,
		"与2018年的Bsu级相比，维持同级。": false,
	} {
		b := blockers(Read(setText(attackedWith("CONCLUSION", l)), Options{}).Reasons)
		if len(b) > 0 != held {
			t.Errorf("%s: %v", l, b)
		}
	}
}

// Where somebody else is at home is not where the house stands.
func TestANeighboursRoad(t *testing.T) {
	for _, l := range []string{"邻居张某在大西门街3号，二层。", "产权人现在大西门街3号，开店。"} {
		text := strings.Replace(attackedWith("OVERVIEW", l), "房屋地址：重庆市江津区几江街道大西门路1号\n", "", 1)
		if got := Read(setText(text), Options{}).Fields.Address; strings.Contains(got, "大西门街3号") {
			t.Errorf("%s: address %q", l, got)
		}
	}
}

// What no house of a mild grade shows, in the figures of its members and its loads,
// and figures that every house shows.
func TestFiguresOfMembersInDanger(t *testing.T) {
	for _, l := range []string{
		"三层次梁L2实测跨中挠度达到跨度的1/70。", "大梁跨中下垂约l/80。", "屋架下弦跨中挠度与跨度之比为1:60。", "房屋两端基础沉降差21cm。", "相邻柱基沉降差达到柱距的1/60。",
		"柱角钢筋截面锈损约45%。", "木柱根部腐朽截面达到一半。", "木屋架端节点有效截面不足原来的百分之四十。", "墙体根部酥碱深度达墙厚的一半。", "底层中柱轴压比为1.42，限值0.9。",
		"砌筑砂浆强度推定0.4MPa。", "芯样抗压强度5.1MPa、6.3MPa、4.9MPa。", "实测混凝土强度等级仅相当于C8。", "基底压力为修正后地基承载力特征值的1.5倍。", "二层梁所需配筋为实配的1.6倍。",
		"验算表明约四成墙肢受压承载力低于作用效应。", "多数墙段的计算结果小于限值。",
		"计算简图沿用竣工图，加建的第四层未输入。", "验算未包含屋顶花园覆土荷载。", "验算时荷载按办公取用，现为档案密集柜。",
		"检测人员均未取得检测资格证书。", "现场检测由实习生独立完成，无人复核。",
	} {
		if len(blockers(Read(setText(attackedWith("INSPECTION", l)), Options{}).Reasons)) == 0 {
			t.Errorf("accepted with %s", l)
		}
	}
	for _, l := range []string{
		"楼板跨中挠度约为跨度的1/420，小于限值1/200。", "相邻柱基沉降差最大8mm，小于允许值。", "钢檩条表面锈蚀，截面损失约3%。", "雨篷栏杆锈蚀，有效截面约60%。", "底层中柱轴压比为0.62，满足限值0.9的要求。",
		"砌筑砂浆强度推定值为2.6MPa。", "芯样抗压强度为26.3MPa、28.1MPa、25.4MPa。", "基底压力为修正后地基承载力特征值的0.8倍。", "约八成墙段抗力与效应之比大于1.2。",
		"验算已计入屋顶水箱荷载，未考虑地震作用。", "检测人员均持有上岗证。",
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", l)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held with %s: %v", l, b)
		}
	}
}

// The end of another paper's label, or another house's, is no label of this report.
func TestLabelsOfAnother(t *testing.T) {
	for _, x := range [][2]string{
		{"鉴定单位：重庆某检测鉴定有限公司", "原鉴定单位：重庆旧鉴定有限公司"},
		{"签发日期：2026年6月10日", "资质发证日期：2020年5月1日"}, {"签发日期：2026年6月10日", "证书签发：2018年5月1日"},
	} {
		f := Read(setText(strings.Replace(attackedWith("", ""), x[0], x[1], 1)), Options{}).Fields
		for _, v := range []string{f.Agency, f.ReportNo, f.IssuedOn} {
			if v != "" && (strings.Contains(x[1], v) || v == "2020-05-01" || v == "2018-05-01") {
				t.Errorf("%s: %q", x[1], v)
			}
		}
	}
}
