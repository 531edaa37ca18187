package reading

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// mention is one grade in the text with everything that is known of it.
type mention struct {
	token
	standard  string
	scope     schemas.Scope
	aspect    schemas.Aspect
	units     []string // empty: the house as a whole
	rest      bool     // of all units that are not named otherwise (其余均为)
	role      schemas.Role
	rule      string // name of the role rule; "" when no rule holds: unclear
	section   section
	page      int
	sentence  sentence
	evidence  schemas.Evidence
	fromTable bool
	table     *item  // in which it stands, of a table's
	cell      *cell  // there
	caption   string // of the table in which it stands
	column    string // the head of its column there
	strong    bool   // the sentence says of itself that it concludes
	adrift    bool   // what it grades stood on words that are lost
	beheaded  bool   // its sentence begins with the rest of a unit's name
	alone     bool   // the only grade of a member in its row of a table
	other     bool   // a letter of some other scale: no grade of a house
}

var (
	otherScale      = re(`(?:质量控制|施工质量|施工控制|耐火|锈蚀|碳化|老化|损伤程度|抗震设防|抗震措施|抗震构造|抗震|设防|防水|场地|场地土|环境|环境类别|钢筋|资质|粗糙度|焊缝|绿色|防火|结构安全|安全等级为|重要性|设计|基础设计|地基基础设计|混凝土|强度|砂浆|材料|完损|信用|风险|复杂|勘察|剪力墙|框架抗震|屋面防水|腐蚀|裂缝控制|钢材|木材|材质|保护|文物|污染|噪声|诚信|企业|检测机构|(?:检测|检验|试验|抽样)类别|人员|档案|保密|响应|预警|气象|烈度|震级|地震|洪水|燃烧|疏散|节能|能效|建筑类别|后续使用|类建筑|施工|精度|仪器|准确度|偏差)(?:性能|构造|控制|使用|措施|材料|设计|类别|工程|类型|房屋|程度|性)*(?:的)?(?:等级|级别|类别|分类)?(?:要求|评定|划分|结果)?(?:均|按|应)?(?:为|是|属于?|达到|达|取|按|采用|:|不低于|定为|评为|评定为)?["“(]?$`)
	dangerWord      = re(`危险性|危险房屋|危房|JGJ/?T?125|JGJ/?T363|危险等级|危险程度|房屋危险|危旧`)
	reliabilityWord = re(`可靠性|可靠度`)
	seismicWord     = re(`抗震`)
	storeyWord      = re(`楼层|第[0-9一二三四五六七八九十]+层|[0-9一二三四五六七八九十]+层|层危险`)
	subUnitWord     = re(`子单元|子系统|地基基础|上部(?:承重)?结构|上部承重|围护(?:系统|结构)?|承重部分`)
	memberWord      = re(`构件|墙|梁|柱|板|屋架|檩|基础`)
	safetyWord      = re(`安全性|结构安全|安全等级评|GB/?T?50292|GB55021`)
)

