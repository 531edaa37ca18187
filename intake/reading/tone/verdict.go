package tone

import "strings"

// The plain assertion of a grade, with what its standard has it mean, is no part of
// a sentence's tone: those that nobody may accept often give one too.

// verdictMark stands in the place of a verdict.
const verdictMark = "◎"

// verdict is what the words of an assertion end or begin with.
type verdict struct {
	cores         []string
	before, after []string // words that belong to it, longer ones first
}

var verdicts = []verdict{
	{ // 经鉴定,该房屋的安全性等级综合评定为“Bsu级”
		cores: []string{"Asu", "Bsu", "Csu", "Dsu", "A_su", "B_su", "C_su", "D_su", "A级", "B级", "C级", "D级"},
		before: []string{"综合评定", "综合判定", "被鉴定", "鉴定单元", "鉴定对象", "建筑物", "安全性", "危险性", "鉴定", "评定", "判定", "综合", "等级", "级别", "评级", "结果", "现状", "整体", "主体", "结构",
			"安全", "危险", "房屋", "建筑", "受检", "所检", "住宅", "确定", "该", "本", "此", "楼", "的", "为", "是", "作", "评", "定", "属", "列", "应", "可", "均", "被", "级", ":", "(", "“", "\"", "「"},
		after: []string{"级", ")", "”", "\"", "」"},
	},
	{ // 尚不显著影响房屋整体承载功能
		cores:  []string{"整体承载", "整体安全"},
		before: []string{"不显著", "显著", "严重", "影响", "房屋", "结构", "的", "不", "未", "尚", "且", "已"},
		after:  []string{"功能", "能力", "性"},
	},
}

// withoutVerdict puts a mark in the place of each verdict. What only names the
// whole, 房屋整体安全隐患, is left.
func withoutVerdict(s string) string {
	for _, v := range verdicts {
		s = v.marked(s)
	}
	return s
}

func (v verdict) marked(s string) string {
	var out strings.Builder
	for {
		at, core := v.first(s)
		if at < 0 {
			out.WriteString(s)
			return out.String()
		}
		head, tail := s[:at], s[at+len(core):]
		rest := trimEach(head, v.before, strings.CutSuffix)
		if v.cores[0] == "整体承载" && !strings.Contains(head[len(rest):], "影响") {
			out.WriteString(head + core)
		} else {
			out.WriteString(rest + verdictMark)
			tail = trimEach(tail, v.after, strings.CutPrefix)
		}
		s = tail
	}
}

// first finds the core that stands first.
func (v verdict) first(s string) (at int, core string) {
	at = -1
	for _, c := range v.cores {
		if i := strings.Index(s, c); i >= 0 && (at < 0 || i < at) {
			at, core = i, c
		}
	}
	return at, core
}

// trimEach cuts words off an end as long as there are any, the first that fits.
func trimEach(s string, words []string, cut func(s, word string) (string, bool)) string {
	for {
		cutOff := false
		for _, w := range words {
			if s, cutOff = cut(s, w); cutOff {
				break
			}
		}
		if !cutOff {
			return s
		}
	}
}
