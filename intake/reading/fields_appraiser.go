package reading

import (
	"strings"
)

// Who appraised is told by many labels (检测鉴定, 承鉴人, 出报告者, 盖章处), and some of
// them name a person in another report. What stands behind one that says nothing
// else is the agency where the entry's own shape is an agency's name.
var (
	appraiserLabel = re(`^机构$|^(?:本|该|报告|房屋|建筑|工程|安全性?|危险性|可靠性|司法|技术|质量|承|出|作|签|意见|检验|检测|鉴定|检查|评估|评定|复核|复检|复查|查勘|勘查|踏勘|勘验|查验|察看|查看|核查|鉴|检|编制|编写|撰写|起草|出具|执行|承接|办理|评价|诊断|做|实施|承担|承办|受理|受托|被委托|受委托|接受委托|发出|发件|发证|填报|制表|制作|作者|乙|盖章|用印|签章|落款|完成|服务|技术支撑|支撑|工作|施行|承揽|受邀|第三方|的)+(?:单位|机构|组织|部门|主体|公司|方|者|人|员|组|所|站|院|处|商)?(?:[(](?:盖章|公章|章|签章|乙方)[)])?(?:名称|全称)?$`)
	// another's deed on the ground or on the plans: 勘察单位; who wrote or sent a paper
	notAppraiser = re(`^(?:受检|被检|受鉴|被鉴|勘察|地勘|建筑|工程|房屋|服务|质量|技术|安全)(?:单位|机构|方|人|者|组织|部门|主体|公司)?$|^(?:发件|制作|制表)(?:人|方)?$`)
)

// agencyIn returns where in the entry of such a label an agency's name ends that
// begins it, or 0.
func agencyIn(label, entry string) int {
	if !appraiserLabel.MatchString(label) || notAppraiser.MatchString(label) {
		return 0
	}
	to := nameEnd(entry)
	if to == 0 || !appraises.MatchString(entry[:to]) || ofMe.MatchString(entry) {
		return 0
	}
	if rest := entry[to:]; rest != "" && !strings.ContainsAny(rest[:1], "(,;。") && !goesOn.MatchString(rest) {
		return 0 // 某某检测公司张工
	}
	return to
}

// nameEnd returns where an organisation's name ends that begins a text, or 0. What
// stands in brackets behind it is none of it, though it name another company.
func nameEnd(t string) int {
	end := 0
	i := strings.IndexByte(t, '(')
	if i > 0 && bodyEnd(t[:i]) == i {
		end = i + len(ofForm.FindString(t[i:]))
		return end + len(ofCompany.FindString(t[end:])) // 某某检测中心(重庆)有限公司
	}
	m := orgName.FindStringIndex(t)
	if m == nil || m[0] > 0 {
		return 0
	}
	end = m[1]
	if i := strings.LastIndexByte(t[:end], '('); i > 0 && !strings.Contains(t[i:end], ")") {
		end = bodyEnd(t[:i]) // the brackets name another: 某某鉴定服务站夏坝点(总站审签)
	}
	return end
}

// bodyEnd returns where the name of an organisation, with its outpost's, ends that
// begins a text without brackets, or 0.
func bodyEnd(t string) int {
	m := orgName.FindStringIndex(t)
	if m == nil || m[0] > 0 {
		return 0
	}
	if m[1] < len(t) && ofBranch.MatchString(t[m[1]:]) {
		return len(t)
	}
	return m[1]
}

var (
	// ofForm: brackets that are of the name, and not 总公司签发 or 盖章.
	ofForm    = re(`^[(](?:(?:特殊)?普通合伙|有限合伙|[^\P{Han}已经由含原受]\p{Han}{0,4}[^\P{Han}章发签])[)]`)
	ofCompany = re(`^(?:股份|集团|科技|技术)*有限(?:责任)?公司` + branch)
	// ofBranch: a small agency's outpost, 某某鉴定服务站夏坝点
	ofBranch = re(`^\p{Han}{2,4}(?:点|分部|科|组)$`)
	// drawer, designs: who drew the plans of the house made no appraisal of it.
	drawer  = re(`^(?:图纸?|施工图|设计)?(?:编制|编写|编|绘制|制图|出图|制作|完成|作者|出具|实施|承担)(?:单位|机构|方|人|者)?$`)
	designs = re(`(?:设计|勘察|勘测|规划)(?:研究)?(?:院|所|公司|有限公司|有限责任公司|室)`)
)

// drewPlans tells whether a label with its entry names who drew the plans, where no
// report says who made it.
func drewPlans(s section, label, entry string) bool {
	return s != secCover && s != secConclusion && s != secAdvice && s != secDeclaration && drawer.MatchString(label) && designs.MatchString(entry) && !appraisesAlone.MatchString(entry)
}

// ofMe: 乙方：本公司
var ofMe = re(`^(?:我|本|该|贵|你)(?:公司|单位|机构|院|所|中心|站|司|室|部|方|校|厂|村|镇|区|户|店)`)

// fieldBehind returns the field of a label with its entry: what the label says, or
// what the entry shows.
func fieldBehind(label, entry string) fieldName {
	f := labelOf(label)
	switch f {
	case fNone, fOther, fIssued, fInspected:
		if agencyIn(label, entry) > 0 {
			return fAgency
		}
	}
	return f
}

// appraiserBeside returns the agency's name that stands behind such a label in its
// cell, 检测鉴定：某某, or beside it.
func (t *table) appraiserBeside(i int) []glyph {
	text := newPassage(t.cells[i].glyphs)
	label, entry, _ := strings.Cut(text.text, ":")
	if entry != "" {
		if fieldBehind(label, entry) == fAgency {
			return text.sub(len(label)+1, len(text.text))
		}
		return nil
	}
	if v := t.entryOf(i); v != nil && fieldBehind(label, v.folded()) == fAgency && !t.inLabelLine(t.cells[i]) {
		return v.glyphs
	}
	return nil
}