// mentionsOf reads the grades of a sentence.
func (r *reader) mentionsOf(s sentence) []*mention {
	toks := tokens(s.text)
	var out []*mention
	prevEnd := 0
	for i, t := range toks {
		after := s.text[t.to:]
		before := s.text[:t.from]
		after = strings.TrimPrefix(after, "级")
		if strings.HasPrefix(s.text[t.from:t.to], string(t.grade)) && t.family == famUnitSafety {
			after = strings.TrimPrefix(after, "级")
		}
		m := &mention{token: t, section: s.section, page: s.page, sentence: s}
		r.scale(m, s, before, after)
		if m.other {
			prevEnd = t.to
			continue
		}
		c := setting{grade: m.grade, before: before, after: after, clause: announcing(s.text, t.from), section: s.section, year: r.year, rebuilt: r.rebuilt, told: s.para.text[:min(s.from, len(s.para.text))]}
		c.listed = s.listed
		c.inList = inList(s.text, toks, i)
		c.unitsBefore = len(unitsIn(s.unnumbered(c.clause), r.known)) > 0
		c.unitsAfter = ofAfter.MatchString(after) && len(unitsIn(clip(after, 30), r.known)) > 0
		r.assignRole(m, c)
		if m.rule == "" && rank(m.grade) >= 3 && comparedWith.MatchString(c.before) && unlike.MatchString(after) {
			m.role, m.rule = schemas.RoleNegated, "unlike"
		}
		if m.role == schemas.RoleDefinition && countsItself.MatchString(s.para.text[min(s.from+len(s.text), len(s.para.text)):]) {
			m.rule = "" // 评定为D级的应停止使用。本房屋属此类。
		}
		m.beheaded = tornUnit.MatchString(s.text)
		if m.adrift || wantsMore(m, c) || m.beheaded || s.inPara == 0 && !s.fromCell && subjectless.MatchString(c.before) {
			m.rule = ""
		}
		m.units, m.rest = r.subject(s, out, prevEnd, t, after)
		m.strong = concluding.MatchString(c.before)
		m.evidence = s.whole()
		if m.rule == "" && s.scale && lastOf(thisCue, s.text) < 0 {
			m.role, m.rule = schemas.RoleDefinition, "definition_torn"
		}
		out = append(out, m)
		prevEnd = t.to
	}
	r.pairUp(s, out)
	return out
}

// countsItself: the next sentence says that this house is one of those.
var countsItself = re(`^[。;]?(?:[0-9]{1,2}[.、)]|[(][0-9一二三四五六七八九十]{1,2}[)])?(?:本|该|此)(?:户|房|屋|楼|宅|栋|幢|座|住房|住宅|建筑|自建房|厂房|校舍|单元)+[^,。;不未非]{0,6}(?:属于?|归于?|即|正是|就是|便是|在|列入?)(?:[^,。;不未非]{0,2}(?:此|该|这|后|上述)(?:类|列|级|种|等|者|一类|一级|一种|情形|范围)|其(?:中|列|内)(?:[,。;]|$))`)

// 拿Csu级的条件来对,本房屋没有一项沾得上边: of a grade worse than the house's it tells
// that the house is not that bad.
var (
	comparedWith = re(`(?:拿|以|用|对照|按|照|比照|逐条对照)["“]?$`)
	unlike       = re(`^["”]?的?(?:条件|标准|要求|情形|特征|界定|描述|各项|条款)[^,。;]{0,4}(?:对|比|衡量|核对|对照|查对|套)?[^。;]{0,14}(?:没有|无|并无|未见|找不出)(?:任何)?一(?:项|条|处|款)[^,。;不未]{0,8}(?:沾|符合|够|吻合|相符|成立|对得上|适用)`)
)

// subjectless: a paragraph that begins with the verb; what it is about was
// torn off.
var subjectless = re(`^(?:等级|级别|均|综合)?(?:为|是|属于?|级)["“]?$`)

// pairUp gives each grade of "甲、乙、丙分别评定为Asu级、Bsu级、Dsu级" its own unit.
// Where the numbers differ it is not known which is whose.
func (r *reader) pairUp(s sentence, ms []*mention) {
	for i := 0; i < len(ms); i++ {
		n := 1
		for i+n < len(ms) && ms[i+n].family == ms[i].family && listMark.MatchString(s.text[ms[i+n-1].to:ms[i+n].from]) {
			n++
		}
		if n > 1 && strings.Contains(s.text[:ms[i].from], "分别") {
			units := ms[i].units
			if us := enumerated(s.unnumbered(s.text[:ms[i].from])); len(units) != n && len(us) == n && ms[i].scope.Speaks() {
				units = us
			}
			for k, m := range ms[i : i+n] {
				switch {
				case len(units) == n:
					m.units = []string{units[k]}
				case m.role == schemas.RoleConclusion:
					m.rule = ""
				}
			}
		}
		i += n - 1
	}
}

