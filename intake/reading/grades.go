package reading

import (
	"strings"

	"jianding/schemas"
)

// gradeToken recognises a grade in any of its printed forms in folded text:
// with its subscript (Dsu, D_su, D_(su), D级su, DSU), as a letter before 级,
// as a Roman or Chinese numeral before 级.
var gradeToken = re(
	`(?:[A-D][_]?[({]?(?:su|SU|Su|ss|SS)[)}]?` + // unit: Dsu, Bss
		`|[A-D]级(?:su|ss|u)` + // subscript printed after 级
		`|[A-Da-d][_]?[({]?(?:u|s|r|U)[)}]?` + // sub-unit, member, reparability
		`|[A-D](?:级|类危|级危)` + // danger and reliability letters
		`|(?:IV|III|II|I)["”'’]?级` +
		`|[一二三四]["”'’]?级` +
		`|(?:等级|级别|类别|评级|结果|评定为|评为|鉴定为|判定为|定为)[为是属:]?["“'‘]?[A-D](?:["”'’]|[^A-Za-z0-9级_({]|$))`)

// lettered finds the letters of a token.
var (
	tokUnit    = re(`^([A-D])_?[({]?(su|SU|Su|ss|SS)[)}]?$`)
	tokAfter   = re(`^([A-D])级(su|ss|u)$`)
	tokSub     = re(`^([A-Da-d])_?[({]?(u|s|r|U)[)}]?$`)
	tokLetter  = re(`^([A-D])(?:级|类危|级危)$`)
	tokRoman   = re(`^(IV|III|II|I)["”'’]?级$`)
	tokChinese = re(`^([一二三四])["”'’]?级$`)
	tokLabel   = re(`([A-D])["”'’]?[^A-Z]?$`)
)

// token is a grade as it stands in a text, before it is known what it grades.
type token struct {
	from, to int // bytes in the folded text, without a following 级
	family   family
	grade    schemas.Grade
}

// family is what the form of a token alone tells.
type family int

const (
	famUnitSafety    family = iota // Asu…Dsu
	famUnitService                 // Ass…Css
	famSubSafety                   // Au…Du: sub-unit, or storey of JGJ 125
	famMemberSafety                // au…du
	famSubService                  // As…Cs
	famMemberService               // as…cs
	famReparability                // Ar…Dr
	famLetter                      // A…D: danger class of a house, reliability of a sub-unit, or no grade at all
	famNumeral                     // Ⅰ…Ⅳ, 一…四: reliability, or no grade at all
)

// tokens finds the grades of a folded text, left to right.
func tokens(s string) []token {
	var out []token
	for _, m := range gradeToken.FindAllStringIndex(s, -1) {
		t, ok := classify(s, m[0], m[1])
		if ok {
			out = append(out, t)
		}
	}
	return out
}

// oneOfThem: what stands before 一级 where that is one of two grades, or a step.
var oneOfThem = re(`(?:[较最更][低高差严轻]|[低高降升轻重差])的?$`)

