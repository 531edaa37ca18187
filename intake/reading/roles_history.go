package reading

// past tells whether the words before a mention speak of an earlier time, and
// nothing since brings them back to the present.
func past(before string, year int) bool {
	cue := lastOf(histCue, before)
	if year > 0 {
		for _, m := range yearCue.FindAllStringSubmatchIndex(before, -1) {
			y := 0
			if m[2] >= 0 {
				y = atoi(before[m[2]:m[3]])
			} else {
				y = number(before[m[4]:m[5]])
			}
			if m[0] > 0 && before[m[0]-1] >= '-' && before[m[0]-1] <= '9' {
				continue // GB 50292-2015年版, a number
			}
			if y >= 1900 && y < year && rated.MatchString(before[m[1]:]) && !builtYear.MatchString(before[:m[0]]) && !builtNext.MatchString(before[m[1]:]) {
				cue = max(cue, m[0])
			}
		}
	}
	return cue >= 0 && cue > lastOf(nowCue, before)
}

// eventsOnly: the earlier times that a conclusion names are those of the house, and
// of no appraisal: 安全性不因曾经失火而降低,安全性等级评定为.
func eventsOnly(c setting) bool {
	at := lastOf(histCue, c.before)
	own := len(c.before) - len(clauseBefore(c.before, len(c.before)))
	if at < 0 || at >= own || !gradeNamed.MatchString(c.clause) {
		return false
	}
	for _, x := range clauses(c.before[:own]) {
		if t := c.before[x.from:min(x.to, own)]; histCue.MatchString(t) && (toldBySomebody.MatchString(t) || !houseEvent.MatchString(t)) {
			return false
		}
	}
	return true
}

var (
	gradeNamed     = re(`(?:安全性|危险性)(?:鉴定)?(?:等级|级别)?(?:综合|仍|据此)*(?:评定|评|定|判定|维持)?为?["“]?$`)
	houseEvent     = re(`失火|火灾|过火|装修|使用|受灾|水淹|进水|地震|撞|翻修|修缮|维修|饰面|渗漏|漏|老化|建成|始建|施工|开挖|沉降|裂缝|搬|受损|加固|改造|改作|改建|拆除`)
	toldBySomebody = re(`鉴定|评|等级|报告|检测|普查|排查|资料|显示|档案|口述|介绍|反映|记录|结论|意见|[A-D](?:su|u)?级`)
)

// comparedYear: 与2018年的Bsu级相比,本次维持同级.
func comparedYear(before, after string, year int) bool {
	m := withYear.FindStringSubmatch(before)
	return m != nil && asBefore.MatchString(after) && atoi(m[1]) < year
}

var (
	withYear = re(`(?:与|和|同|较|比|对照)((?:19|20)[0-9]{2})年(?:[0-9]{1,2}月)?(?:的|所)?(?:鉴定|评定|评|那次|报告)?(?:的|为)?["“]?$`)
	asBefore = re(`^["”]?(?:等级|结论|结果)?(?:相比|比较|相较|对比|相同|一致|持平|对照)`)
)

// earlier: 2024年11月的Csu级结论: a year before the report's, whose conclusion the grade
// is called.
func earlier(before, after string, year int) bool {
	m := yearOf.FindStringSubmatch(before)
	if m == nil || !itsResult.MatchString(after) {
		return false
	}
	y := atoi(m[1])
	if m[1] == "" {
		y = number(m[2])
	}
	return y >= 1900 && y < year
}

var (
	yearOf = re(`(?:((?:19|20)[0-9]{2})|([一二][〇零○一二三四五六七八九0]{3}))年(?:[0-9一二三四五六七八九十]{1,3}月)?(?:[0-9一二三四五六七八九十]{1,3}日)?(?:作出|评定|鉴定|得出|出具)?的["“]?$`)
	// a conclusion that, as the words go on, holds no more
	itsResult = re(`^["”]?的?(?:鉴定|评定)?(?:结论|等级|评级|意见|结果)[^。;仍维]{0,6}(?:系|是|为)?(?:针对|对应|反映)[^。;]{0,10}(?:加固|改造|修缮|维修|整治|处理)前|^["”]?的?(?:鉴定|评定)?(?:结论|等级|评级)(?:自本(?:报告|次鉴定)[^,。;]{0,8}起,?)?[^。;仍]{0,6}(?:不再|已不)(?:适用|代表|成立|有效|反映)|^["”]?的?(?:问题|隐患|缺陷|病害|险情)(?:已经?|均已|业已|现已)(?:全部|均|经)?(?:加固|处理|维修|整改|修复|治理|改造)*(?:消除|解决|排除|整改|处理|加固|修复|完成)`)
)

// mendedSince: 安全性等级由2019年之Csu级,经加固后现评定为Bsu级. The earlier grade is of an earlier year or
// appraisal, and what is rated now follows; a plan, or what may be, rates nothing now.
func mendedSince(c setting) bool {
	m := fromThen.FindStringSubmatch(c.clause)
	return m != nil && (m[1] == "" || atoi(m[1]) < c.year) && ratedNow.MatchString(c.after) && !mayChange.MatchString(c.clause) && lastOf(condBefore, c.before) < 0
}

// then and now: of the words that tell of an earlier grade, and of what became of it.
const (
	then = `[由自从](?:原|前次|上次|首次|此前|过去|((?:19|20)[0-9]{2})年)(?:[0-9]{1,2}月)?(?:鉴定|评定)?(?:时)?(?:所评)?(?:的|之|为)?["“]?`
	now  = `["”]?级?,?(?:后)?(?:(?:经|因|历经)[^,。;拟待将若如应须需宜可计划预未算验案图假按]{0,14}(?:加固|修缮|维修|改造|整治|处理|治理|更换|修复)[^,。;拟待将若如应须需宜可计划预未算验案图假按]{0,8},?)?(?:至今|至本次|本次|此次|现今?|今)(?:经?(?:鉴定|复核|检测|综合))?(?:重新)?(?:评定|评|鉴定|判定|定|改评|升|提高|提升|变更|调整)(?:为|至|到|成)["“]?`
)

var (
	fromThen  = re(then + `$`)
	ratedNow  = re(`^` + now + `[A-D](?:su)?级`)
	sinceThen = re(then + `[A-D](?:su)?` + now + `$`)
	// ratedToday: what is rated so is none of what works will bring.
	ratedToday = re(`(?:^|[^如若])(?:现|本次|此次|现今|今)(?:经?(?:鉴定|复核|检测|综合))?(?:重新|综合)?(?:评定|评|鉴定|判定)为["“]?$`)
)
