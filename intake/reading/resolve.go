package reading

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// conclusion is what the report as a whole concludes.
type conclusion struct {
	findings []schemas.Finding
	found    bool     // a section of conclusions exists
	tables   []string // tables that the conclusion names instead of grades
	// members and subUnits are the current grades of lower levels.
	lower []*mention
}

// key groups mentions that must agree.
type key struct {
	scope  schemas.Scope
	aspect schemas.Aspect
	unit   string
}

func (m *mention) keys() []key {
	if len(m.units) == 0 {
		return []key{{m.scope, m.aspect, defaultUnit}}
	}
	var out []key
	for _, u := range m.units {
		out = append(out, key{m.scope, m.aspect, unitKey(u)})
	}
	return out
}

// weighty tells whether a grade of this aspect decides anything about safety.
func weighty(a schemas.Aspect) bool {
	return a == schemas.AspectSafety || a == schemas.AspectDanger || a == schemas.AspectReliability
}

// worstOf is the rank of the gravest grade that decides anything about safety, 0
// without one.
func worstOf(fs []schemas.Finding) int {
	worst := 0
	for _, f := range fs {
		if weighty(f.Aspect) {
			worst = max(worst, rank(f.Grade))
		}
	}
	return worst
}

// resolve finds the conclusions among the mentions and the contradictions
// between them.
func (r *reader) resolve(mentions []*mention, items []*item) conclusion {
	var c conclusion
	for _, it := range items {
		if it.section == secConclusion && !it.heading {
			c.found = true
		}
		if it.table != nil && it.table.labels(secConclusion) {
			c.found = true
		}
	}
	fullNames(mentions)
	c.tables = referredTo(items)
	var said, tabled, unclear []*mention
	for _, m := range mentions {
		switch {
		case !m.scope.Speaks() || !weighty(m.aspect) && m.aspect != schemas.AspectServiceability:
			if m.role == schemas.RoleTable || m.role == schemas.RoleConclusion {
				c.lower = append(c.lower, m)
			}
		case m.rule == "":
			unclear = append(unclear, m)
		case m.role == schemas.RoleConclusion:
			said = append(said, m)
		case m.role == schemas.RoleTable:
			tabled = append(tabled, m)
			c.found = c.found || m.strong
		}
	}
	r.spreadRest(said, append(slices.Clone(tabled), ratedBelow(c.lower)...))
	said = r.sortOut(said, &unclear)
	c.findings = r.settleUnits(r.merge(said, tabled, c))
	for _, m := range mentions {
		if m.deniesOwn(c.findings) {
			r.reason("grade_mention_unclear", m.page, string(m.grade)+"，“"+clip(m.evidence.Quote, 60)+"”", m.evidence)
		}
		if m.meantOfHouse(mentions, c.findings) {
			unclear = append(unclear, m)
		}
	}
	r.reportUnclear(unclear, c)
	r.checkRated(c)
	r.checkSummedUp(said, tabled)
	r.checkTables(said, tabled, c)
	r.combine(c, tabled)
	r.checkMembers(c, items)
	r.checkTabled(items, c.findings)
	r.checkShare(items, c.findings)
	r.checkSeries(items, c.findings)
	r.checkCount(items, c.findings)
	r.checkScales(c.findings)
	if page := emptyConclusion(items); page > 0 {
		r.reason("conclusion_missing", page, "")
	} else if !c.found {
		r.reason("conclusion_missing", 0, "")
	}
	if !hasSafety(c.findings) {
		r.reason("grade_missing", 0, "")
	}
	return c
}

// fullNames gives the houses of the ratings the names that the conclusion has for
// them: 戏楼 there is 清源宫戏楼 here. 5号楼 is none of 15号楼.
func fullNames(mentions []*mention) {
	var full []string
	for _, m := range mentions {
		if m.section == secConclusion && m.concludes() {
			full = append(full, m.units...)
		}
	}
	for _, m := range mentions {
		if m.section != secRating && !(m.section == secConclusion && m.concludes()) {
			continue
		}
		for i, u := range m.units {
			longer := full // a conclusion may call its house by its short name as well
			if m.section == secConclusion {
				longer = slices.DeleteFunc(slices.Clone(full), func(v string) bool { return v == u })
			}
			if name := fullName(u, longer); name != "" {
				m.units = slices.Clone(m.units)
				m.units[i] = name
			}
		}
	}
}

