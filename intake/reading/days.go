package reading

import (
	"strings"
)

// A date in running text is the day of whatever is told beside it. The nearest
// of these words decides: those behind the date in its clause and the next, or
// the last ones before it.
type happening int

const (
	hNothing happening = iota
	hVisit
	hIssue
	hOther // asked for, built, calibrated, shaken, born
)

var happenings = []struct {
	re *guarded
	to happening
}{
	{re(`(?:鉴定|检测)(?:委托|申请|合同|协议|邀请)|(?:检测|检验|试验|勘察|监测)报告|委托|申请|来函|来电|来信|签订|签约|受理|收到|签收|送达|领取|归档|初稿|[一二三]稿|反映|要求|通知|报修|联系|会议|建成|建造|修建|竣工|始建|落成|投入使用|改造|加固|翻修|修缮|维修|扩建|加建|加层|装修|施工|开工|购买|购得|搬|入住|地震|暴雨|降雨|强降|洪[水涝灾峰]|山洪|涨水|大水|大风|滑坡|火灾|起火|爆炸|坍|垮|开裂|发现|出现|发生|遭遇?|坠落|检定|校准|标定|有效期|有效|实施|施行|执行|起施|出生|生于|颁发|备案|登记|审批|拍摄|停用|空置|搬迁|设计|绘制|检修|设立|成立`), hOther},
	{re(`签发|签署|出具|印发|发布|发出|批准|出报告|编制完成|完成编制|编写完成|成文|落款|形成(?:本)?报告|报告形成|核发|出表|终稿|定稿|提交(?:本)?(?:鉴定)?报告`), hIssue},
	{re(`现场|到场|进场|入场|入户|到村|到户|到实地|实地|上门|登门|赶到|赶赴|赴|前往|派出?|指派|组织|安排|会同|逐[间层户栋]|检查|检测|查勘|勘查|踏勘|勘验|勘察|查验|察看|查看|看了|看过|检验|复测|外业|鉴定`), hVisit},
}

var (
	// The words that make an issue another paper's: its object, its subject.
	otherPaper  = re(`标准|规范|规程|图集|证书?|合格|合同|协议|委托书|通知|图纸?|许可|文件|方案|纪要|检测报告|检验报告|试验报告|勘察报告|测绘报告|监测报告|会议|批复`)
	issuedBy    = re(`^(?:的(?:鉴定|检测)?报告|的[^,。;]{0,12}(?:报告|意见)|[^,。;]{0,4}(?:的报告|报告中))`)
	thisReport  = re(`本报告|本鉴定|本函|报告(?:已|业)?(?:于|在|由)?$|报告书?(?:于|在)$`)
	ofStandard  = re(`《|GB|JGJ|标准|规范|规程`)
	orgInBefore = re(trades)
)

// happenedOn tells of what the date at t[from:to] is the day.
func happenedOn(t string, from, to int) happening {
	after := t[to:]
	if i := strings.IndexAny(after, "。;"); i >= 0 {
		after = after[:i]
	}
	if ds := datesIn(after); len(ds) > 0 {
		after = after[:ds[0].from]
		if i := strings.LastIndexByte(after, ','); i >= 0 {
			after = after[:i] // 初稿4月2日,终稿4月16日: what stands before the next day is of that
		}
	}
	before := t[:from]
	if i := strings.LastIndexAny(before, "。;"); i >= 0 {
		before = before[i+1:]
	}
	if i := strings.LastIndexByte(before, ','); i >= 0 {
		before = before[i+1:]
	}
	switch f := labelTail(strings.TrimRight(before, ":")); {
	case f == fInspected:
		return hVisit
	case f == fIssued:
		return hIssue
	case f != fNone && strings.HasSuffix(before, ":"):
		return hOther
	}
	before, after = tailOf(nameless(before), 24), nameless(after)
	if h := nextHappening(clip(after, 60)); h != hNothing {
		return h
	}
	return lastHappening(before)
}

