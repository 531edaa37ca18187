package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// appraisal lists the standards on which a safety conclusion can rest.
var appraisal = []struct {
	name string
	re   *guarded
	year string // of the edition in force, where a report states none
}{
	{"GB 50292", re(`GB/?T?50292(?:-([0-9]{4}))?|民用建筑可靠性鉴定标准`), "2015"},
	{"JGJ 125", re(`JGJ/?T?125(?:-([0-9]{4}))?|(?:^|[^房])危险房屋鉴定标准`), "2016"},
	{"JGJ/T 363", re(`JGJ/?T363(?:-([0-9]{4}))?|农村住房危险性鉴定标准`), "2014"},
	// 建村函〔2019〕200号, the guideline by which townships grade rural houses A to D.
	{ruralGuideline, re(`农村住房安全性鉴定技术导则|建村函?[〔(\[【](2019)[〕)\]】]200号`), "2019"},
	{"GB 50144", re(`GB/?T?50144(?:-([0-9]{4}))?|工业建筑可靠性鉴定标准`), "2019"},
	{"GB 50023", re(`GB/?T?50023(?:-([0-9]{4}))?|建筑抗震鉴定标准`), "2009"},
	{"GB 55021", re(`GB/?T?55021(?:-([0-9]{4}))?|既有建筑鉴定与加固通用规范`), "2021"},
}

const ruralGuideline = "农村住房安全性鉴定技术导则"

// citedStandards finds the appraisal standards of a text with their editions.
func citedStandards(text string) []string {
	var out []string
	for _, a := range appraisal {
		year, hit := "", false
		for _, m := range a.re.FindAllStringSubmatchIndex(text, -1) {
			hit = true
			if m[2] >= 0 {
				// An earlier appraisal rested on an older edition.
				year = max(year, text[m[2]:m[3]])
			}
		}
		if !hit {
			continue
		}
		if year == "" {
			year = a.year
		}
		out = append(out, a.name+"-"+year)
	}
	return out
}

func find(standards []string, name string) string {
	for _, s := range standards {
		if strings.HasPrefix(s, name+"-") {
			return s
		}
	}
	return ""
}

func (r *reader) usesDanger() bool {
	return find(r.standards, "JGJ 125") != "" || find(r.standards, "JGJ/T 363") != "" || find(r.standards, ruralGuideline) != ""
}

// standardOf names the standard of a mention: the one that its sentence cites,
// or the one of the report to whose scale the grade belongs.
func (r *reader) standardOf(m *mention, text string) string {
	cited := citedStandards(text)
	pick := func(names ...string) string {
		for _, list := range [][]string{cited, r.standards} {
			for _, n := range names {
				if s := find(list, n); s != "" {
					return s
				}
			}
		}
		for _, a := range appraisal {
			if slices.Contains(names, a.name) {
				return a.name + "-" + a.year
			}
		}
		return ""
	}
	switch m.aspect {
	case schemas.AspectDanger:
		return pick("JGJ 125", "JGJ/T 363", ruralGuideline)
	case schemas.AspectSafety:
		return pick("GB 50292", "GB 55021")
	case schemas.AspectReliability:
		return pick("GB 50292", "GB 50144")
	}
	return pick("GB 50292")
}
