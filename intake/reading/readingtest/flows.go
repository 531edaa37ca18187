package readingtest

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"jianding/intake/reading/tone"
)

// flowHeads head the parts of a running text whose writer gave them none.
var flowHeads = map[string]string{
	"declaration": "声明", "overview": "工程概况", "basis": "鉴定依据", "inspection": "现场检查检测", "analysis": "结构验算", "calculation": "结构验算",
	"rating": "安全性评级", "conclusion": "鉴定结论", "advice": "处理建议", "end": "说明",
}

// headLike: 一、工程概况; 【结论】; 鉴定意见.
var headLike = regexp.MustCompile(`^[^。；：:]*[^。；：:》]$`)

// Flows builds the whole reports whose sentences stand one behind the other in a
// file of sentences: each begins with its cover. Paragraph by paragraph, plainly set.
func (w *Wordings) Flows(all []tone.Sentence) []Report {
	var out []Report
	var k Whole
	part := ""
	flush := func() {
		if len(k.Blocks) > 0 {
			out = append(out, w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12}))
		}
		k = Whole{ID: fmt.Sprint(len(out) + 1)}
	}
	for _, s := range all {
		if s.Section == "cover" && part != "cover" {
			flush()
		}
		switch {
		case s.Section == "cover" && len(k.Blocks) == 0:
			k.Blocks = append(k.Blocks, WrittenBlock{Title: s.Text})
		case s.Section == "cover":
			k.Blocks = append(k.Blocks, WrittenBlock{L: s.Text})
		case s.Section != part && utf8.RuneCountInString(s.Text) < 20 && headLike.MatchString(s.Text):
			k.Blocks = append(k.Blocks, WrittenBlock{H: s.Text})
		case s.Section != part:
			k.Blocks = append(k.Blocks, WrittenBlock{H: flowHeads[s.Section]}, WrittenBlock{P: s.Text})
		default:
			k.Blocks = append(k.Blocks, WrittenBlock{P: s.Text})
		}
		part = s.Section
	}
	flush()
	return out
}
