package reading

import (
	"strings"
	"unicode/utf8"
)

// A cover tells several days in one line, each behind a word or two that say of what
// it is the day: 外业2024年8月26日，内业至9月4日，签发9月5日. A day of the same year is told
// without it.

// toldDay is one of them.
type toldDay struct {
	date
	words string // what stands before it
	last  string // the second day of a span
}

var (
	shortDay = re(`^([0-9]{1,2})月([0-9]{1,2})(?:日|号)`)
	// 24年7月26日: only behind what says of what it is the day
	shortYear = re(`^([12][0-9])年([0-9]{1,2})月([0-9]{1,2})(?:日|号)`)
	shortSpan = re(`^(?:-|~|至|到|—|、)+(?:[0-9]{1,2}年)?(?:([0-9]{1,2})月)?([0-9]{1,2})(?:日|号)`)
	// issuedBehind is all that says that the report was issued on the day behind it.
	issuedBehind = re(`^(?:本|正式|最终|最后|全部|鉴定|评估|技术)*(?:报告书?|成果|文件|鉴定[书表单]|意见书|评估[书单]|通知书?)?(?:最终|正式)?(?:报告|签发|签署|签字|签出|签章|签批|出件|出具|发出|印发|发布|出版|定稿|终稿|完稿|成稿|成文|成书|成册|编成|写成|写单|出单|出表|填发|给文|核发|批准|落款)(?:书|文)?(?:日期?|时间|期|于)?$|^报告[日期]$|^(?:报告书?|成果|鉴定[书表]|意见书)确认(?:日期?|时间|于)?$`)
	// delivered: no earlier than the issue, and taken for it where no other day is told.
	// 交付日期 alone is the house's.
	delivered = re(`^(?:报告书?|成果|文件|正本)?(?:呈送|呈报|呈交|报送|提交|打印|付印|印制|交件)(?:日期?|时间|于)?$|^交付$|^(?:报告书?|成果|文件)交付(?:日期?|时间|于)?$`)
	// visitedBehind says that somebody was there on the day.
	visitedBehind = re(`^(?:` + deed + `|现场|到场|外业|实地|工作|看现场|踏看|勘看|取样|[进入][场厂户园校院库仓店馆村]|看[房屋楼库仓厂店]|上[门山岛船]|登[门高楼塔]|[与和及、])+(?:日期?|时间|期|时段|起止|于)?$`)
	// workedBehind says so of the days of a span, which is no day of issue.
	workedBehind = re(`^(?:现场)?(?:实施|服务|作业)(?:日期?|时间|期|时段|起止|于)?$`)
)

// daysTold lists the days of a line with the words before each, which begin behind
// the day before or the last mark.
func daysTold(p passage) []toldDay {
	t := p.text
	var out []toldDay
	full := datesIn(t)
	year, start := 0, 0
	for i := 0; i < len(t); {
		var d toldDay
		k := firstFrom(full, i)
		switch {
		case k < len(full) && full[k].from == i:
			d.date = full[k]
			for n := k + 1; n < len(full) && full[n].from == d.to; n++ {
				d.to, d.last = full[n].to, full[n].iso
			}
			year = atoi(d.iso[:4])
		case i > 0 && t[i-1] >= '0' && t[i-1] <= '9':
		default:
			if m := shortYear.FindStringSubmatch(t[i:]); m != nil {
				d = newDay(2000+atoi(m[1]), m[2], m[3], i, len(m[0]))
				year = 2000 + atoi(m[1])
			} else if m := shortDay.FindStringSubmatch(t[i:]); m != nil && year > 0 {
				d = newDay(year, m[1], m[2], i, len(m[0]))
			}
			if d.iso != "" {
				if m := shortSpan.FindStringSubmatch(t[d.to:]); m != nil {
					month := m[1]
					if month == "" {
						month = d.iso[5:7]
					}
					if s := newDay(year, month, m[2], d.to, len(m[0])); s.iso >= d.iso {
						d.to, d.last = s.to, s.iso
					}
				}
			}
		}
		if d.iso == "" {
			i++
			continue
		}
		d.words = lastWords(p, start, i)
		out = append(out, d)
		i, start = d.to, d.to
	}
	return out
}

func firstFrom(ds []date, from int) int {
	for k, d := range ds {
		if d.from >= from {
			return k
		}
	}
	return len(ds)
}

func newDay(year int, month, day string, from, n int) toldDay {
	iso, ok := calendar(year, atoi(month), atoi(day))
	if !ok {
		return toldDay{}
	}
	return toldDay{date: date{iso, from, from + n}}
}

// lastWords returns what stands before a day, from the last mark or gap on; the gap
// right before the day parts nothing, nor does one in a word set wide.
func lastWords(p passage, from, to int) string {
	end := from + len(strings.TrimRight(p.text[from:to], ":"))
	if i := strings.LastIndexAny(p.text[from:end], ",;。:/|"); i >= 0 {
		from += i + 1
	}
	for i := end - 1; i > from; i-- {
		at := int(p.back[i])
		if utf8.RuneStart(p.text[i]) && utf8.RuneCountInString(p.text[i:end]) > 1 && at > 0 && (p.glyphs[at-1].soft || blank(p.glyphs[at-1].r)) {
			return p.text[i:end]
		}
	}
	return p.text[from:end]
}

// fromDayLine reads the days of a line of the cover, and tells whether words say of
// what one of them is the day. Of several on which the report was finished and issued
// the last one is its day.
func (c candidates) fromDayLine(it *item) bool {
	var issued, sent *toldDay
	read := false
	take := func(f fieldName, d toldDay) {
		gs := it.text.sub(d.from, d.to)
		folded := d.iso
		if d.last != "" {
			folded += "~" + d.last
		}
		c[f] = append(c[f], candidate{value: printed(gs), folded: folded, page: it.page, ev: evidenceOf(gs, it.page)})
		read = true
	}
	for _, d := range daysTold(it.text) {
		f := labelOf(d.words)
		switch {
		case f == fInspected, f == fNone && visitedBehind.MatchString(d.words), f == fNone && d.last != "" && workedBehind.MatchString(d.words):
			take(fInspected, d)
		case d.last != "":
		case f == fIssued, f == fNone && issuedBehind.MatchString(d.words):
			issued = &d
		case delivered.MatchString(d.words):
			sent = &d
		}
	}
	if issued == nil {
		issued = sent
	}
	if issued != nil {
		take(fIssued, *issued)
	}
	return read
}

// tellsOfDays tells whether a line says of what one of its days is the day.
func tellsOfDays(p passage) bool {
	for _, d := range daysTold(p) {
		if f := labelOf(d.words); f == fIssued || f == fInspected || f == fNone && (issuedBehind.MatchString(d.words) || visitedBehind.MatchString(d.words)) || delivered.MatchString(d.words) {
			return true
		}
	}
	return false
}
