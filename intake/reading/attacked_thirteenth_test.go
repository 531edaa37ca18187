package reading

import (
	"strings"
	"testing"
)

// attackedDanger is the sound report by JGJ 125 alone, with single members in danger.
func attackedDanger(line string) string {
	t := strings.Replace(attackedWith("INSPECTION", line), "《民用建筑可靠性鉴定标准》(GB 50292-2015)", "《危险房屋鉴定标准》(JGJ 125-2016)", 1)
	return wrapped(strings.Replace(t, "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "该房屋危险性等级评定为B级，个别结构构件被评定为危险构件，但不影响主体结构安全。", 1))
}

// attackedAdvice is the sound report that advises one line and nothing else.
func attackedAdvice(line string) string {
	return wrapped(strings.Replace(attackedWith("ADVICE", line), "1、可继续正常使用。\n", "", 1))
}

// Lines that only look like what a word beside the grade, a thing that breaks or a use
// that goes on may be: each ends acceptance.
func TestLinesThatOnlyLookLikeWhatIsLetBe(t *testing.T) {
	for place, lines := range map[string][]string{
		"CONCLUSION": {
			// the class of a house without dangerous members is A
			"JGJ 125对照结果：无危险构件，C级，局部危房。", "JGJ 125对照结果：无危险构件，C级。", "JGJ 125对照结果：无危险构件，D级。",
			// how long the grade holds: until the report, or until something is done
			"评级有效期至2019年12月。", "有效期至2026年6月9日。", "结论有效期至2026年加固完成前。", "评级有效期至2026年拆除前。", "该报告书有效期至2025年12月31日。",
			// the house's own grade among those that are not called
			"说明：Asu、Bsu为另外两档，本楼没有涉及。", "Bsu级为另一档，本楼没有涉及。", "注：Bsu、Csu为更低两档，本楼无须引用。",
			"该楼达不到Bsu级。", "可排除Bsu级。", "该楼难以达到Bsu级。", "该楼不满足Bsu级要求。",
			"余款连同鉴定书一并退回。", "标准所列安全否决条款因业主反对均不适用。", "院内后半部与主楼相距0米，另案处理。", "没有滑动；没有拉裂的墙只剩一面。", "该级不可混用。", "唯一的原因是加固。",
		},
		"INSPECTION": {
			// a joint without mortar for a metre
			"底层承重墙灰缝掏空长不足1米。", "一层承重砖墙灰缝砂浆掏空深度不到1m。", "各层承重墙的灰缝掏空长度不足1米。", "砖柱灰缝掏空不足一米。", "底层灰缝掏空长度不到2米。",
			// what carries breaks beside the thing
			"二层盖板连同承重砌体夜里发出断裂响声。", "盖板处承重构件有断裂声响。", "窗扇被压弯，有响声。", "招牌与房屋整体脱开。", "避雷引下线旁构造断裂。", "围墙随时倒塌，倒塌范围够不到本房。",
			"二层连廊与主体拉脱，支座滑动。", "二层天桥，支座滑动，有坠落危险。",
			"本次鉴定由红包促成，茶叶退回。", "房屋面积及安全等级以备案登记为准。",
		},
		"ADVICE": {"2、盖板响声，墙要倒。", "2、红包连同本鉴定书退回。", "2、押金与成果一并退回。"},
	} {
		for _, l := range lines {
			if b := blockers(Read(setText(wrapped(attackedWith(place, l))), Options{}).Reasons); len(b) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
			if b := blockers(Read(setText(attackedTwelfth(place, l)), Options{}).Reasons); len(b) == 0 {
				t.Errorf("%s, beside JGJ 125: accepted with %s", place, l)
			}
			if place == "CONCLUSION" {
				text := strings.Replace(attackedWith("", ""), "尚不显著影响整体承载。", "尚不显著影响整体承载。"+l, 1)
				if b := blockers(Read(setText(wrapped(text)), Options{}).Reasons); len(b) == 0 {
					t.Errorf("%s, in the paragraph: accepted with %s", place, l)
				}
			}
		}
	}
	for place, lines := range map[string][]string{
		"CONCLUSION": {
			"JGJ 125对照结果：无危险构件，A级。", "评级有效期至2031年雨季前。", "有效期至2031年12月。", "附注：Csu、Dsu为余下两档，本栋不必涉及。",
			"标准所列三项否决情形均不成立。", "标准所列否决条款均不适用。", "院内旧水池与主楼相距12米，另案处理。", "两级不能互换。",
		},
		"INSPECTION": {
			"外墙灰缝掏空深度不到2cm。", "灰缝局部掏空不足一寸。", "走廊盖板翘起，推车时有响声。", "窗扇变形，开关有响声。", "招牌与外墙脱开。", "避雷引下线锈断一处。", "水塔在院外，倒塌范围不及本楼。",
			"连廊为轻钢，一端支座滑动。", "房主送来两盒茶叶，当场退回。", "建筑面积412平方米，以不动产登记为准，未再测绘。",
		},
	} {
		for _, l := range lines {
			if b := blockers(Read(setText(attackedTwelfth(place, l)), Options{}).Reasons); len(b) > 0 {
				t.Errorf("%s: held with %s: %v", place, l, b)
			}
		}
	}
}

// Beams of reinforced concrete are counted as members, their bars are not.
func TestBeamsAreNoBars(t *testing.T) {
	for l, held := range map[string]bool{
		"局部钢筋混凝土梁3根断裂。": true, "一层1块楼板断裂，钢筋混凝土梁3根断裂。": true, "一层1块板断裂、钢筋混凝土柱4根压溃。": true, "个别钢筋砼大梁有五根断裂。": true,
		"二层一块预制板板底钢筋锈断三根。": false,
	} {
		if b := blockers(Read(setText(attackedDanger(l)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("%s: held %t: %v", l, len(b) > 0, b)
		}
	}
}

// To forbid a use is no advice to go on with it, and to put a new beam in no upkeep.
func TestNoUpkeepInWhatIsForbidden(t *testing.T) {
	for _, l := range []string{
		"反对继续居住。", "暂缓继续居住。", "须避免继续居住。", "杜绝继续住人。", "应中止继续经营。", "取缔继续经营。", "劝止继续住人。", "建议取消正常营业。", "冒险继续居住。",
		"主梁断的换，承重墙烂的换。", "主梁换五根。", "承重柱换4根。", "屋架换两榀。", "梁断的接。",
	} {
		if got := Read(setText(attackedAdvice(l)), Options{}); len(blockers(got.Reasons)) == 0 {
			t.Errorf("accepted with %s: %v", l, got.Recommendations)
		}
	}
	for _, l := range []string{"踏板坏的换，椽子断的接。", "龙骨换三根，卡扣补一个。", "餐厅继续经营。", "活动中心正常开放。", "同意继续作宿舍使用，每间不超过六人。"} {
		if b := blockers(Read(setText(attackedAdvice(l)), Options{}).Reasons); len(b) > 0 {
			t.Errorf("held with %s: %v", l, b)
		}
	}
}

// A grade whose cause is that works are done, or in a conclusion, is no system's.
func TestLetterOfAFactoryAfterWorks(t *testing.T) {
	const text = "车间可靠性鉴定报告\n报告编号：AB-2026-17\n一、依据\n《工业建筑可靠性鉴定标准》GB 50144-2019\n二、评级\n上部承重结构B级，地基基础A级。\n三、鉴定结论\n车间可靠性等级为二级，不影响整体使用。\n%s\n四、处理建议\n螺栓拧紧。\n"
	for l, held := range map[string]bool{"评A级的原因是加固完成。": true, "评B级的由来是抗风柱顶螺栓松动两颗。": false} {
		got := Read(setText(wrapped(strings.Replace(text, "%s", l, 1))), Options{})
		if h := has(got.Reasons, "danger_without_standard"); h != held {
			t.Errorf("%s: %t: %v", l, h, blockers(got.Reasons))
		}
	}
}
