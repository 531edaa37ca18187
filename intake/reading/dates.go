package reading

import (
	"fmt"
	"strings"
	"time"
)

const (
	yearForm  = `((?:19|20)[0-9]{2}|[一二][零〇○O九一二三四五六七八0]{3})`
	monthForm = `([0-9]{1,2}|[一二三四五六七八九十]{1,3}|元)`
	dayForm   = `([0-9]{1,2}|[一二三四五六七八九十廿卅]{1,4})`
)

var (
	fullDate = re(yearForm + `(?:年|[-./])` + monthForm + `(?:月|[-./])` + dayForm + `(?:日|号)?`)
	dateSpan = re(`^(?:日|号)?(?:起)?(?:-|~|至|到|—|及|和|、)+(?:` + yearForm + `(?:年|[-./]))?(?:` + monthForm + `(?:月|[-./]))?` + dayForm + `(?:日|号)?`)
	ofNumber = re(`(?:第|[A-Za-z]-?)$`)
	// inFiguresToo: the day that was written out, once more behind it
	inFiguresToo = re(`^(?:日|号)?[(]((?:19|20)[0-9]{2})(?:年|[-./])([0-9]{1,2})(?:月|[-./])([0-9]{1,2})日?[)]`)
	compact      = re(`(?:^|[^0-9])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])(?:[^0-9]|$)`)
)

// date is a calendar date found in folded text.
type date struct {
	iso      string
	from, to int
}

// datesIn finds dates in every Chinese form (2022年8月5日, 二〇二二年八月五日,
// 2022.08.05, 2022-8-5); of a span (6月3日至5日) or a list of days both ends.
func datesIn(s string) []date {
	var out []date
	for at := 0; at < len(s); {
		m := fullDate.FindStringSubmatchIndex(s[at:])
		if m == nil {
			break
		}
		if ofNumber.MatchString(s[:at+m[0]]) {
			at += m[1]
			continue // 鉴定书第2020-12-06号
		}
		y, mo, d := number(s[at+m[2]:at+m[3]]), number(s[at+m[4]:at+m[5]]), number(s[at+m[6]:at+m[7]])
		end := at + m[1]
		if iso, ok := calendar(y, mo, d); ok {
			if again := inFiguresToo.FindStringSubmatch(s[end:]); again != nil {
				if iso2, _ := calendar(atoi(again[1]), atoi(again[2]), atoi(again[3])); iso2 == iso {
					end += len(again[0]) // 二〇二五年十一月十四日(2025年11月14日)
				}
			}
			out = append(out, date{iso, at + m[0], end})
			last := iso
			for x := dateSpan.FindStringSubmatchIndex(s[end:]); x != nil; x = dateSpan.FindStringSubmatchIndex(s[end:]) {
				if x[2] >= 0 {
					y = number(s[end+x[2] : end+x[3]])
				}
				if x[4] >= 0 {
					mo = number(s[end+x[4] : end+x[5]])
				}
				next, ok := calendar(y, mo, number(s[end+x[6]:end+x[7]]))
				if !ok || next < last {
					break
				}
				if last == iso {
					out = append(out, date{next, end + x[0], end + x[1]})
				} else { // 12月2日、3日、7日
					out[len(out)-1].iso, out[len(out)-1].to = next, end+x[1]
				}
				end += x[1]
				last = next
				if !strings.HasSuffix(s[:end], "日") && !strings.HasSuffix(s[:end], "号") {
					break
				}
			}
		}
		at = max(end, at+1)
	}
	if len(out) == 0 {
		if m := compact.FindStringSubmatchIndex(s); m != nil {
			if iso, ok := calendar(atoi(s[m[2]:m[3]]), atoi(s[m[4]:m[5]]), atoi(s[m[6]:m[7]])); ok {
				out = append(out, date{iso, m[2], m[7]})
			}
		}
	}
	return out
}

func calendar(y, m, d int) (string, bool) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1900 || y > 2100 || m < 1 || t.Month() != time.Month(m) || t.Day() != d {
		return "", false
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d), true
}

var numerals = map[rune]int{'零': 0, '〇': 0, '○': 0, 'O': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5,
	'六': 6, '七': 7, '八': 8, '九': 9, '元': 1}

// number reads Arabic digits, Chinese digits one by one (二〇二二) and Chinese
// numerals below a hundred (二十一, 廿三).
func number(s string) int {
	if s == "" {
		return 0
	}
	if s[0] >= '0' && s[0] <= '9' {
		return atoi(s)
	}
	if strings.ContainsAny(s, "十廿卅") {
		n, cur := 0, 0
		for _, r := range s {
			switch r {
			case '十':
				n += max(cur, 1) * 10
				cur = 0
			case '廿':
				n += 20
			case '卅':
				n += 30
			default:
				cur = numerals[r]
			}
		}
		return n + cur
	}
	n := 0
	for _, r := range s {
		n = n*10 + digit(r)
	}
	return n
}

func digit(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	return numerals[r]
}
