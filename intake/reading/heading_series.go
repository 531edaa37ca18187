package reading

import (
	"strings"
)

// Behind its conclusion a report has parts that every writer heads in his own words:
// 第八节 请院方做, 柒 措施, 7 维护意见, 第八部分 附言. Their numbers go on from that of the
// conclusion, and so they are told from what the conclusion says.

var (
	// toDo heads what is advised.
	toDo = re(`^(?:(?:日常|使用|后续|今后|以后|改造|结构)?(?:[与和及])?(?:维护|养护|保养|维修|修缮|修理|管护|整修)(?:性)?(?:[与和及](?:使用|管理|维护|保养|修缮))?(?:的)?(?:意见|建议|提示|提醒|要求|措施|事项|要点|安排)?|(?:改造|使用|管理)[与和及](?:维护|维修|保养)|(?:办理|处理|处置|整改|落实|实施|应对|跟进)(?:的)?(?:意见|办法|措施|要求|事项)?|(?:几[点项条])?(?:措施|建议|提示|提醒)|下一步(?:工作|措施|安排|怎么[办做走])?|(?:请|望|给|对|要|需)\p{Han}{1,6}(?:做|办|的话|留意)(?:的事)?|怎么[办修做]|(?:该|须|要)[办做]的事?项?|(?:温馨|使用|安全|友情)(?:提示|提醒)|使用注意(?:事项)?)$`)
	// also heads what is said besides, of the house or of the paper.
	besides = re(`^(?:附言|附记|后记|补充|补记|交代|交待|其他|其它|其余|余话|杂项|有关(?:事项|问题)|相关事项|其他(?:事项|说明)|(?:几点|有关)?说明|备注|约定[与和及]签署|签署|通用条款|声明)$`)
	onward  = re(`^(?:[〇0][1-9一二三四五六七八九][、.]?|第[0-9一二三四五六七八九十]{1,3}[章节部分条]{1,2}|[壹贰叁肆伍陆柒捌玖拾]{1,2}[、.]?|[甲乙丙丁戊己庚辛壬癸][、.]?|[(][0-9一二三四五六七八九十]{1,3}[)]|[一二三四五六七八九十]{1,3}[、.]?|[0-9]{1,2}[、.]?)`)
)

// partBehind returns the section that a line opens behind the conclusion, or "": its
// number follows that of the part before, and its words are of no sentence. What is
// said besides is still said of the house, but draws no conclusion.
func partBehind(opened, t string, advised bool) section {
	num := onward.FindString(t)
	rest := strings.TrimRight(strings.TrimLeft(t[len(num):], ".、 "), ":")
	if num == "" || opened == "" || partStyle(num) != partStyle(onward.FindString(opened)) {
		return ""
	}
	if a, b := ordinal(opened), ordinal(num); a == 0 || b != a+1 {
		return ""
	}
	switch {
	case toDo.MatchString(rest):
		return secAdvice
	case rest == "注意事项" && !advised:
		return secAdvice
	case besides.MatchString(rest):
		if s := matchSection(rest); s == secDeclaration {
			return s
		}
		return secInspection
	}
	return ""
}

// saysBesides tells whether a heading behind a conclusion names neither works nor
// papers: 几点意见, 附言. What such a part says of the grade is said to the conclusion.
func saysBesides(head string) bool {
	head = strings.TrimRight(head, ":。")
	return besides.MatchString(head) || opinion.MatchString(head)
}

// goesBehind tells whether a numbered line is a heading by which a part behind the
// conclusion is known, and not the beginning of what stands below it.
func goesBehind(head string) bool {
	head = strings.TrimRight(head, ":")
	return besides.MatchString(head) || toDo.MatchString(head) || opinion.MatchString(head)
}

// ordinal returns the number of a part, or 0: 第七节, 柒, 7, 庚.
func ordinal(num string) int {
	n := strings.TrimLeft(plainNumerals.Replace(num), "〇0")
	if i := strings.IndexAny(n, "甲乙丙丁戊己庚辛壬癸"); i >= 0 {
		return strings.Index("甲乙丙丁戊己庚辛壬癸", n[i:i+len("甲")])/len("甲") + 1
	}
	return number(numerals1.FindString(n))
}