// fullName returns the one name that ends in a shorter one, or "".
func fullName(short string, full []string) string {
	name := ""
	for _, v := range full {
		rest, ok := strings.CutSuffix(v, short)
		if !ok || v == name {
			continue
		}
		if rest == "" || name != "" || !hanEnd.MatchString(rest) || utf8.RuneCountInString(short) < 2 {
			return "" // it is the name, or one of several
		}
		name = v
	}
	return name
}

// hanEnd: what stands before is no digit of the name.
var hanEnd = re(`[^A-Za-z0-9#一二三四五六七八九十新旧老前后东西南北主副附]$`)

func hasSafety(fs []schemas.Finding) bool {
	for _, f := range fs {
		if f.Aspect == schemas.AspectSafety || f.Aspect == schemas.AspectDanger {
			return true
		}
		// GB 50144-2019 3.3: a factory's unit is graded by its reliability, in
		// which safety is contained.
		if f.Aspect == schemas.AspectReliability && strings.HasPrefix(f.Standard, "GB 50144") {
			return true
		}
	}
	return false
}

// ratedBelow returns the mentions of parts whose unit the ratings name more than
// once: 教学楼：地基基础……Cu级；上部承重结构……Au级.
func ratedBelow(lower []*mention) []*mention {
	count := make(map[string]int)
	for _, m := range lower {
		if m.section == secRating && len(m.units) == 1 {
			count[unitKey(m.units[0])]++
		}
	}
	var out []*mention
	for _, m := range lower {
		if m.section == secRating && len(m.units) == 1 && (count[unitKey(m.units[0])] > 1 || opensWith(m.sentence, m.units[0])) {
			out = append(out, m)
		}
	}
	return out
}

// opensWith: 西厢房:地基基础安全性等级评为Du级, whose other parts stand in lines of their own.
func opensWith(s sentence, unit string) bool {
	return strings.HasPrefix(s.unnumbered(s.text), unit+":")
}

// checkRated: a unit whose parts the ratings grade wants a grade of its own where
// other units have theirs.
func (r *reader) checkRated(c conclusion) {
	var named []string
	for _, f := range c.findings {
		if ofStructure(f.Aspect) && unitKey(f.Unit) != defaultUnit {
			named = append(named, f.Unit)
		}
	}
	below := ratedBelow(c.lower)
	if len(named) == 0 {
		r.checkSeriesRated(c, below)
		return
	}
	for _, m := range below {
		if u := m.units[0]; ofStructure(m.aspect) && unitKey(u) != defaultUnit && !containsUnit(named, u) && !shortOfOne(named, u) {
			r.reason("unit_without_conclusion", m.page, u, m.evidence)
		}
	}
}

// shortOfOne: 主楼, where the conclusion calls one house 活动中心主楼 and none by that end else.
func shortOfOne(named []string, u string) bool {
	n := 0
	for _, v := range named {
		if rest, ok := strings.CutSuffix(unitKey(v), unitKey(u)); ok {
			if !ofWhom.MatchString(rest) {
				return false
			}
			n++
		}
	}
	return n == 1
}

// ofWhom: whose house it is. 旧主楼, 12号楼 are others than 主楼, 2号楼.
var ofWhom = re(`(?:中心|小学|中学|大学|学校|学院|医院|卫生院|幼儿园|敬老院|公司|酒店|宾馆|客栈|政府|小区|工厂|集团)$`)

// checkSummedUp: the ratings sum a house up, 西楼:Au、Du、Du,综合Dsu, and the
// conclusion grades others by their names and not this one.
func (r *reader) checkSummedUp(said, tabled []*mention) {
	var concluded []string
	for _, m := range said {
		if m.section == secConclusion && ofStructure(m.aspect) {
			concluded = append(concluded, m.units...)
		}
	}
	if len(concluded) == 0 || slices.ContainsFunc(concluded, func(u string) bool { return unitKey(u) == defaultUnit }) {
		return
	}
	for _, m := range said {
		if m.section != secRating || m.fromTable || !ofStructure(m.aspect) {
			continue
		}
		for i, u := range m.units {
			if unitKey(u) != defaultUnit && !containsUnit(concluded, u) && !tabledInConclusion(tabled, m.keys()[i]) {
				r.reason("unit_without_conclusion", m.page, u, m.evidence)
			}
		}
	}
}

