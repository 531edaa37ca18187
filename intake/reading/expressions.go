package reading

import (
	"regexp/syntax"
	"slices"
)

// What an expression's form tells of its matches.

// beginsWith collects the runes with which a match can begin; false when they
// are (nearly) all.
func beginsWith(e *syntax.Regexp, out map[rune]bool) bool {
	switch e.Op {
	case syntax.OpNoMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpEmptyMatch:
		return true
	case syntax.OpLiteral:
		out[e.Rune[0]] = true
		return true
	case syntax.OpCharClass:
		for k := 0; k+1 < len(e.Rune); k += 2 {
			if len(out)+int(e.Rune[k+1]-e.Rune[k]) > mostFirst {
				return false
			}
			for r := e.Rune[k]; r <= e.Rune[k+1]; r++ {
				out[r] = true
			}
		}
		return true
	case syntax.OpCapture, syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		return beginsWith(e.Sub[0], out)
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			if !beginsWith(sub, out) {
				return false
			}
			if !mayBeEmpty(sub) {
				return true
			}
		}
		return true
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			if !beginsWith(sub, out) {
				return false
			}
		}
		return true
	}
	return false
}

// endsWith collects the runes with which a text must end that holds a match; false
// when a match may end before the text does, or with (nearly) any.
func endsWith(e *syntax.Regexp, out map[rune]bool) bool {
	switch e.Op {
	case syntax.OpCapture:
		return endsWith(e.Sub[0], out)
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			if !endsWith(sub, out) {
				return false
			}
		}
		return true
	case syntax.OpConcat:
		n := len(e.Sub) - 1
		if e.Sub[n].Op != syntax.OpEndText {
			return !mayBeEmpty(e.Sub[n]) && endsWith(e.Sub[n], out)
		}
		known, last := lastRunes(e.Sub[:n], out)
		return known && last
	}
	return false
}

// lastsWith is beginsWith for the last rune of a match.
func lastsWith(e *syntax.Regexp, out map[rune]bool) bool {
	switch e.Op {
	case syntax.OpLiteral:
		out[e.Rune[len(e.Rune)-1]] = true
		return e.Flags&syntax.FoldCase == 0
	case syntax.OpConcat:
		known, _ := lastRunes(e.Sub, out)
		return known
	case syntax.OpCapture, syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		return lastsWith(e.Sub[0], out)
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			if !lastsWith(sub, out) {
				return false
			}
		}
		return true
	}
	return beginsWith(e, out)
}

// lastRunes collects the runes with which a row of expressions can end: known, that
// these are all; last, that one of the row is never empty, so that nothing before
// the row is the end.
func lastRunes(row []*syntax.Regexp, out map[rune]bool) (known, last bool) {
	for _, e := range slices.Backward(row) {
		if !lastsWith(e, out) {
			return false, false
		}
		if !mayBeEmpty(e) {
			return true, true
		}
	}
	return true, false
}

// mostWords is how many words are still a short list.
const mostWords = 32

// wordsAll lists what an expression matches in the order in which it prefers them;
// nil where that is no short list.
func wordsAll(e *syntax.Regexp) []string {
	switch e.Op {
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpLiteral:
		return []string{string(e.Rune)}
	case syntax.OpCharClass:
		var out []string
		for k := 0; k+1 < len(e.Rune); k += 2 {
			if int(e.Rune[k+1]-e.Rune[k]) > mostWords {
				return nil
			}
			for r := e.Rune[k]; r <= e.Rune[k+1]; r++ {
				out = append(out, string(r))
			}
		}
		return few(out)
	case syntax.OpCapture:
		return wordsAll(e.Sub[0])
	case syntax.OpQuest:
		switch out := wordsAll(e.Sub[0]); {
		case out == nil:
			return nil
		case e.Flags&syntax.NonGreedy != 0:
			return few(append([]string{""}, out...))
		default:
			return few(append(out, ""))
		}
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range e.Sub {
			ends := wordsAll(sub)
			if ends == nil || len(out)*len(ends) > mostWords {
				return nil
			}
			longer := make([]string, 0, len(out)*len(ends))
			for _, w := range out {
				for _, end := range ends {
					longer = append(longer, w+end)
				}
			}
			out = longer
		}
		return out
	case syntax.OpAlternate:
		var out []string
		for _, sub := range e.Sub {
			words := wordsAll(sub)
			if words == nil {
				return nil
			}
			out = append(out, words...)
		}
		return few(out)
	}
	return nil
}

