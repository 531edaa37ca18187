package reading

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// What is made of an expression: what may follow its first rune, what of it can
// begin with a rune, its text.

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
