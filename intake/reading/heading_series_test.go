package reading

import (
	"fmt"
	"strings"
	"testing"

	"jianding/schemas"
)

// countedHead writes the heading of the n-th part in a style.
func countedHead(style string, n int, head string) string {
	han, formal, stems := []rune("零一二三四五六七八九"), []rune("零壹贰叁肆伍陆柒捌玖"), []rune("零甲乙丙丁戊己庚辛壬")
	return strings.NewReplacer("#", fmt.Sprint(n), "一", string(han[n]), "壹", string(formal[n]), "甲", string(stems[n])).Replace(style) + head
}

var partStyles = []string{"第一节　", "第一部分　", "第#章　", "壹　", "一、", "甲、", "#　", "#. ", "一　", "〇一　", "(#) "}

// Behind the conclusion the parts go on by their numbers: what is advised, whatever
// it is headed, and what is said besides, which concludes nothing.
func TestPartsBehindTheConclusion(t *testing.T) {
	text := func(style, advice, end string) string {
		return "房屋安全性鉴定报告\n报告编号：AB-2026-17\n" +
			countedHead(style, 1, "工程概况") + "\n该房为三层砖混结构，建筑面积412平方米。\n" +
			countedHead(style, 2, "检查情况") + "\n墙体未见裂缝。\n" +
			countedHead(style, 3, "鉴定结论") + "\n依据GB 50292-2015，该房屋安全性等级评定为Bsu级。\n" +
			countedHead(style, 4, advice) + "\n屋面防水层请于雨季前修补。\n" +
			countedHead(style, 5, end) + "\n委托方所交图纸的原件已退还。\n"
	}
	for _, style := range partStyles {
		for i, advice := range []string{"维护意见", "措施", "请院方做", "日常维护提示", "办理意见", "下一步", "改造与维护", "维护性建议", "怎么办", "注意事项", "处理建议"} {
			end := []string{"附言", "补充", "交代", "其他", "有关事项", "说明", "备注", "几点说明", "约定与签署"}[i%9]
			r := &reader{roles: roleRules()}
			pages, _, _ := r.load(setText(wrapped(text(style, advice, end))), Options{})
			for _, it := range markSections(assemble([][]*line{pages[0].lines})) {
				switch {
				case strings.HasPrefix(it.text.text, "屋面防水层请"):
					if it.section != secAdvice {
						t.Errorf("%s: advice in %q", countedHead(style, 4, advice), it.section)
					}
				case strings.HasPrefix(it.text.text, "委托方所交"):
					if it.section == secConclusion || it.section == secAdvice {
						t.Errorf("%s: said besides in %q", countedHead(style, 5, end), it.section)
					}
				}
			}
		}
	}
	// What is said besides can still take the conclusion back.
	for _, end := range []string{"附言", "补充", "其他", "交代"} {
		for _, x := range []string{"上述等级为暂定，待复测后另行确认。", "地下室未能进入，其等级不包括在内。", "三层后墙已倾斜，有倒塌危险。"} {
			got := Read(setText(wrapped(strings.Replace(text("第一节　", "措施", end), "委托方所交图纸的原件已退还。", x, 1))), Options{})
			if !asksForHuman(got.Reasons) && len(got.Statements) == 0 {
				t.Errorf("%s: %s is accepted", end, x)
			}
		}
	}
}

func asksForHuman(rs []schemas.Reason) bool {
	for _, x := range rs {
		if info, ok := x.Code.Info(); x.Code != "field_missing" && (!ok || info.Weight != schemas.WeightNote) {
			return true
		}
	}
	return false
}