// nameless takes the names of organisations out of a text: 重庆某检测公司 does not
// say that anybody measured.
func nameless(s string) string {
	return orgName.ReplaceAllStringFunc(deedOfBody.ReplaceAllString(s, ""), func(name string) string {
		if m := nameAfter.FindStringIndex(name); m != nil {
			return name[:m[1]]
		}
		return ""
	})
}

// deedOfBody: who does it, or by what rule.
var deedOfBody = re(`(?:` + deed + `)+(?:公司|单位|机构|中心|所|站|院|标准|规范|规程|依据|目的|范围)`)

// nameAfter: up to where a name begins that was taken too long.
var nameAfter = re(`^.*(?:委托|聘请|邀请|受|由|与)`)

func nextHappening(s string) happening {
	out, at := hNothing, len(s)
	for _, h := range happenings {
		if m := h.re.FindStringIndex(s); m != nil && m[0] < at {
			out, at = h.to, m[0]
		}
	}
	return out
}

func lastHappening(s string) happening {
	out, at := hNothing, -1
	for _, h := range happenings {
		if i := lastOf(h.re, s); i > at {
			out, at = h.to, i
		}
	}
	return out
}

// fromDays reads the days of inspection and of issue from running text. Where a
// report is signed (closing) nobody tells of the visit.
func (c candidates) fromDays(it *item, closing bool) {
	t := it.text.text
	ds := datesIn(t)
	for i := 0; i < len(ds); i++ {
		d, to := ds[i], ds[i].to
		if i+1 < len(ds) && ds[i+1].from == to { // from … to …
			i++
			to = ds[i].to
		}
		before, after := titledName.ReplaceAllString(t[:d.from], "_"), t[to:]
		if histCue.MatchString(tailOf(before, 12)) || histCue.MatchString(clip(firstClause(strings.TrimLeft(after, ",")), 16)) {
			continue
		}
		switch happenedOn(t, d.from, to) {
		case hVisit:
			if !closing && it.section != secAdvice && it.section != secAppendix && !issuedBy.MatchString(after) {
				c.add(fInspected, it.text.sub(d.from, to), it.page, 0)
			}
		case hIssue:
			if issuesThis(before, after) {
				c.add(fIssued, it.text.sub(d.from, to), it.page, 0)
			}
		}
	}
}

// titledName: who was there; 工程师曾晓燕于 tells of no earlier time.
var titledName = re(`(?:工程师|建造师|鉴定员|检测员|技术员|安全员|人员|助理|组长|主任|所长|同志)[` + surnames + `][\p{Han}]{1,2}`)

// issuesThis tells whether the words round a date of issue are of this report,
// and not of a standard, a certificate or another agency's report.
func issuesThis(before, after string) bool {
	if i := strings.LastIndexAny(before, "。;"); i >= 0 {
		before = before[i+1:]
	}
	after = firstClause(after)
	if ofStandard.MatchString(before) && !thisReport.MatchString(before) {
		return false
	}
	near := tailOf(before[strings.LastIndexByte(before, ',')+1:], 20)
	if issuedBy.MatchString(after) || strings.Contains(after, "的") && !strings.Contains(after, "本") || otherPaper.MatchString(after) || otherReport.MatchString(near) {
		return false
	}
	if m := orgInBefore.FindAllStringIndex(near, -1); m != nil && lastHappening(near[m[len(m)-1][1]:]) == hIssue {
		near = near[m[len(m)-1][1]:] // …有限公司(盖章)成文于
	}
	return thisReport.MatchString(near) || strings.HasSuffix(near, "章)") || after == "签发" && signsAlone(near) || labelTail(near) == fIssued || !otherPaper.MatchString(near) && !orgInBefore.MatchString(near) || orgInBefore.MatchString(near) && strings.Contains(near, "我")
}

func firstClause(s string) string {
	if i := strings.IndexAny(s, ",。;"); i >= 0 {
		return s[:i]
	}
	return s
}

// signsAlone tells whether a text is an agency's name as it signs.
func signsAlone(t string) bool {
	m := orgName.FindStringIndex(t)
	return m != nil && m[0] == 0 && sealed.MatchString(t[m[1]:])
}
