package reading

import (
	"strconv"
	"strings"
)

// Measures spelled out, as people say them: 九公分半, 六米八, 八十分之一, 六成五,
// 百分之七十. The checks of figures read them as figures.
var (
	spelledLength = re(`([〇零一二两三四五六七八九十百]+|[0-9]+(?:\.[0-9]+)?)(厘米|公分|毫米|米)(半|[一二三四五六七八九])?`)
	spelledPart   = re(`([一二三四五六七八九十百]+|千|[0-9]+)分之([一二三四五六七八九十点零]+|[0-9.]+)`)
	spelledTenths = re(`([一二三四五六七八九])成([一二三四五六七八九半])?`)
)

// inFigures returns a text with its spelled measures as figures.
func inFigures(s string) string {
	if strings.Contains(s, "分之") {
		s = replaceSubmatches(spelledPart, s, func(g []string) string {
			whole, part := count(g[1]), spelledDecimal(g[2])
			switch {
			case whole == 100:
				return trimmed(part) + "%"
			case whole == 1000:
				return trimmed(part) + "‰"
			case whole == 0:
				return g[0]
			}
			return trimmed(part) + "/" + strconv.Itoa(whole)
		})
	}
	if strings.Contains(s, "成") {
		s = replaceSubmatches(spelledTenths, s, func(g []string) string {
			v := 10 * number(g[1])
			if g[2] == "半" {
				v += 5
			} else {
				v += number(g[2])
			}
			return strconv.Itoa(v) + "%"
		})
	}
	return replaceSubmatches(spelledLength, s, func(g []string) string {
		v := decimal(g[1])
		if g[1][0] >= 0x80 {
			v = float64(count(g[1]))
		}
		switch {
		case g[3] == "半":
			v += 0.5
		case g[3] != "":
			v += float64(number(g[3])) / 10
		}
		return trimmed(v) + map[string]string{"厘米": "cm", "公分": "cm", "毫米": "mm", "米": "m"}[g[2]]
	})
}

func trimmed(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// count reads a numeral below a thousand with its places: 一百二十, 八十, 九; 千 is
// that one thousand of which parts are told.
func count(s string) int {
	if s == "千" {
		return 1000
	}
	if h, rest, ok := strings.Cut(s, "百"); ok {
		n := 100 * max(1, number(h))
		return n + number(strings.TrimPrefix(rest, "零"))
	}
	return number(s)
}

func spelledDecimal(s string) float64 {
	whole, part, ok := strings.Cut(s, "点")
	v := float64(number(whole))
	if s[0] >= '0' && s[0] <= '9' {
		return decimal(s)
	}
	if ok {
		v += float64(number(part)) / 10
	}
	return v
}

func replaceSubmatches(re *guarded, s string, by func(groups []string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		groups := make([]string, len(m)/2)
		for i := range groups {
			if m[2*i] >= 0 {
				groups[i] = s[m[2*i]:m[2*i+1]]
			}
		}
		b.WriteString(s[at:m[0]])
		b.WriteString(by(groups))
		at = m[1]
	}
	if at == 0 {
		return s
	}
	b.WriteString(s[at:])
	return b.String()
}
