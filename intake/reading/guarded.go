package reading

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// guarded is an expression that is tried only on texts that hold a character
// which every match needs. Most sentences and cells hold none of it, and
// looking for it costs a twentieth of the attempt. The methods below answer as
// those of the expression do; the others are the expression's own.
type guarded struct {
	*regexp.Regexp
	once  sync.Once
	first *runeSet // of an anchored one: a match begins with one of them; nil: nothing is known
	needs *runeSet // one of them is in every match; nil: nothing is known
}

func guard(expression string) *guarded {
	return &guarded{Regexp: regexp.MustCompile(expression)}
}

// may tells whether s can hold a match at all.
func (g *guarded) may(s string) bool {
	g.once.Do(func() { g.first, g.needs = begunBy(g.String()), neededBy(g.String()) })
	if g.first != nil && !g.first.begins(s) {
		return false
	}
	return g.needs == nil || g.needs.any(s)
}

// MatchString is the expression's.
func (g *guarded) MatchString(s string) bool { return g.may(s) && g.Regexp.MatchString(s) }

// FindString is the expression's.
func (g *guarded) FindString(s string) string {
	if !g.may(s) {
		return ""
	}
	return g.Regexp.FindString(s)
}

// FindStringIndex is the expression's.
func (g *guarded) FindStringIndex(s string) []int {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindStringIndex(s)
}

// FindStringSubmatch is the expression's.
func (g *guarded) FindStringSubmatch(s string) []string {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindStringSubmatch(s)
}

// FindStringSubmatchIndex is the expression's.
func (g *guarded) FindStringSubmatchIndex(s string) []int {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindStringSubmatchIndex(s)
}

// FindAllString is the expression's.
func (g *guarded) FindAllString(s string, n int) []string {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindAllString(s, n)
}

// FindAllStringIndex is the expression's.
func (g *guarded) FindAllStringIndex(s string, n int) [][]int {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindAllStringIndex(s, n)
}

// FindAllStringSubmatch is the expression's.
func (g *guarded) FindAllStringSubmatch(s string, n int) [][]string {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex is the expression's.
func (g *guarded) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if !g.may(s) {
		return nil
	}
	return g.Regexp.FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is the expression's.
func (g *guarded) ReplaceAllString(s, by string) string {
	if !g.may(s) {
		return s
	}
	return g.Regexp.ReplaceAllString(s, by)
}

// runeSet holds runes by their lowest bits: it may take another rune for one
// of its own, never the reverse.
type runeSet [runeSetBits / 64]uint64

const runeSetBits = 1 << 12

func (x *runeSet) add(r rune) { x[r%runeSetBits/64] |= 1 << (r % 64) }

func (x *runeSet) any(s string) bool {
	for _, r := range s {
		if x[r%runeSetBits/64]&(1<<(r%64)) != 0 {
			return true
		}
	}
	return false
}

func (x *runeSet) one(of []rune) bool {
	for _, r := range of {
		if x[r%runeSetBits/64]&(1<<(r%64)) != 0 {
			return true
		}
	}
	return false
}

func (x *runeSet) begins(s string) bool {
	for _, r := range s {
		return x[r%runeSetBits/64]&(1<<(r%64)) != 0
	}
	return false
}

// begunBy returns what a match of an anchored expression can begin with; nil
// for any other.
func begunBy(expression string) *runeSet {
	runes := firstRunes(expression)
	if runes == nil {
		return nil
	}
	var out runeSet
	for r := range runes {
		out.add(r)
	}
	return &out
}

// neededBy returns characters of which every match of the expression holds at
// least one, the fewest and rarest that its form shows; nil where it shows none.
func neededBy(expression string) *runeSet {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	runes, known := needed(parsed)
	if !known {
		return nil
	}
	var out runeSet
	for _, r := range runes {
		out.add(r)
	}
	return &out
}

// mostNeeded is how many characters are still worth looking for.
const mostNeeded = 128

func needed(e *syntax.Regexp) (runes []rune, known bool) {
	switch e.Op {
	case syntax.OpNoMatch:
		return nil, true
	case syntax.OpLiteral:
		if e.Flags&syntax.FoldCase != 0 {
			return nil, false
		}
		best := e.Rune[0]
		for _, r := range e.Rune[1:] {
			if weight(r) < weight(best) {
				best = r
			}
		}
		return []rune{best}, true
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			if len(runes)+int(e.Rune[i+1]-e.Rune[i]) >= mostNeeded {
				return nil, false
			}
			for r := e.Rune[i]; r <= e.Rune[i+1]; r++ {
				runes = append(runes, r)
			}
		}
		return runes, true
	case syntax.OpCapture, syntax.OpPlus:
		return needed(e.Sub[0])
	case syntax.OpRepeat:
		if e.Min > 0 {
			return needed(e.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			if of, ok := needed(sub); ok && (!known || weigh(of) < weigh(runes)) {
				runes, known = of, true
			}
		}
		return runes, known
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			of, ok := needed(sub)
			if runes = append(runes, of...); !ok || len(runes) > mostNeeded {
				return nil, false
			}
		}
		return runes, true
	}
	return nil, false
}

// everywhere are characters that stand in most sentences and cells of a
// report: a poor sign of anything.
const everywhere = "的房屋结构安全性鉴定等级评检测建筑为筑用层本该体一不及等上部主要有无面号处理工程单位在中," +
	":、.()0123456789"

func weight(r rune) int {
	if strings.ContainsRune(everywhere, r) {
		return 10
	}
	return 1
}

func weigh(runes []rune) int {
	n := 0
	for _, r := range runes {
		n += weight(r)
	}
	return n
}
