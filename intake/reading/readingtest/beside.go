package readingtest

import "regexp"

// houseTold finds what a conclusion tells of its house in brackets: （建筑面积1206㎡，地上五层，框架结构）.
var houseTold = regexp.MustCompile(`（([^（）]*面积[0-9.]+[^（）]*)）`)

// Beside is a sentence that stands beside the conclusion of a sound report and
// changes nothing.
type Beside struct {
	Where string `yaml:"where"` // conclusion, advice or inspection
	Text  string `yaml:"text"`
}

// BuildBeside sets a short sound report with the sentence in its place.
func (w *Wordings) BuildBeside(x Beside, standard, conclusion, advice string) Report {
	return w.beside(x.Where, x.Text, "江津区支坪镇真武街8号", standard, conclusion, advice)
}

func (w *Wordings) beside(where, text, address, standard, conclusion, advice string) Report {
	parts := map[string][]WrittenBlock{
		"inspection": {{P: "墙体局部有抹灰裂缝。"}}, "conclusion": {{P: conclusion}}, "advice": {{P: advice}},
		"end": {{L: "鉴定人：周敏　审核：方仲元　批准：何以诚"}},
	}
	if text != "" {
		parts[where] = append(parts[where], WrittenBlock{P: text})
	}
	house := "砖混结构三层，建筑面积330㎡"
	if m := houseTold.FindStringSubmatch(conclusion); m != nil {
		house = m[1] // the house is the one that the conclusion describes
	}
	k := Whole{ID: text, Blocks: []WrittenBlock{
		{Title: "房屋安全鉴定报告"}, {L: "报告编号：JY-2026-301"}, {L: "委托单位：江津区支坪镇人民政府"},
		{L: "鉴定单位：重庆精砚建筑检测有限公司"}, {L: "房屋地址：" + address}, {L: "签发日期：2026年11月11日"},
		{H: "一、概况"}, {P: house + "，1998年建，2026年11月3日检测。"}, {H: "二、依据"}, {P: standard},
	}}
	for _, part := range []struct{ heading, name string }{{"三、检查情况", "inspection"}, {"四、鉴定结论", "conclusion"}, {"五、处理建议", "advice"}, {"", "end"}} {
		if part.heading != "" {
			k.Blocks = append(k.Blocks, WrittenBlock{H: part.heading})
		}
		k.Blocks = append(k.Blocks, parts[part.name]...)
	}
	return w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12})
}