// enumerated returns the houses of a list whose grades follow respectively, by
// their places in it and whatever they are called: 综合楼、车库、食堂的安全性等级分别为.
func enumerated(before string) []string {
	i := strings.LastIndex(before, "分别")
	if i < 0 {
		return nil
	}
	list := respectiveTail.ReplaceAllString(before[:i], "")
	if j := strings.LastIndexAny(list, ",:;。"); j >= 0 {
		list = list[j+1:]
	}
	var out []string
	for _, u := range unitJoin.Split(list, -1) {
		if u = cleanUnit(stripLead(u)); u == "" || len([]rune(u)) > 12 || partName.MatchString(u) || slices.Contains(out, u) {
			return nil
		}
		out = append(out, u)
	}
	return out
}

var respectiveTail = re(`(?:[两二三四五六七八九十0-9]+(?:栋|幢|座|个单体|个鉴定单元|者))?(?:房屋|建筑物?|单体)?的?(?:现状)?(?:结构)?(?:安全性|危险性|可靠性)?(?:鉴定|评定)?(?:等级|评级|级别|结果|结论)?$`)

// announcing returns the clause before byte i; a colon that leads up to it ends
// none: 安全性等级为：Dsu级.
func announcing(s string, i int) string {
	b := strings.TrimRight(s[:i], `"“'‘`)
	if j := len(b) - 1; j >= 0 && b[j] == ':' {
		return clauseBefore(s, j) + s[j:i]
	}
	return clauseBefore(s, i)
}

// inList counts the grades of the same form that stand in a row with token i,
// joined by nothing but list marks.
func inList(s string, toks []token, i int) int {
	n := 1
	joined := func(a, b token) bool {
		return a.family == b.family && b.from >= a.to && listMark.MatchString(s[a.to:b.from])
	}
	for k := i; k > 0 && joined(toks[k-1], toks[k]); k-- {
		n++
	}
	for k := i; k+1 < len(toks) && joined(toks[k], toks[k+1]); k++ {
		n++
	}
	return n
}

var listMark = re(`^["”]?级?["”]?(?:[、,/]|和|及|或|与)["“]?$`)

var concluding = re(`综上|综合评定|评定为|评为|鉴定结论|结论为|最终|本次`)

func (r *reader) assignRole(m *mention, c setting) {
	for _, rule := range r.roles {
		if rule.holds(c) {
			m.role, m.rule = rule.role, rule.name
			return
		}
	}
	m.role = schemas.RoleOtherSubject
}

// scale decides what a token grades: standard, scope, aspect; or that it is a
// letter of another scale.
func (r *reader) scale(m *mention, s sentence, before, after string) {
	clause := clauseBefore(s.text, m.from)
	m.scope, m.aspect = formOf(m.family)
	switch m.family {
	case famSubSafety:
		if storeyWord.MatchString(clause) && !subUnitWord.MatchString(clause) && (r.usesDanger() || dangerWord.MatchString(s.text)) {
			m.scope, m.aspect = schemas.ScopeStorey, schemas.AspectDanger
		}
	case famNumeral:
		near := lastOf(reliabilityWord, before)
		if otherScale.MatchString(clause) || near < 0 && !reliabilityWord.MatchString(s.para.text) ||
			near < 0 && !assertBefore.MatchString(clause) {
			m.other = true
		}
		// A numeral that the conclusion states is the house's, even where the
		// word 可靠性 was broken off.
		bare := before == "" && s.inPara == 0 && !s.fromCell
		if m.other && s.section == secConclusion && (bare || assertBefore.MatchString(announcing(s.text, m.from))) && !otherScale.MatchString(clause) && !seismicWord.MatchString(s.text) && !memberWord.MatchString(clause) {
			m.other, m.adrift = false, true
		}
		if near < lastOf(seismicWord, before) {
			m.other = true
		}
		if subUnitWord.MatchString(clause) || memberWord.MatchString(tailOf(clause, 24)) && !strings.Contains(clause, "单元") {
			m.scope = schemas.ScopeSubUnit
		}
	case famLetter:
		r.letterScale(m, s, clause, before, after)
	}
	m.standard = r.standardOf(m, s.text)
}

