package reading

import "slices"

// othersThan is the unit of what is said of all houses but those excepted, where
// the others have no names that are known: nobody's comfort in particular.
const othersThan = "其余"

// spokenOf returns the units that a clause is about: those that it names, or
// the last ones named before it in the sentence, the paragraph or the heading.
// "" is the house as a whole.
func (r *reader) spokenOf(s sentence, c span) []string {
	cs := clauses(s.text[:c.to])
	for i := len(cs) - 1; i >= 0; i-- {
		text := s.text[cs[i].from:cs[i].to]
		if cs[i].from == 0 {
			text = s.unnumbered(text)
		}
		if x := exceptPhrase.FindStringSubmatchIndex(text); x != nil {
			if us := unitsIn(text[x[1]:], r.known); len(us) > 0 {
				return us
			}
			if us := unitsIn(text[x[2]:x[3]], r.known); len(us) > 0 {
				return r.otherThan(us)
			}
		}
		if us := r.houses(unitsIn(text, r.known)); len(us) > 0 {
			return us
		}
	}
	if len(s.para.units) > 0 && !allHouses.MatchString(s.text[:c.to]) {
		return s.para.units
	}
	if s.heading != "" && len(s.para.units) == 0 {
		return []string{s.heading}
	}
	return []string{""}
}

// houses leaves out the parts of a house (1单元西端) where the report rates houses
// that have names.
func (r *reader) houses(us []string) []string {
	if len(r.known) < 2 {
		return us
	}
	return slices.DeleteFunc(us, func(u string) bool { return sectionOfHouse.MatchString(fold(u)) && !containsUnit(r.known, u) })
}

// allHouses: what follows is not about the house named last.
var allHouses = re(`(?:该|本|被鉴定|受检|委托鉴定|上述)(?:栋|幢|座)?(?:自建)?(?:房屋|建筑|工程|项目)|各(?:栋|幢|单元|单体)|总体|全部|综上|综合`)

func (r *reader) otherThan(excepted []string) []string {
	var out []string
	for _, u := range r.known {
		if !containsUnit(excepted, u) {
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		return []string{othersThan}
	}
	return out
}

// conditioned tells whether a clause lies under a condition that nothing since
// has ended. The condition reaches to what would come of it; a clause after
// that which tells a state (处于, 存在) without 将 or 可能 tells what is: 一旦垮塌整幢楼将随之失稳,
// 整幢楼处于危险之中.
func conditioned(text string, c span, obj string) bool {
	at := lastOf(condBefore, obj)
	if at <= lastOf(already, obj) {
		return false
	}
	now := text[c.from:c.to]
	return at >= c.from || !wouldBe.MatchString(text[at:c.from]) || wouldBe.MatchString(now) || !isState.MatchString(now)
}

var (
	wouldBe = re(`将|会|可能|则|势必|随之|就`)
	isState = re(`处于|存在|面临|受到?|已`)
)
