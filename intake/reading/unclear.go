package reading

import (
	"slices"

	"jianding/schemas"
)

// reportUnclear says of every grade of the house whose part was not
// understood that it was not. One that the conclusions say of the same house as well is
// left at that.
func (r *reader) reportUnclear(unclear []*mention, c conclusion) {
	for _, m := range unclear {
		if !m.beheaded && concludedSame(m, c.findings) {
			continue
		}
		r.reason("grade_mention_unclear", m.page, string(m.grade)+"，“"+clip(m.evidence.Quote, 60)+"”", m.evidence)
	}
}

// concludedSame tells whether the conclusions give a grade to all that the mention
// names, or, where it names nothing, to the one house that they grade.
func concludedSame(m *mention, fs []schemas.Finding) bool {
	var alike []schemas.Finding
	for _, f := range fs {
		if f.Aspect == m.aspect && f.Scope == m.scope {
			alike = append(alike, f)
		}
	}
	if len(fs) == 1 && len(alike) == 1 && alike[0].Grade == m.grade {
		return true
	}
	for _, k := range m.keys() {
		if !slices.ContainsFunc(alike, func(f schemas.Finding) bool {
			return f.Grade == m.grade && (unitKey(f.Unit) == k.unit || len(alike) == 1 && (k.unit == defaultUnit || unitKey(f.Unit) == defaultUnit))
		}) {
			return false
		}
	}
	return true
}
