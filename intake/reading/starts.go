package reading

import (
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// starts finds the matches of an expression by the runes with which one can
// begin. Most expressions here are lists of a hundred ways to say a thing, and
// the engine of the standard library asks all of them at every place of a text;
// this asks, at the few places that hold such a rune, those that begin with it.
// What is found is what the expression finds.
type starts struct {
	first *beginnings // at the beginning of a text, where ^ holds
	later *beginnings // everywhere else
}

// beginnings are an expression's ways to match from one place, by first rune.
type beginnings struct {
	tree    *syntax.Regexp // those by first rune
	longest bool
	set     runeSet
	by      map[rune]*beginning
	made    sync.Mutex
	shared  map[string]*regexp.Regexp // by its text: what begins with a digit does so with each
	loose   *guarded                  // those that can begin with nearly anything; nil: none
	whole   beginning                 // all of them, with their groups
	of      *syntax.Regexp
}

type beginning struct {
	once  sync.Once
	words []string       // all that can begin with the rune, where that is a short list, in order
	re    *regexp.Regexp // anchored; the same where it is none
	then  string         // the runes that may follow; empty: anything, or nothing
}

// startsOf returns nil for an expression that can match nothing at all, that can
// begin with nearly anything, or that asks what stands around a place.
func startsOf(tree *syntax.Regexp, longest bool) *starts {
	if looksAround(tree) {
		return nil
	}
	s := &starts{first: beginningsOf(tree, longest)}
	if s.later = s.first; s.first != nil && asks(tree, syntax.OpBeginText) {
		s.later = beginningsOf(withoutBeginText(tree), longest)
	}
	if s.later == nil {
		return nil
	}
	return s
}

// mostLoose is how many ways to match may begin with anything, of a hundred.
const mostLoose = 20

func beginningsOf(tree *syntax.Regexp, longest bool) *beginnings {
	if mayBeEmpty(tree) {
		return nil
	}
	b := &beginnings{of: tree, tree: tree, longest: longest, by: make(map[rune]*beginning)}
	ways := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpAlternate {
		ways = tree.Sub
	}
	all := make(map[rune]bool)
	tight, loose := &syntax.Regexp{Op: syntax.OpAlternate}, &syntax.Regexp{Op: syntax.OpAlternate}
	for _, way := range ways {
		if firsts := make(map[rune]bool); beginsWith(way, firsts) {
			tight.Sub = append(tight.Sub, way)
			for r := range firsts {
				all[r] = true
			}
		} else {
			loose.Sub = append(loose.Sub, way)
		}
	}
	if 100*len(loose.Sub) > mostLoose*len(ways) {
		return nil
	}
	each := make([]beginning, 0, len(all))
	for r := range all {
		each = append(each, beginning{})
		b.by[r] = &each[len(each)-1]
		b.set.add(r)
	}
	if len(loose.Sub) > 0 {
		b.tree, b.loose = tight, &guarded{expression: written(loose), longest: longest}
	}
	return b
}

// from returns where the match ends that begins with the rune r at the
// beginning of s; negative: none does.
func (b *beginnings) from(r rune, s string) (end int) {
	if b.set[r%runeSetBits/64]&(1<<(r%64)) == 0 {
		return -1
	}
	x := b.by[r]
	if x == nil {
		return -1
	}
	x.once.Do(func() {
		tree := beginningWith(b.tree, r)
		if x.words = wordsAll(tree); x.words == nil {
			x.re, x.then = b.anchored(tree), followers(tree, r)
		}
	})
	if x.words != nil {
		return b.word(x.words, s)
	}
	if x.then != "" {
		_, n := utf8.DecodeRuneInString(s)
		if second, m := utf8.DecodeRuneInString(s[n:]); m == 0 || !strings.ContainsRune(x.then, second) {
			return -1
		}
	}
	loc := x.re.FindStringIndex(s)
	if loc == nil {
		return -1
	}
	return loc[1]
}

// word returns how long the word is with which s begins; negative: none.
func (b *beginnings) word(of []string, s string) (end int) {
	end = -1
	for _, w := range of {
		if len(w) > end && strings.HasPrefix(s, w) {
			if end = len(w); !b.longest {
				break
			}
		}
	}
	return end
}

func (b *beginnings) anchored(tree *syntax.Regexp) *regexp.Regexp {
	text := `^(?:` + written(tree) + `)`
	b.made.Lock()
	defer b.made.Unlock()
	if re := b.shared[text]; re != nil {
		return re
	}
	re := regexp.MustCompile(text)
	if b.longest {
		re.Longest()
	}
	if b.shared == nil {
		b.shared = make(map[string]*regexp.Regexp)
	}
	b.shared[text] = re
	return re
}

// followers returns the runes that may stand second in a match that begins with
// r; none when nothing may, or nearly anything.
func followers(tree *syntax.Regexp, r rune) string {
	rest := behind(tree, r)
	if rest == nil || mayBeEmpty(rest) {
		return ""
	}
	seconds := make(map[rune]bool)
	if !beginsWith(rest, seconds) {
		return ""
	}
	return string(slices.Collect(maps.Keys(seconds)))
}

// groups returns the match at the beginning of s, which there is, with its groups.
func (b *beginnings) groups(s string) []int {
	b.whole.once.Do(func() { b.whole.re = b.anchored(b.of) })
	return b.whole.re.FindStringSubmatchIndex(s)
}

// find returns the first match that begins at or behind byte at.
func (x *starts) find(s string, at int) (from, to int, ok bool) {
	from, to, ok = x.tight(s, at)
	b := x.at(at)
	if b.loose == nil {
		return from, to, ok
	}
	m := b.loose.FindStringIndex(s[at:])
	if m == nil || ok && at+m[0] > from {
		return from, to, ok
	}
	tie := ok && at+m[0] == from
	switch {
	case !tie:
		from, to = at+m[0], at+m[1]
	case b.longest:
		to = max(to, at+m[1])
	default: // the one that stands first in the expression
		to = from + x.at(from).groups(s[from:])[1]
	}
	return from, to, true
}

// at are the ways to match from byte i of a text.
func (x *starts) at(i int) *beginnings {
	if i == 0 {
		return x.first
	}
	return x.later
}

// tight is find for what is known by its first rune.
func (x *starts) tight(s string, at int) (from, to int, ok bool) {
	if at == 0 && s != "" {
		r, _ := utf8.DecodeRuneInString(s)
		if end := x.first.from(r, s); end >= 0 {
			return 0, end, true
		}
	}
	if len(x.later.by) == 0 {
		return 0, 0, false
	}
	for i, r := range s[at:] {
		if at+i == 0 {
			continue
		}
		if end := x.later.from(r, s[at+i:]); end >= 0 {
			return at + i, at + i + end, true
		}
	}
	return 0, 0, false
}

// findGroups is find with the groups of the match.
func (x *starts) findGroups(s string, at int) []int {
	from, _, ok := x.find(s, at)
	if !ok {
		return nil
	}
	m := x.at(from).groups(s[from:])
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m
}

// allGroups is all with the groups of the matches.
func (x *starts) allGroups(s string, n int) (out [][]int) {
	for at := 0; n < 0 || len(out) < n; {
		m := x.findGroups(s, at)
		if m == nil {
			break
		}
		out = append(out, m)
		at = m[1]
	}
	return out
}

// all returns the matches that follow one another, at most n of them when n is
// not negative.
func (x *starts) all(s string, n int) (out [][]int) {
	for at := 0; n < 0 || len(out) < n; {
		from, to, ok := x.find(s, at)
		if !ok {
			break
		}
		out = append(out, []int{from, to})
		at = to
	}
	return out
}

// replaceAll puts by in the place of each match.
func (x *starts) replaceAll(s, by string) string {
	found := x.all(s, -1)
	if found == nil {
		return s
	}
	var b strings.Builder
	last := 0
	for _, m := range found {
		b.WriteString(s[last:m[0]])
		b.WriteString(by)
		last = m[1]
	}
	b.WriteString(s[last:])
	return b.String()
}
