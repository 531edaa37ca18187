package reading

import (
	"fmt"
	"slices"
	"strings"

	"jianding/schemas"
)

var (
	// 受检房屋为A库、B库两栋单层仓库; 共四栋砖混宿舍.
	countOfHouses = re(`([两二三四五六七八九十]|[0-9]{1,2})(?:栋|幢|座|个单体|个鉴定单元)`)
	appraised     = re(`受检|鉴定对象|被鉴定|委托鉴定|本次(?:委托)?鉴定|鉴定范围|检测对象|组成|分别|共(?:计|有)?[两二三四五六七八九十0-9]|均为`)
	notAllOfThem  = re(`[幢栋座](?:全楼|整[幢栋楼])|其中|之一|相邻|毗邻|周边|周围|附近|小区|连接|相连|连体|拼接|原|曾|拆除|合并|划分为一个`)
	// 两栋房屋均为Bsu级
	allOfThem = re(`均|都|皆|各(?:栋|幢|座|单体|单元)|全部|所有|上述|[两二三四五六七八九十0-9](?:栋|幢|座)`)
)

// checkCount: a report that says how many houses it appraises wants a grade for
// each, or one sentence on all.
func (r *reader) checkCount(items []*item, fs []schemas.Finding) {
	var named []string
	for _, f := range fs {
		if !f.Scope.Speaks() || !weighty(f.Aspect) {
			continue
		}
		if unitKey(f.Unit) == defaultUnit && allOfThem.MatchString(fold(f.Evidence.Quote)) {
			return
		}
		if !slices.Contains(named, unitKey(f.Unit)) {
			named = append(named, unitKey(f.Unit))
		}
	}
	if len(named) == 0 {
		return
	}
	for _, it := range items {
		if it.table != nil || it.section != secOverview && it.section != secCover {
			continue
		}
		for _, s := range sentencesOf(it.text, it) {
			at := countOfHouses.FindStringSubmatchIndex(s.text)
			if at == nil || strings.HasSuffix(s.text[:at[0]], "第") && !ordinalBefore.MatchString(s.text[:at[0]]) || !appraised.MatchString(s.text) || notAllOfThem.MatchString(s.text) || calledSo(s.text, at, fs) || r.chosenOf(s.text[at[1]:], fs) {
				continue
			}
			m := []string{s.text[at[0]:at[1]], s.text[at[2]:at[3]]}
			n := 2
			if m[1] != "两" {
				n = number(m[1])
			}
			if f := ordinalBefore.FindStringSubmatch(s.text[:at[0]]); f != nil {
				n -= number(f[1]) - 1
			}
			if n > len(named) {
				r.reason("unit_without_conclusion", s.page, fmt.Sprintf("共%d个单体，结论中%d个", n, len(named)), s.whole())
			}
		}
	}
}

// calledSo tells whether what looks like a count is the name of a house that is
// graded: 受检房屋为锦绣里5栋, 3幢住宅楼共四层.
func calledSo(t string, at []int, fs []schemas.Finding) bool {
	return (!countsThem.MatchString(t[:at[0]]) || wholeOne.MatchString(t[at[1]:])) && slices.ContainsFunc(fs, func(f schemas.Finding) bool {
		return strings.HasPrefix(fold(f.Unit), t[at[0]:at[1]])
	})
}

// chosenOf: 共有三栋,委托鉴定的是1号主楼和2号木楼. Those that are named have their grades.
func (r *reader) chosenOf(rest string, fs []schemas.Finding) bool {
	loc := namedAsSubject.FindStringIndex(rest)
	if loc == nil {
		return false
	}
	us := unitsIn(clauseAfter(rest, loc[1]), r.known)
	return len(us) > 0 && !slices.ContainsFunc(us, func(u string) bool { return !containsUnit(unitsOfFindings(fs), u) })
}

var namedAsSubject = re(`(?:^|,)(?:本次|此次|这次)?(?:委托|受托)鉴定的?(?:是|为|仅为)`)

// ordinalBefore: 委托鉴定房屋为第一至第三栋
var ordinalBefore = re(`第([一二三四五六七八九十]|[0-9]{1,2})(?:栋|幢|座)?(?:至|到|~|-|、|和|及|与)(?:第[一二三四五六七八九十0-9]{1,2}(?:栋|幢|座)?(?:、|和|及|与))*第$`)

// wholeOne: 鉴定范围为3幢整幢建筑
var wholeOne = re(`^(?:整|全)[幢栋座]`)

var countsThem = re(`(?:共|计|有|为|是|等|的|及|和|组成)$`)