func tailOf(s string, n int) string {
	rs := []rune(s)
	if len(rs) > n {
		return string(rs[len(rs)-n:])
	}
	return s
}

// otherAfter: "A级防火材料", "B级钢".
var otherAfter = re(`^["”]?(?:的)?(?:防火|不燃|难燃|材料|钢|砖|混凝土|防水|资质|人防|焊缝|螺栓|精度|保温|门|窗|标准|装修|景区|企业|单位|机构|幕墙|电梯)`)

// bareLead is how many characters may stand before a letter that is all a sentence says.
const bareLead = 4

var endsAll = re(`^级?["”]?[。;]?$`)

var dangerAfter = re(`^级?["”)]?(?:的)?(?:危险房屋|危房|危险|类危|[,:(]?(?:即)?(?:整幢|整栋|局部)危)`)

func (r *reader) letterScale(m *mention, s sentence, clause, before, after string) {
	m.scope, m.aspect = schemas.ScopeHouse, schemas.AspectDanger
	if dangerAfter.MatchString(after) {
		return
	}
	d, rel, saf := lastOf(dangerWord, before), lastOf(reliabilityWord, before), lastOf(safetyWord, before)
	said := announcing(s.text, m.from) // 鉴定等级:D级 on a cover
	switch {
	case otherAfter.MatchString(after), otherScale.MatchString(said) && !dangerWord.MatchString(said):
		m.other = true
	case r.ofSystem(clause, before), r.usesFactory() && rank(m.grade) <= mildest && !dangerWord.MatchString(s.para.text) && ratedAsCause.MatchString(before) && itsCause.MatchString(after) && !worksAsCause.MatchString(after):
		m.aspect, m.scope = schemas.AspectReliability, schemas.ScopeSubUnit
	case rel > d:
		m.aspect, m.scope = schemas.AspectReliability, schemas.ScopeSubUnit
		if !subUnitWord.MatchString(clause) {
			m.scope = schemas.ScopeUnit // a unit graded A–D for reliability: nobody's scale
		}
	case d >= 0:
	case r.recognisedSafety && !subUnitWord.MatchString(clause) && !memberWord.MatchString(clause):
		// 本次评定为D级 on a scan: recognition lost a subscript. Proposing the
		// grade of the report's only scale is right more often than the class
		// of a standard that it does not speak of; a human decides.
		m.family, m.grade = famUnitSafety, m.grade+"su"
		m.scope, m.aspect = formOf(m.family)
	case saf >= 0 && !r.usesDanger():
		// "安全性等级为C级": a letter without its subscript; whose scale is
		// not known.
		m.aspect, m.scope = schemas.AspectSafety, schemas.ScopeUnit
		if subUnitWord.MatchString(clause) {
			m.scope = schemas.ScopeSubUnit
		}
	case r.usesDanger():
		if !assertBefore.MatchString(clause) && !aspectWord.MatchString(clause) && !ratesAlone.MatchString(said) && !dangerWord.MatchString(s.para.text) && s.section != secConclusion {
			m.other = !houseWord.MatchString(clause)
			if m.other && s.section == secRating && !s.fromCell && s.inPara == 0 && utf8.RuneCountInString(before) <= bareLead && !negBefore.MatchString(before) && endsAll.MatchString(after) {
				m.other, m.adrift = false, true // 果:D级。 What it is of was lost.
			}
		}
	case houseWord.MatchString(clause) && strings.Contains(clause, "等级"), s.section == secConclusion:
	default:
		m.other = true
	}
}

// ofSystem tells whether a letter grades a structural system of a factory: GB
// 50144-2019 gives systems A to D and the unit 一级 to 四级. A letter beside a house
// is none of them.
func (r *reader) ofSystem(clause, before string) bool {
	if !r.usesFactory() {
		return false
	}
	if sub, house := lastOf(subUnitWord, clause), lastOf(houseWord, clause); sub >= 0 || house >= 0 {
		return sub > house
	}
	return subUnitWord.MatchString(before[strings.LastIndexAny(before, "。;")+1:])
}