func classify(s string, from, to int) (token, bool) {
	w := s[from:to]
	if strings.HasPrefix(w, "一") && oneOfThem.MatchString(s[:from]) {
		return token{}, false // 按安全性与使用性中较低一级确定
	}
	if tail := s[from:to]; len(tail) > 0 && tail[0] >= 0x80 && !tokChinese.MatchString(w) {
		// 等级为D: the label belongs to the context, the letter is the grade.
		m := tokLabel.FindStringSubmatchIndex(w)
		if m == nil {
			return token{}, false
		}
		return token{from + m[2], from + m[3], famLetter, schemas.Grade(w[m[2]:m[3]])}, true
	}
	if from > 0 && (isWordByte(s[from-1]) || s[from-1] == '-' && len(w) > 1 && w[0] < 0x80 && tokLetter.MatchString(w)) {
		return token{}, false
	}
	if m := tokUnit.FindStringSubmatch(w); m != nil {
		if wordAfter(s, to) || strings.ToUpper(m[2]) == m[2] && from > 0 && s[from-1] == '-' && to < len(s) && s[to] == '-' {
			return token{}, false // JMYS-ASS-2024-0225
		}
		if strings.EqualFold(m[2], "ss") {
			return token{from, to, famUnitService, schemas.Grade(m[1] + "ss")}, m[1] != "D"
		}
		return token{from, to, famUnitSafety, schemas.Grade(m[1] + "su")}, true
	}
	if m := tokAfter.FindStringSubmatch(w); m != nil {
		switch m[2] {
		case "su":
			return token{from, to, famUnitSafety, schemas.Grade(m[1] + "su")}, true
		case "ss":
			return token{from, to, famUnitService, schemas.Grade(m[1] + "ss")}, true
		}
		return token{from, to, famSubSafety, schemas.Grade(m[1] + "u")}, true
	}
	if m := tokSub.FindStringSubmatch(w); m != nil {
		return classifySub(s, m, from, to)
	}
	if m := tokLetter.FindStringSubmatch(w); m != nil {
		return token{from, from + 1, famLetter, schemas.Grade(m[1])}, true
	}
	if m := tokRoman.FindStringSubmatch(w); m != nil {
		return token{from, from + len(m[1]), famNumeral, schemas.Grade(m[1])}, true
	}
	if m := tokChinese.FindStringSubmatch(w); m != nil {
		n := map[string]schemas.Grade{"一": "I", "二": "II", "三": "III", "四": "IV"}[m[1]]
		if from > 0 && strings.HasSuffix(s[:from], "第") || strings.HasSuffix(s[:from], "十") {
			return token{}, false
		}
		return token{from, from + len(m[1]), famNumeral, n}, true
	}
	return token{}, false
}

func classifySub(s string, m []string, from, to int) (token, bool) {
	if wordAfter(s, to) {
		return token{}, false
	}
	upper := m[1][0] <= 'D'
	sub := strings.ToLower(m[2])
	if m[2] == "U" && !strings.HasPrefix(s[to:], "级") && to != len(s) {
		return token{}, false // CU, BU as abbreviations
	}
	switch {
	case sub == "u" && upper:
		return token{from, to, famSubSafety, schemas.Grade(m[1] + "u")}, true
	case sub == "u":
		return token{from, to, famMemberSafety, schemas.Grade(m[1] + "u")}, true
	case sub == "s" && upper && m[1] != "D":
		return token{from, to, famSubService, schemas.Grade(m[1] + "s")}, true
	case sub == "s" && m[1] != "d" && !upper:
		return token{from, to, famMemberService, schemas.Grade(m[1] + "s")}, true
	case sub == "r" && upper:
		return token{from, to, famReparability, schemas.Grade(m[1] + "r")}, true
	}
	return token{}, false
}

func isWordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '_'
}

func wordAfter(s string, i int) bool { return i < len(s) && isWordByte(s[i]) }

// byForm is what the form of a grade alone tells of its scope and aspect.
var byForm = [...]struct {
	scope  schemas.Scope
	aspect schemas.Aspect
}{
	famUnitSafety:    {schemas.ScopeUnit, schemas.AspectSafety},
	famUnitService:   {schemas.ScopeUnit, schemas.AspectServiceability},
	famSubSafety:     {schemas.ScopeSubUnit, schemas.AspectSafety},
	famMemberSafety:  {schemas.ScopeMember, schemas.AspectSafety},
	famSubService:    {schemas.ScopeSubUnit, schemas.AspectServiceability},
	famMemberService: {schemas.ScopeMember, schemas.AspectServiceability},
	famReparability:  {schemas.ScopeUnit, schemas.AspectReparability},
	famLetter:        {schemas.ScopeHouse, schemas.AspectDanger},
	famNumeral:       {schemas.ScopeUnit, schemas.AspectReliability},
}

// formOf gives scope and aspect of a grade by its form alone.
func formOf(f family) (schemas.Scope, schemas.Aspect) { return byForm[f].scope, byForm[f].aspect }

// rank orders grades of one scale: 1 is the best.
func rank(g schemas.Grade) int {
	switch g {
	case "I":
		return 1
	case "II":
		return 2
	case "III":
		return 3
	case "IV":
		return 4
	}
	if g == "" {
		return 0
	}
	switch g[0] {
	case 'A', 'a':
		return 1
	case 'B', 'b':
		return 2
	case 'C', 'c':
		return 3
	case 'D', 'd':
		return 4
	}
	return 0
}
