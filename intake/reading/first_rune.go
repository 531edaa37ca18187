package reading

import (
	"regexp/syntax"
	"unicode/utf8"
)

// byFirstRune finds, of many expressions that are anchored at the beginning,
// those that a text can match at all by its first rune: most cells of a form
// are no label, and asking sixteen expressions costs more than all else that
// is done with them.
type byFirstRune struct {
	with   map[rune][]int // expressions that can begin with the rune, in order
	always []int          // expressions whose beginning is not a short list
}

func indexFirstRunes(expressions []*guarded) byFirstRune {
	x := byFirstRune{with: map[rune][]int{}}
	firsts := make([]map[rune]bool, len(expressions))
	for i, e := range expressions {
		if firsts[i] = firstRunes(e.String()); firsts[i] == nil {
			x.always = append(x.always, i)
		}
		for r := range firsts[i] {
			x.with[r] = nil
		}
	}
	for r := range x.with {
		for i, f := range firsts {
			if f == nil || f[r] {
				x.with[r] = append(x.with[r], i)
			}
		}
	}
	return x
}

// candidates returns the indices of the expressions that t may match.
func (x byFirstRune) candidates(t string) []int {
	r, _ := utf8.DecodeRuneInString(t)
	if is, ok := x.with[r]; ok {
		return is
	}
	return x.always
}

// mostFirst is how many first runes are still a short list.
const mostFirst = 256

// firstRunes returns what a match of the expression can begin with; nil when
// it is not anchored, may be empty, or can begin with (nearly) anything.
func firstRunes(expression string) map[rune]bool {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil
	}
	found := map[rune]bool{}
	type place struct {
		pc       uint32
		anchored bool
	}
	seen := map[place]bool{}
	var walk func(at place) bool
	walk = func(at place) bool {
		if seen[at] {
			return true
		}
		seen[at] = true
		i := prog.Inst[at.pc]
		switch i.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			return walk(place{i.Out, at.anchored}) && walk(place{i.Arg, at.anchored})
		case syntax.InstEmptyWidth:
			return walk(place{i.Out, at.anchored || syntax.EmptyOp(i.Arg)&syntax.EmptyBeginText != 0})
		case syntax.InstCapture, syntax.InstNop:
			return walk(place{i.Out, at.anchored})
		case syntax.InstFail:
			return true
		case syntax.InstRune, syntax.InstRune1:
			if !at.anchored || syntax.Flags(i.Arg)&syntax.FoldCase != 0 {
				return false
			}
			if len(i.Rune) == 1 {
				found[i.Rune[0]] = true
				return true
			}
			for k := 0; k+1 < len(i.Rune); k += 2 {
				if len(found)+int(i.Rune[k+1]-i.Rune[k]) > mostFirst {
					return false
				}
				for r := i.Rune[k]; r <= i.Rune[k+1]; r++ {
					found[r] = true
				}
			}
			return true
		}
		return false // any rune, or the end: an empty match
	}
	if !walk(place{uint32(prog.Start), false}) {
		return nil
	}
	return found
}
