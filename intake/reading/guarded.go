package reading

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"
)

// guarded is an expression that is tried only on texts that hold a character
// which every match needs, and there only at the places where one can begin.
// Most sentences and cells hold none of it, and looking for it costs a twentieth
// of the attempt. The methods below answer as those of the expression do. It is
// read when it is first asked: there are a thousand, and a process that reads no
// report needs none.
type guarded struct {
	expression string
	longest    bool // of several matches at a place the longest counts, not the first
	once       sync.Once
	first      *runeSet // of an anchored one: a match begins with one of them; nil: nothing is known
	last       *runeSet // a text with a match ends with one of them; nil: nothing is known
	needs      *runeSet // one of them is in every match; nil: nothing is known
	starts     *starts  // nil: it has to be tried everywhere
	compile    sync.Once
	compiled   *regexp.Regexp
}

func guard(expression string) *guarded { return &guarded{expression: expression} }

func guardLongest(expression string) *guarded { return &guarded{expression: expression, longest: true} }

// engine is the expression in the standard library's hands.
func (g *guarded) engine() *regexp.Regexp {
	g.compile.Do(func() {
		if g.compiled = regexp.MustCompile(g.expression); g.longest {
			g.compiled.Longest()
		}
	})
	return g.compiled
}

// String is the expression.
func (g *guarded) String() string { return g.expression }

// Split is the expression's.
func (g *guarded) Split(s string, n int) []string { return g.engine().Split(s, n) }

// ReplaceAllStringFunc is the expression's.
func (g *guarded) ReplaceAllStringFunc(s string, by func(string) string) string {
	return g.engine().ReplaceAllStringFunc(s, by)
}

func (g *guarded) prepare() {
	tree, err := syntax.Parse(g.expression, syntax.Perl)
	if err != nil {
		panic(err) // a test reads all of them
	}
	g.first, g.last, g.needs = begunBy(tree), endedBy(tree), neededBy(tree)
	if !beginsPlainly(tree) { // else the engine looks for that
		g.starts = startsOf(tree, g.longest)
	}
}

// may tells whether s can hold a match at all.
func (g *guarded) may(s string) bool {
	g.once.Do(g.prepare)
	if g.first != nil && !g.first.begins(s) || g.last != nil && !g.last.ends(s) {
		return false
	}
	return g.needs == nil || g.needs.any(s)
}

// MatchString is the expression's.
func (g *guarded) MatchString(s string) bool {
	if !g.may(s) {
		return false
	}
	if g.starts != nil {
		_, _, ok := g.starts.find(s, 0)
		return ok
	}
	return g.engine().MatchString(s)
}

// FindString is the expression's.
func (g *guarded) FindString(s string) string {
	if !g.may(s) {
		return ""
	}
	if g.starts != nil {
		from, to, _ := g.starts.find(s, 0)
		return s[from:to]
	}
	return g.engine().FindString(s)
}

// FindStringIndex is the expression's.
func (g *guarded) FindStringIndex(s string) []int {
	if !g.may(s) {
		return nil
	}
	if g.starts != nil {
		if from, to, ok := g.starts.find(s, 0); ok {
			return []int{from, to}
		}
		return nil
	}
	return g.engine().FindStringIndex(s)
}

// FindStringSubmatch is the expression's.
func (g *guarded) FindStringSubmatch(s string) []string {
	m := g.FindStringSubmatchIndex(s)
	if m == nil {
		return nil
	}
	return parts(s, m)
}

// FindStringSubmatchIndex is the expression's.
func (g *guarded) FindStringSubmatchIndex(s string) []int {
	if !g.may(s) {
		return nil
	}
	if g.starts != nil {
		return g.starts.findGroups(s, 0)
	}
	return g.engine().FindStringSubmatchIndex(s)
}

// FindAllString is the expression's.
func (g *guarded) FindAllString(s string, n int) []string {
	var out []string
	for _, m := range g.FindAllStringIndex(s, n) {
		out = append(out, s[m[0]:m[1]])
	}
	return out
}

// FindAllStringIndex is the expression's.
func (g *guarded) FindAllStringIndex(s string, n int) [][]int {
	if !g.may(s) {
		return nil
	}
	if g.starts != nil {
		return g.starts.all(s, n)
	}
	return g.engine().FindAllStringIndex(s, n)
}

// FindAllStringSubmatch is the expression's.
func (g *guarded) FindAllStringSubmatch(s string, n int) [][]string {
	var out [][]string
	for _, m := range g.FindAllStringSubmatchIndex(s, n) {
		out = append(out, parts(s, m))
	}
	return out
}

// FindAllStringSubmatchIndex is the expression's.
func (g *guarded) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if !g.may(s) {
		return nil
	}
	if g.starts != nil {
		return g.starts.allGroups(s, n)
	}
	return g.engine().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is the expression's.
func (g *guarded) ReplaceAllString(s, by string) string {
	if !g.may(s) {
		return s
	}
	if g.starts != nil && !strings.Contains(by, "$") {
		return g.starts.replaceAll(s, by)
	}
	return g.engine().ReplaceAllString(s, by)
}

// parts returns what a match and its groups hold.
func parts(s string, m []int) []string {
	out := make([]string, len(m)/2)
	for i := range out {
		if m[2*i] >= 0 {
			out[i] = s[m[2*i]:m[2*i+1]]
		}
	}
	return out
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

func (x *runeSet) begins(s string) bool {
	for _, r := range s {
		return x[r%runeSetBits/64]&(1<<(r%64)) != 0
	}
	return false
}

func (x *runeSet) ends(s string) bool {
	r, n := utf8.DecodeLastRuneInString(s)
	return n > 0 && x[r%runeSetBits/64]&(1<<(r%64)) != 0
}

// endedBy returns what a text must end with that holds a match; nil where nothing
// is known.
func endedBy(tree *syntax.Regexp) *runeSet {
	if runes := make(map[rune]bool); endsWith(tree, runes) {
		return setOf(runes)
	}
	return nil
}

// begunBy returns what a match of an anchored expression can begin with; nil
// for any other.
func begunBy(tree *syntax.Regexp) *runeSet {
	runes := make(map[rune]bool)
	if looksAround(tree) || mayBeEmpty(tree) || !matchesNever(withoutBeginText(tree)) || !beginsWith(tree, runes) {
		return nil
	}
	return setOf(runes)
}

func setOf(runes map[rune]bool) *runeSet {
	var out runeSet
	for r := range runes {
		out.add(r)
	}
	return &out
}

// neededBy returns characters of which every match of the expression holds at
// least one, the fewest and rarest that its form shows; nil where it shows none.
func neededBy(tree *syntax.Regexp) *runeSet {
	runes, known := needed(tree)
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