// usesFactory: the standard of factories is the report's, whose letters grade systems.
func (r *reader) usesFactory() bool {
	return find(r.standards, "GB 50144") != "" && !r.usesDanger()
}

// 评B级的由来是抗风柱螺栓松动: a letter that a factory's report explains is a system's.
var (
	ratedAsCause = re(`(?:^|[,。;])(?:之所以)?(?:评|定|取|列)(?:为|作)?["“]?$`)
	itsCause     = re(`^["”]?的?(?:由来|原因|缘由|理由|是因|主要是)`)
	// 评A级的原因是加固完成: what is owed to works is nobody's system, and perhaps the house's
	worksAsCause = re(`加固|改造|修缮|维修|修复|处理|整改|施工|竣工|验收|完成|加层|补强`)
)

// ratesAlone: the label under which a cover or form states the class of the house.
var ratesAlone = re(`^(?:房屋|本次|最终|综合)?(?:危险性?|安全性?)?(?:综合)?(?:鉴定|评定)(?:的)?(?:等级|级别|结论|结果|评级):["“]?$`)

var houseWord = re(`房屋|房|楼|建筑|住宅|栋|幢`)

// subject finds the units that a mention is about: those named since the
// mention before it, or after it in "Csu级的有…", or the ones that an earlier
// mention of the sentence, the paragraph or the heading named.
func (r *reader) subject(s sentence, earlier []*mention, prevEnd int, t token, after string) (units []string, rest bool) {
	between := s.text[prevEnd:t.from]
	if prevEnd == 0 {
		between = s.unnumbered(between) // "5、1幢" is item 5, not houses 5 and 1
	}
	if m := madeUpOf.FindStringSubmatchIndex(between); m != nil && lastOf(wholeHouse, between) > m[3] {
		between = between[m[3]:]
	}
	if rest := lastEnd(restWord, between); rest >= 0 {
		// 除2号楼评定为Bsu级外,1号楼、3号楼均为: the others are named.
		if us := unitsIn(restCount.ReplaceAllString(between[rest:], "_"), r.known); len(us) > 0 {
			return us, false
		}
		return nil, true
	}
	if us := unitsIn(between, r.known); len(us) > 0 {
		s.para.units = us
		return us, false
	}
	if ofAfter.MatchString(after) {
		seg := after
		if next := gradeToken.FindStringIndex(after); next != nil {
			seg = after[:next[0]]
		}
		if us := unitsIn(seg, r.known); len(us) > 0 {
			return us, false
		}
	}
	if wholeHouse.MatchString(between) {
		return s.row, false
	}
	if n := len(earlier); n > 0 {
		return earlier[n-1].units, earlier[n-1].rest
	}
	if len(s.para.units) > 0 {
		return s.para.units, false
	}
	if len(s.row) == 0 && s.heading != "" {
		return []string{s.heading}, false
	}
	return s.row, false
}

var (
	restWord = re(`^级?["”]?(?:的)?(?:房屋|楼|以)?外|其余|其他(?:各)?(?:单体|楼|栋|幢|房屋|单元|建筑)|除[^,。]{1,40}外`)
	// 邹家老院子房屋(正房及西厢房)……评定该房屋: of what the one house consists
	madeUpOf   = re(`(?:房屋|住房|住宅|院子|院落|民居|农房)([(](?:[东西南北左右前后]?(?:侧)?(?:正房|正屋|主房|堂屋|厢房|横屋|横房|偏房|耳房|倒座|厨房|灶房|附房|厅房|拖步|偏厦)(?:、|和|及|与|以及|连)?){2,6}[)])`)
	wholeHouse = re(`(?:该|本|被鉴定|受检|委托鉴定|整栋|整幢|上述)(?:栋|幢|座)?(?:自建)?(?:房屋|建筑|房|工程|项目)|整体|房屋综合|各(?:栋|幢|单元)`)
)