// ofStructure: the aspects that a house's parts are graded for as the house is.
func ofStructure(a schemas.Aspect) bool {
	return a == schemas.AspectSafety || a == schemas.AspectDanger
}

// checkSeriesRated: parts of several numbered houses are graded, and the conclusion,
// which names none of them, does not say that it is on all: their names were lost.
func (r *reader) checkSeriesRated(c conclusion, below []*mention) {
	if len(c.findings) == 0 || slices.ContainsFunc(c.findings, func(f schemas.Finding) bool {
		return unitKey(f.Unit) == defaultUnit && allOfThem.MatchString(fold(f.Evidence.Quote))
	}) {
		return
	}
	var houses []*mention
	for _, m := range below {
		if k := unitKey(m.units[0]); ofStructure(m.aspect) && series.MatchString(k) &&
			!slices.ContainsFunc(houses, func(h *mention) bool { return unitKey(h.units[0]) == k }) {
			houses = append(houses, m)
		}
	}
	if len(houses) < 2 {
		return
	}
	for _, m := range houses {
		r.reason("unit_without_conclusion", m.page, m.units[0], m.evidence)
	}
}

var exceptPhrase = re(`除([^。;]{1,60}?)(?:以)?外`)

// exceptedIn returns the units that a mention's sentence excepts.
func exceptedIn(m *mention, known []string) []string {
	x := exceptPhrase.FindStringSubmatch(m.sentence.text)
	if x == nil {
		return nil
	}
	return unitsIn(x[1], known)
}

func containsUnit(list []string, u string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return unitKey(v) == unitKey(u) })
}

// sortOut drops assertions that are not conclusions: in an overview or a
// finding of the site visit a grade of the house is somebody else's until
// shown otherwise.
func (r *reader) sortOut(said []*mention, unclear *[]*mention) []*mention {
	var out []*mention
	for _, m := range said {
		switch m.section {
		case secConclusion, secRating, secAdvice, secAnalysis:
			out = append(out, m)
		case secCover, secOverview, secInspection, secAppendix, secEquipment:
			// kept as a conclusion that must agree with the others
			out = append(out, m)
		default:
			*unclear = append(*unclear, m)
		}
	}
	return out
}

// merge makes findings of the assertions, one per scope, aspect, unit and
// grade; grades that only a table gives are taken where nothing else is said.
func (r *reader) merge(said, tabled []*mention, c conclusion) []schemas.Finding {
	type entry struct {
		f schemas.Finding
		w int
	}
	found := make(map[key][]entry)
	var order []key
	put := func(k key, f schemas.Finding, w int) {
		if _, ok := found[k]; !ok {
			order = append(order, k)
		}
		for i, e := range found[k] {
			if e.f.Grade == f.Grade {
				if w > e.w {
					found[k][i] = entry{f, w}
				}
				return
			}
		}
		found[k] = append(found[k], entry{f, w})
	}
	for _, m := range said {
		w := 1
		if m.section == secConclusion {
			w = 3
		} else if m.section == secRating {
			w = 2
		}
		for i, f := range m.findings() {
			put(m.keys()[i], f, w)
		}
	}
	named := make(map[schemas.Aspect]bool)
	for _, k := range order {
		named[k.aspect] = true
	}
	for _, m := range tabled {
		for i, f := range m.findings() {
			k := m.keys()[i]
			if _, ok := found[k]; ok || named[m.aspect] && r.covered(k, order) {
				continue
			}
			f.Role = schemas.RoleConclusion
			put(k, f, 0)
		}
	}
	var out []schemas.Finding
	for _, k := range order {
		es := found[k]
		if len(es) > 1 {
			var ev []schemas.Evidence
			var gs []string
			for _, e := range es {
				ev = append(ev, e.f.Evidence)
				gs = append(gs, string(e.f.Grade))
			}
			r.reason("conclusion_contradicts_itself", ev[0].Page, fmt.Sprintf("%s %s", k.unit, strings.Join(gs, " / ")), ev...)
		}
		for _, e := range es {
			out = append(out, e.f)
		}
	}
	return out
}

// covered tells whether a table's key is already spoken for by the prose: the
// prose grades the house as a whole, and the table names its only unit.
func (r *reader) covered(k key, order []key) bool {
	for _, o := range order {
		if o.scope == k.scope && o.aspect == k.aspect && (o.unit == k.unit || o.unit == defaultUnit && len(r.known) <= 1 || k.unit == defaultUnit) {
			return true
		}
	}
	return false
}