func few(words []string) []string {
	if len(words) > mostWords {
		return nil
	}
	return words
}

// looksAround: whether it matches depends on what stands before the place, other
// than that nothing does, or on the case of letters; no expression here does.
func looksAround(e *syntax.Regexp) bool {
	return e.Op == syntax.OpLiteral && e.Flags&syntax.FoldCase != 0 || slices.ContainsFunc(e.Sub, looksAround) ||
		slices.Contains([]syntax.Op{syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpBeginLine, syntax.OpEndLine}, e.Op)
}

// asks tells whether an operation is in the expression.
func asks(e *syntax.Regexp, op syntax.Op) bool {
	return e.Op == op || slices.ContainsFunc(e.Sub, func(sub *syntax.Regexp) bool { return asks(sub, op) })
}

// beginsPlainly tells whether every match begins with the same runes.
func beginsPlainly(e *syntax.Regexp) bool {
	for e.Op == syntax.OpConcat || e.Op == syntax.OpCapture {
		e = e.Sub[0]
	}
	return e.Op == syntax.OpLiteral
}

// matchesNever tells whether the expression can match nothing.
func matchesNever(e *syntax.Regexp) bool {
	switch e.Op {
	case syntax.OpNoMatch:
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return matchesNever(e.Sub[0])
	case syntax.OpRepeat:
		return e.Min > 0 && matchesNever(e.Sub[0])
	case syntax.OpConcat:
		return slices.ContainsFunc(e.Sub, matchesNever)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(e.Sub, func(sub *syntax.Regexp) bool { return !matchesNever(sub) })
	}
	return false
}

// mayBeginWith tells whether a match may begin with r, or be empty.
func mayBeginWith(e *syntax.Regexp, r rune) bool {
	switch e.Op {
	case syntax.OpNoMatch:
		return false
	case syntax.OpLiteral:
		return e.Rune[0] == r || e.Flags&syntax.FoldCase != 0
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			if e.Rune[i] <= r && r <= e.Rune[i+1] {
				return true
			}
		}
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return mayBeginWith(e.Sub[0], r)
	case syntax.OpRepeat:
		return e.Min == 0 || mayBeginWith(e.Sub[0], r)
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			switch {
			case !mayBeEmpty(sub):
				return mayBeginWith(sub, r)
			case sub.Op != syntax.OpBeginText && beginsItself(sub, r):
				return true
			}
		}
		return true
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			if mayBeginWith(sub, r) {
				return true
			}
		}
		return false
	}
	return true
}

// beginsItself is mayBeginWith for what may be empty, when it is not.
func beginsItself(e *syntax.Regexp, r rune) bool {
	switch e.Op {
	case syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		return mayBeginWith(e.Sub[0], r)
	}
	return true
}

// mayBeEmpty tells whether the expression matches the empty text somewhere.
func mayBeEmpty(e *syntax.Regexp) bool {
	switch e.Op {
	case syntax.OpNoMatch, syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return mayBeEmpty(e.Sub[0])
	case syntax.OpRepeat:
		return e.Min == 0 || mayBeEmpty(e.Sub[0])
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			if !mayBeEmpty(sub) {
				return false
			}
		}
		return true
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			if mayBeEmpty(sub) {
				return true
			}
		}
		return false
	}
	return true
}
