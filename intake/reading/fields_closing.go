package reading

import (
	"strings"
)

// A report that is headed to its very end, 说明 or 附言 behind the conclusion, is
// signed there. What such a part says is no declaration on the first pages.

// closings marks the items of such parts.
func closings(items []*item) map[*item]bool {
	out := make(map[*item]bool)
	concluded, last := false, false
	for _, it := range items {
		concluded = concluded || it.section == secConclusion
		if it.heading {
			t := it.text.text
			last = besides.MatchString(strings.TrimRight(t[len(headNumber.FindString(t)):], ":"))
		}
		if concluded && (it.section == secDeclaration || last && it.section == secInspection) {
			out[it] = true
		}
	}
	return out
}

// fromClosing takes the agency behind its label and the day alone on a line where a
// report ends, if it told no other.
func (c candidates) fromClosing(it *item) {
	t := it.text.text
	for _, m := range inlineLabel.FindAllStringIndex(t, -1) {
		if n := agencyIn(t[m[0]:m[1]-1], t[m[1]:]); n > 0 && len(c[fAgency]) == 0 {
			c.add(fAgency, it.text.sub(m[1], m[1]+n), it.page, 1)
		}
	}
	if len(c[fIssued]) > 0 {
		return
	}
	for _, l := range linesOf(it.text) {
		ds := datesIn(l.text)
		if len(ds) == 1 && ds[0].to == len(l.text) && approvedThen.MatchString(l.text[:ds[0].from]) {
			c.add(fIssued, l.sub(ds[0].from, ds[0].to), it.page, 0)
			continue
		}
		if len(ds) == 1 && signedThen.MatchString(l.text[:ds[0].from]) && signedThere.MatchString(l.text[ds[0].to:]) {
			c.add(fIssued, l.sub(ds[0].from, ds[0].to), it.page, 0)
		}
	}
}

var (
	// 授权签字:冯治平 2025年5月6日: the day on which the report was approved
	approvedThen = re(`^(?:[^。;]{0,40}[,;])?(?:批准|签发|核准|授权签字|授权批准)人?:?\p{Han}{2,4},?$`)
	// 乙方盖章处:2022年10月31日, 落款:某某房屋鉴定所,2023年10月25日
	signedThen = re(`^(?:(?:` + orgChar + `{0,12}(?:盖章|签章|用印)处?|落款|特此[\p{Han}]{1,4}|日期|时间|报告日期)?[:。]?(?:` + orgChar + `{3,36}?` + trades + branch + `)?[,:]?)?$`)
	// 二〇二一年十月二十日于古溪, 2023年2月20日诚实事务所章
	signedThere = re(`^[,]?(?:于\p{Han}{2,6}|\p{Han}{2,16}(?:章|印)|[(]\p{Han}{0,6}(?:章|印)[)]|编|编制|成文|签发|出具)?。?$`)
)
