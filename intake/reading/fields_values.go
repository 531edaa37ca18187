package reading

import (
	"math"
	"strconv"
	"strings"

	"jianding/schemas"
)

var (
	storeyForm = re(`([0-9]{1,3}|[单一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3})(?:层|$)|楼一底`)
	onGround   = re(`([一二两三四五六七八九])楼一底`)
)

// plainNumerals writes the numerals of forms plainly: 叁层.
var plainNumerals = strings.NewReplacer("壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆", "六", "柒", "七", "捌", "八", "玖", "九", "拾", "十")

// storeys returns the number of storeys above ground as digits.
func storeys(folded string) string {
	if folded == "" {
		return ""
	}
	folded = plainNumerals.Replace(folded)
	if m := onGround.FindStringSubmatch(folded); m != nil {
		return itoa(number(m[1]) + 1)
	}
	for _, k := range []*guarded{storeysCounted, aboveGround, storeyForm} {
		if m := k.FindStringSubmatch(folded); m != nil {
			if m[1] == "单" {
				return "1"
			}
			return itoa(number(m[1]))
		}
	}
	return ""
}

var areaUnit = re(`(` + amount + `)(?:万)?(?:m2|M2|㎡|平方米|平米)`)

var (
	areaValue   = re(`([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)`)
	areaWords   = re(`^[一二两三四五六七八九十百千万零〇]{1,10}(?:点[一二三四五六七八九零〇]{1,3})?$`)
	areaOrWords = re(`[0-9]|^` + amount + `$`)
)

// area returns the floor area in m². Values in 亩 or without digits are none.
func (r *reader) area(c candidates) float64 {
	v, ok := pick(c[fArea], areaOrWords)
	if !ok {
		return 0
	}
	if areaWords.MatchString(v.folded) {
		return inWords(v.folded)
	}
	m := areaValue.FindString(v.folded)
	if u := areaUnit.FindStringSubmatch(v.folded); u != nil {
		m = u[1] // 框架/3层/1560m2
		if areaWords.MatchString(m) && !areaValue.MatchString(m) {
			return inWords(m) // 九十二点五平方米(92.5m2)
		}
	} else if len(areaValue.FindAllString(v.folded, -1)) > 1 && strings.ContainsAny(v.folded, "层/") {
		return 0
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(m, ",", ""), 64)
	if err != nil || x > 1e7 {
		return 0
	}
	if strings.Contains(v.folded, "万") {
		x *= 1e4
	}
	return x
}

// inWords reads a number in words: 二百一十二, 六百一十二点五, 二〇〇.
func inWords(s string) float64 {
	whole, part, _ := strings.Cut(s, "点")
	var total, section, digit float64
	for _, r := range whole {
		switch r {
		case '十', '百', '千':
			n := map[rune]float64{'十': 10, '百': 100, '千': 1000}[r]
			section += max(digit, 1) * n
			digit = 0
		case '万':
			total += (section + digit) * 1e4
			section, digit = 0, 0
		default:
			digit = float64(numerals[r])
		}
	}
	x := total + section + digit
	if !strings.ContainsAny(whole, "十百千万") {
		x = float64(number(whole)) // digit by digit
	}
	unit := 0.1
	for _, r := range part {
		x += float64(numerals[r]) * unit
		unit /= 10
	}
	return math.Round(x*1000) / 1000
}

// dates reads the days of inspection and issue.
func (r *reader) dates(c candidates, f *schemas.ReportFields) {
	c.drawnUpThen()
	if v, ok := pickDate(c[fInspected]); ok {
		ds := datesIn(v.folded)
		f.InspectedOn = ds[0].iso
		if n := len(ds); n > 1 && ds[n-1].iso != ds[0].iso {
			f.InspectedUntil = ds[n-1].iso
		}
	}
	if v, ok := pickDate(c[fIssued]); ok {
		f.IssuedOn = datesIn(v.folded)[0].iso
		for _, x := range c[fIssued] {
			if ds := datesIn(x.folded); len(ds) > 0 && x.weight >= 1 && ds[0].iso != f.IssuedOn {
				r.reason("issue_date_differs", x.page, f.IssuedOn+" / "+ds[0].iso, v.ev, x.ev)
				break
			}
		}
	}
}

// drawnUpThen takes 鉴定日期, a single day, for the day of issue where no other is
// told: the inspections that are told besides were before it, or none is.
func (c candidates) drawnUpThen() {
	v, ok := pickDate(c[fDrawnUp])
	if !ok || dated(c[fIssued]) {
		return
	}
	day := datesIn(v.folded)
	if len(day) > 1 {
		return // a time of work
	}
	var others []candidate
	for _, x := range c[fInspected] {
		ds := datesIn(x.folded)
		if len(ds) == 0 || ds[0].iso == day[0].iso {
			continue
		}
		if ds[len(ds)-1].iso > day[0].iso {
			return
		}
		others = append(others, x)
	}
	c[fIssued] = append(c[fIssued], v)
	if len(others) > 0 {
		c[fInspected] = others
	}
}

// dated tells whether one of the candidates is a day.
func dated(cs []candidate) bool {
	_, ok := pickDate(cs)
	return ok
}

func pickDate(cs []candidate) (candidate, bool) {
	var out candidate
	ok := false
	for _, x := range cs {
		if len(datesIn(x.folded)) > 0 && (!ok || x.weight > out.weight) {
			out, ok = x, true
		}
	}
	return out, ok
}

// reportYear is the year from which a report looks back.
func reportYear(f schemas.ReportFields) int {
	for _, d := range []string{f.InspectedOn, f.IssuedOn} {
		if len(d) >= 4 {
			return atoi(d[:4])
		}
	}
	return 0
}
