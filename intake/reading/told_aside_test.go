package reading

import (
	"strings"
	"testing"
)

// What reports tell besides takes nothing back; its near twins do.
func TestToldAside(t *testing.T) {
	for place, lines := range map[string]map[string]bool{
		"CONCLUSION": {
			// grades that are named and not given
			"附注：Csu、Dsu为余下两档，本栋不必涉及。":                     false,
			"附注：Csu、Dsu为更低两档，本栋二层涉及。":                     true,
			"附注：Csu、Dsu为更低两档，本楼无须引用，实取其一。":                true,
			"另按JGJ 125核对，未见危险构件，评为A级。":                    false,
			"另按JGJ 125核对，未见危险构件，评为A级，两本标准各算各的，不能互换。":      false,
			"另按JGJ 125核对，危险构件九件，评为D级。":                    true,
			"不够Asu级是因为二层一根次梁保护层偏薄。":                       false,
			"评为Bsu级偏高，也够不上。":                              true,
			"按JGJ 125，承重结构不能满足安全使用要求、整体处于危险状态者为D级，本房屋即是。": true,
			// the next use, as before
			"可照常开放，参观照旧。":         false,
			"参观照旧，等级待复核后确定。":      true,
			"三层同类构件仅此一件，占4%。":     false,
			"同类房屋仅此一幢未评。":         true,
			"门上方只压一皮砖。":           false,
			"标准所列三项否决情形均不成立。":     false,
			"标准所列三项否决情形有一项成立。":    true,
			"节点转角标记齐整，没有松脱。":      false,
			"没有完成的检测另行补充。":        true,
			"提取码已短信告知委托方。":        false,
			"等级已短信告知委托方。":         true,
			"鉴定有效期至2031年雨季前。":     false,
			"等级有效至挡墙拆除前。":         true,
			"主筋锈蚀后剩余7.6mm，原为8mm。": false,
			"等级原为Csu级，暂未调整。":      true,
		},
		"ADVICE": {
			"2、铜钉每年读一次，留守处撤了就移交社区。":  false,
			"2、留守处的住户撤了再读。":          true,
			"2、檩条更换前把稻草搬下来。":         false,
			"2、檩条更换前住户搬出去住。":         true,
			"2、夜间锁门断电。":              false,
			"2、夜间锁门，不要住人。":           true,
			"2、雨后看一圈，要是墙缝变宽，打网格员电话。": false,
			"2、墙缝正在变宽，打网格员电话。":       true,
		},
		"INSPECTION": {
			"建筑面积412平方米，以不动产登记为准，未再测绘。": false,
			"裂缝以前次记录为准，未再测量。":           true,
			"初稿征求意见：2026年10月30日":        false,
			"初稿已送业主核对地址、户名，技术判断未作任何更改。": false,
			"初稿已送业主核对等级，按其意见更改。":        true,
			"报告状态：终稿，替代2月17日征求意见稿。":     false,
			"送审稿中楼名少写“新”字，终稿已改，其余一字未动。": false,
			"送审稿被退回，等级待定。":              true,
			"门锁着，未进入，该间已搬空上锁。":          true,
			"垫块缺角一处，未及锚栓。":              false,
			"裂缝已及锚栓，未及处理。":              true,
			"石阶缝密，不见歪闪。":                false,
			"石柱歪闪，不见好转。":                true,
			"避雷引下线锈断一处。":                false,
			"屋架拉杆锈断一处。":                 true,
			"连廊为轻钢，一端支座滑动。":             false,
			"东侧坡体滑动。":                   true,
			"走廊盖板翘起，推车时有响声。":            false,
			"走廊盖板翘起，大梁有异响。":             true,
			"房主送来两盒茶叶，当场退回。":            false,
			"审核人把计算书当场退回。":              true,
			"本报告不作征收补偿凭据。":              false,
			"本报告不作安全凭据。":                true,
			"观测末次沉降速率0.005毫米/天，判稳。":     false,
			"观测末次沉降速率0.5毫米/天。":          true,
			"砖柱抗力效应比1.13（含0.35千帕风压）。":   false,
			"砖柱抗力效应比0.35。":              true,
			"荷载试验加至设计值的1.1倍，无新裂缝。":      false,
			"二层堆载为设计值的1.5倍。":            true,
			"水塔在院外，倒塌范围不及本楼。":           false,
			"水塔在院外，倒塌时砸到本楼。":            true,
			"整体承载能力没有明显不足。":             false,
			"整体承载能力明显不足。":               true,
		},
	} {
		for l, held := range lines {
			text := strings.Replace(attackedWith(place, l), "GB 50292-2015", "GB 50292-2015）及《危险房屋鉴定标准》（JGJ 125-2016", 1)
			b := blockers(Read(setText(wrapped(text)), Options{}).Reasons)
			if held && len(b) == 0 {
				t.Errorf("%s: %s: accepted", place, l)
			}
			if !held && len(b) > 0 {
				t.Errorf("%s: %s: held: %v", place, l, b)
			}
		}
	}
}

// A small length is read with its point.
func TestSmallLengths(t *testing.T) {
	for text, want := range map[string]string{"0.005毫米": "0.005mm", "宽0.08毫米": "宽0.08mm", "九公分半": "9.5cm", "3.5米": "3.5m", "12毫米": "12mm"} {
		if got := inFigures(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A factory's report that explains a letter speaks of one of its systems.
func TestLettersOfAFactoryExplained(t *testing.T) {
	const text = "车间可靠性鉴定报告\n报告编号：AB-2026-17\n一、依据\n《工业建筑可靠性鉴定标准》GB 50144-2019\n二、评级\n上部承重结构B级，地基基础A级。\n三、鉴定结论\n车间可靠性等级为二级，不影响整体使用。\n%s\n四、处理建议\n螺栓拧紧。\n"
	for l, danger := range map[string]bool{"评B级的由来是抗风柱顶螺栓松动两颗。": false, "评D级的由来是整座车间倾斜。": true} {
		got := false
		for _, f := range Read(setText(wrapped(strings.Replace(text, "%s", l, 1))), Options{}).Findings {
			got = got || f.Aspect == "danger"
		}
		if got != danger {
			t.Errorf("%s: a class of danger: %t", l, got)
		}
	}
}
