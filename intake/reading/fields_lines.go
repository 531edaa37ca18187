package reading

import (
	"strings"
)

// splitLabel divides "委托单位：某某" into field and value; a text that is a label
// alone has no rest.
func splitLabel(p passage) (fieldName, []glyph) {
	if f := labelOf(p.text); f != fNone {
		return f, nil
	}
	i := strings.IndexByte(p.text, ':')
	if i < 2 || i > 48 {
		return fNone, nil
	}
	head := headNumber.ReplaceAllString(p.text[:i], "")
	if f := labelOf(head); f != fNone {
		return f, p.sub(i+1, len(p.text))
	}
	return fNone, nil
}

// fromLine reads labelled lines outside tables, several to a line.
func (c candidates) fromLine(it *item) {
	p := it.text
	var cuts [][3]int // from, to of label; field
	for _, m := range inlineLabel.FindAllStringIndex(p.text, -1) {
		label := p.text[m[0] : m[1]-1]
		rs := []rune(label)
		for k := range rs {
			f := fieldBehind(string(rs[k:]), p.text[m[1]:])
			if f == fNone && it.section == secCover && string(rs) == "时间" {
				f = fIssued // 时间:2024年11月6日, the last line of the cover
			}
			if (f == fNone || f == fOther) && subjectLabel.MatchString(string(rs[k:])) && addressStart.MatchString(p.text[m[1]:]) {
				f = fAddress // 房屋:江津区德感街道长江路89号
			}
			if f == fAgency && drewPlans(it.section, string(rs[k:]), p.text[m[1]:]) {
				f = fOther // 图纸编制:某某设计院
			}
			if f != fNone {
				from := m[1] - 1 - len(string(rs[k:]))
				if f == fAddress && (orgEnd.MatchString(p.text[:from]) || contact.MatchString(p.text) || addressOnly.MatchString(label+":") && ofAgency.MatchString(p.text[m[1]:])) {
					f = fOther // the agency's own, in its letterhead
				}
				if !ownPlace(p, from, len(cuts) > 0) {
					continue // 砖木结构　　层数: the label is 层数, not 结构层数
				}
				cuts = append(cuts, [3]int{from, m[1], int(f)})
				break
			}
		}
	}
	if len(cuts) == 0 && it.section == secCover {
		c.fromGap(it)
	}
	if len(cuts) > 0 && it.page <= 2 {
		if m := numberOfYear.FindStringSubmatchIndex(p.text[:cuts[0][0]]); m != nil {
			c.add(fReportNo, p.sub(m[2], m[3]), it.page, 1) // No. 白鑫固鉴〔2026〕036号　鉴定机构：
		}
	}
	for i, k := range cuts {
		end := len(p.text)
		if i+1 < len(cuts) {
			end = cuts[i+1][0]
		}
		end = min(end, p.entryEnd(k[1]))
		if j := strings.IndexAny(p.text[k[1]:end], ";。"); j >= 0 {
			end = k[1] + j
		}
		w := 3
		if it.section == secDeclaration {
			continue
		}
		c.add(fieldName(k[2]), p.sub(k[1], end), it.page, w)
		if drawnUp.MatchString(p.text[k[0] : k[1]-1]) {
			c.add(fDrawnUp, p.sub(k[1], end), it.page, w)
		}
	}
}

// ownPlace tells whether a label stands where labels do: at the start of its
// line, after its number, or after a gap. In mid-sentence ("（报告编号：…）") the
// words speak of something else.
func ownPlace(p passage, from int, another bool) bool {
	if headNumber.ReplaceAllString(p.text[:from], "") == "" {
		return true
	}
	at := int(p.back[from])
	gap := at > 0 && (p.glyphs[at-1].soft || blank(p.glyphs[at-1].r))
	return gap && (another || from < 80) || another && strings.HasSuffix(p.text[:from], ";")
}
