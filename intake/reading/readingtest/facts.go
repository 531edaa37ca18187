package readingtest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// facts are the particulars of one report: invented, except that they agree
// with each other.
type facts struct {
	reportNo  string
	agency    string
	client    string
	address   string
	structure string
	use       string
	storeys   int
	area      float64
	built     int
	inspected time.Time
	until     time.Time // zero: one day
	issued    time.Time
	people    []string
}

func drawFacts(r *rand.Rand, v Vocabulary) facts {
	f := facts{
		agency:    pick(r, v.Agencies),
		client:    pick(r, v.Clients),
		address:   pick(r, v.Addresses),
		structure: pick(r, v.Structures),
		use:       pick(r, v.Uses),
		storeys:   1 + r.IntN(7),
		area:      float64(6000+r.IntN(400000)) / 100,
		built:     1972 + r.IntN(45),
		inspected: time.Date(2026, time.Month(1+r.IntN(9)), 1+r.IntN(25), 0, 0, 0, 0, time.UTC),
	}
	if r.IntN(3) == 0 {
		f.until = f.inspected.AddDate(0, 0, 1+r.IntN(3))
	}
	f.issued = f.inspected.AddDate(0, 0, 4+r.IntN(20))
	n := 1 + r.IntN(999)
	f.reportNo = pick(r, []string{
		fmt.Sprintf("JA-FW-2026-%04d", n),
		fmt.Sprintf("HD2026AJ%05d", n),
		fmt.Sprintf("XB/JD-26-%03d", n),
		fmt.Sprintf("渝检鉴字〔2026〕第%03d号", n),
		fmt.Sprintf("2026-AQJD-%03d", n),
		fmt.Sprintf("ZZ2026%05dJG", n),
	})
	perm := r.Perm(len(v.People))
	for _, i := range perm[:3] {
		f.people = append(f.people, v.People[i])
	}
	return f
}

// dateForm prints a calendar date in one of the forms that agencies use.
type dateForm int

func drawDateForm(r *rand.Rand) dateForm { return dateForm(r.IntN(7)) }

func (d dateForm) print(t time.Time) string {
	switch d {
	case 1:
		return t.Format("2006-01-02")
	case 2:
		return t.Format("2006.01.02")
	case 3:
		return chineseDate(t)
	case 4:
		return t.Format("2006-1-2")
	case 5:
		return t.Format("2006 年 1 月 2 日")
	case 6:
		return t.Format("2006年01月02日")
	}
	return t.Format("2006年1月2日")
}

func (d dateForm) span(from, to time.Time) string {
	if to.IsZero() {
		return d.print(from)
	}
	if d == 0 && from.Month() == to.Month() {
		return d.print(from) + "至" + to.Format("1月2日")
	}
	return d.print(from) + "至" + d.print(to)
}

func chineseDate(t time.Time) string {
	digits := []rune("〇一二三四五六七八九")
	var y strings.Builder
	for _, c := range strconv.Itoa(t.Year()) {
		y.WriteRune(digits[c-'0'])
	}
	return y.String() + "年" + chineseNumber(int(t.Month())) + "月" + chineseNumber(t.Day()) + "日"
}

// chineseNumber prints 1 to 99.
func chineseNumber(n int) string {
	digits := []rune("〇一二三四五六七八九")
	if n < 10 {
		return string(digits[n])
	}
	out := "十"
	if n >= 20 {
		out = string(digits[n/10]) + "十"
	}
	if n%10 != 0 {
		out += string(digits[n%10])
	}
	return out
}

func printStoreys(r *rand.Rand, n int) string {
	return pick(r, []string{fmt.Sprintf("%d层", n), fmt.Sprintf("%d层", n), chineseNumber(n) + "层", fmt.Sprintf("地上%d层", n), strconv.Itoa(n)})
}

// storeysInProse prints them with their unit: a bare number stands in a table.
func storeysInProse(r *rand.Rand, n int) string {
	if text := printStoreys(r, n); text != strconv.Itoa(n) {
		return text
	}
	return fmt.Sprintf("共%d层", n)
}

func printArea(r *rand.Rand, a float64) string {
	n := strconv.FormatFloat(a, 'f', -1, 64)
	return pick(r, []string{n + "㎡", n + "m²", n + "平方米", "约" + n + "㎡", n + " m2"})
}
