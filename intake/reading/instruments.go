package reading

import (
	"fmt"

	"jianding/schemas"
)

// What was measured with an instrument whose verification had run out, or that
// had not been verified for two years, is no measurement. Verification holds for
// a year at most (JJG 817 for rebound hammers: half a year); ours: two, for what
// a report calls the date of a certificate.
const longestUnverified = 2 // years

var (
	verified = re(`检定|校准|标定|率定|送检|溯源`)
	// 有效期至2023年6月, 到2023年6月为止
	validUntil = re(`(?:有效期?(?:限)?(?:至|到|为|:)?|期满|到期|截止|截至|止于|(?:证书?|合格证|有效期)[^,。;0-9]{0,4}[到至])[^,。;0-9]{0,6}((?:19|20)[0-9]{2})(?:年|[-./])([0-9]{1,2})?|((?:19|20)[0-9]{2})(?:年|[-./])([0-9]{1,2})?[^,。;]{0,8}(?:为止|期满|到期|失效|过期|截止)`)
	yearMonth  = re(`((?:19|20)[0-9]{2})(?:年|[-./])([0-9]{1,2})`)
	// JGJ/T 23-2011 3.1.3: a rebound hammer reads 80±2 on the steel anvil.
	anvil     = re(`率定(?:平均)?值?(?:均|只|仅|有|为|是|:|=|约)*([0-9]{2})(?:[^0-9.年月%]|$)`)
	untilHead = re(`有效期|有效日期|有效至|到期`)
)

// checkInstruments asks for a human where an instrument was out of its
// verification when the house was inspected.
func (r *reader) checkInstruments(items []*item, f schemas.ReportFields) {
	on := f.InspectedOn
	if on == "" {
		on = f.IssuedOn
	}
	if len(on) < 7 {
		return
	}
	day := month(atoi(on[:4]), atoi(on[5:7]))
	for _, it := range items {
		if it.section == secBasis || it.section == secHistory || it.section == secNeighbours || it.section == secDeclaration {
			continue
		}
		for _, p := range passagesOf(it) {
			for _, s := range sentencesOf(p, it) {
				if m := anvil.FindStringSubmatch(s.text); m != nil && (atoi(m[1]) < 78 || atoi(m[1]) > 82) {
					r.reason("report_qualified", s.page, clip(s.text, 60), s.whole())
				}
				if !verified.MatchString(s.text) {
					continue
				}
				lapsed := false
				if ms := validUntil.FindAllStringSubmatch(s.text, -1); len(ms) > 0 {
					for _, m := range ms {
						y, mo := m[1]+m[3], m[2]+m[4]
						lapsed = lapsed || month(atoi(y), atoi(mo)) < day && latest(s.text) < day
					}
				} else if at := latest(s.text); at > 0 {
					lapsed = at < day-12*longestUnverified
				}
				if lapsed {
					r.reason("report_qualified", s.page, clip(s.text, 60), s.whole())
				}
			}
		}
		if it.table == nil {
			continue
		}
		for _, c := range it.table.cells {
			text := c.folded()
			at := latest(text)
			if at == 0 || len([]rune(text)) > 24 {
				continue
			}
			head := it.table.headOf(c)
			if untilHead.MatchString(head) && at < day || verified.MatchString(head) && at < day-12*longestUnverified {
				r.reason("report_qualified", it.page, fmt.Sprintf("%s %s", head, text), evidenceOf(it.table.rowGlyphs(c), it.page))
			}
		}
	}
}

// month counts months; of a year alone its last one.
func month(year, m int) int {
	if m < 1 || m > 12 {
		m = 12
	}
	return 12*year + m
}

// latest returns the last month that a text names, or 0.
func latest(s string) int {
	at := 0
	for _, m := range yearMonth.FindAllStringSubmatch(s, -1) {
		at = max(at, month(atoi(m[1]), atoi(m[2])))
	}
	return at
}
