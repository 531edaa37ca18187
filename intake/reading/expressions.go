package reading

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
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

// behind is what may follow r at the beginning of the expression; nil when it
// is not plain.
func behind(e *syntax.Regexp, r rune) *syntax.Regexp {
	empty, never := &syntax.Regexp{Op: syntax.OpEmptyMatch}, &syntax.Regexp{Op: syntax.OpNoMatch}
	switch e.Op {
	case syntax.OpNoMatch:
		return never
	case syntax.OpLiteral:
		if e.Rune[0] != r {
			return never
		}
		if len(e.Rune) == 1 {
			return empty
		}
		rest := *e
		rest.Rune = e.Rune[1:]
		return &rest
	case syntax.OpCharClass:
		if !mayBeginWith(e, r) {
			return never
		}
		return empty
	case syntax.OpCapture:
		return behind(e.Sub[0], r)
	case syntax.OpQuest:
		return behind(e.Sub[0], r) // its being left out is for whoever asks
	case syntax.OpConcat:
		out := &syntax.Regexp{Op: syntax.OpAlternate}
		for i, sub := range e.Sub {
			if sub.Op != syntax.OpBeginText {
				first := behind(sub, r)
				if first == nil {
					return nil
				}
				out.Sub = append(out.Sub, &syntax.Regexp{Op: syntax.OpConcat, Sub: append([]*syntax.Regexp{first}, e.Sub[i+1:]...)})
			}
			if !mayBeEmpty(sub) {
				break
			}
		}
		return out
	case syntax.OpAlternate:
		out := &syntax.Regexp{Op: syntax.OpAlternate}
		for _, sub := range e.Sub {
			rest := behind(sub, r)
			if rest == nil {
				return nil
			}
			out.Sub = append(out.Sub, rest)
		}
		return out
	}
	return nil
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
		for i := n - 1; i >= 0; i-- {
			if !lastsWith(e.Sub[i], out) {
				return false
			}
			if !mayBeEmpty(e.Sub[i]) {
				return true
			}
		}
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
		for i := len(e.Sub) - 1; i >= 0; i-- {
			if !lastsWith(e.Sub[i], out) {
				return false
			}
			if !mayBeEmpty(e.Sub[i]) {
				return true
			}
		}
		return true
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

// withoutBeginText is the expression where ^ does not hold.
func withoutBeginText(e *syntax.Regexp) *syntax.Regexp {
	if e.Op == syntax.OpBeginText {
		return &syntax.Regexp{Op: syntax.OpNoMatch}
	}
	if len(e.Sub) == 0 {
		return e
	}
	out := *e
	out.Sub = make([]*syntax.Regexp, len(e.Sub))
	for i, sub := range e.Sub {
		out.Sub[i] = withoutBeginText(sub)
	}
	return &out
}

// beginningWith leaves out of an expression what cannot begin with r. It may
// leave too much in; that matches nothing.
func beginningWith(e *syntax.Regexp, r rune) *syntax.Regexp {
	switch e.Op {
	case syntax.OpCapture:
		return beginningWith(e.Sub[0], r)
	case syntax.OpConcat:
		for i, sub := range e.Sub {
			if sub.Op == syntax.OpBeginText {
				continue // takes no rune
			}
			if mayBeEmpty(sub) {
				break
			}
			out := *e
			out.Sub = append([]*syntax.Regexp(nil), e.Sub...)
			out.Sub[i] = beginningWith(sub, r)
			return &out
		}
	case syntax.OpAlternate:
		out := *e
		out.Sub = nil
		for _, sub := range e.Sub {
			if mayBeginWith(sub, r) {
				out.Sub = append(out.Sub, beginningWith(sub, r))
			}
		}
		switch len(out.Sub) {
		case 0:
			return &syntax.Regexp{Op: syntax.OpNoMatch}
		case 1:
			return out.Sub[0]
		}
		return &out
	}
	return e
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

// written is the expression as text. The standard library's own String takes a
// thousand times as long where there is a class of all Chinese characters.
func written(e *syntax.Regexp) string {
	var b strings.Builder
	write(&b, e)
	return b.String()
}

func write(b *strings.Builder, e *syntax.Regexp) {
	lazy := ""
	if e.Flags&syntax.NonGreedy != 0 {
		lazy = "?"
	}
	sub := func(open, end string) {
		b.WriteString(open)
		write(b, e.Sub[0])
		b.WriteString(end)
	}
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(regexp.QuoteMeta(string(e.Rune)))
	case syntax.OpCharClass:
		b.WriteByte('[')
		for k := 0; k+1 < len(e.Rune); k += 2 {
			fmt.Fprintf(b, `\x{%x}-\x{%x}`, e.Rune[k], e.Rune[k+1])
		}
		b.WriteByte(']')
	case syntax.OpAnyCharNotNL:
		b.WriteByte('.')
	case syntax.OpAnyChar:
		b.WriteString(`(?s:.)`)
	case syntax.OpBeginText:
		b.WriteByte('^')
	case syntax.OpEndText:
		b.WriteByte('$')
	case syntax.OpEmptyMatch:
		b.WriteString(`(?:)`)
	case syntax.OpCapture:
		sub("(", ")")
	case syntax.OpStar:
		sub("(?:", ")*"+lazy)
	case syntax.OpPlus:
		sub("(?:", ")+"+lazy)
	case syntax.OpQuest:
		sub("(?:", ")?"+lazy)
	case syntax.OpRepeat:
		most := ""
		if e.Max >= 0 {
			most = strconv.Itoa(e.Max)
		}
		sub("(?:", fmt.Sprintf("){%d,%s}", e.Min, most)+lazy)
	case syntax.OpConcat:
		for _, x := range e.Sub {
			write(b, x)
		}
	case syntax.OpAlternate:
		for i, x := range e.Sub {
			b.WriteString(map[bool]string{true: "(?:", false: "|"}[i == 0])
			write(b, x)
		}
		b.WriteByte(')')
	default:
		b.WriteString(never)
	}
}

const never = `[^\x{0}-\x{10FFFF}]`
