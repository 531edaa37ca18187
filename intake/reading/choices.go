package reading

import (
	"slices"
	"strings"
)

// Forms print all choices and tick one: □A级 □B级 ☑C级 □D级. What is not ticked
// is not said. Boxes without a tick tell that a list is a choice; without any
// of them a tick is a bullet.
const (
	boxes = "□☐▢◻⬜❏❑"
	ticks = "☑☒■√✓✔▣◼⊠✅"
)

// chosen returns a passage without its boxes and the choices that are not
// ticked; ticked ones are parted by 、. The mark stands before its choice, or
// behind it where nothing follows the last mark.
func chosen(p passage) passage {
	if untickedAlone.MatchString(p.text) {
		return passage{}
	}
	p = bracketed(p)
	if !strings.ContainsAny(p.text, boxes) {
		return p
	}
	var out []glyph
	for _, span := range choiceSpans(p.text) {
		out = append(out, chooseIn(p, span)...)
	}
	return newPassage(out)
}

var (
	emptyBracket = re(`[(](?:_*)[)]`)
	// A级( ) set apart from its neighbours, as columns and recognition do.
	untickedAlone = re(`^(?:[A-D](?:su|u)?|[a-d]u?|I{1,3}|IV)级?[(]_*[)]$`)
	tickedBracket = re(`[(](?:√|✓|✔|V|v|☑|■)[)]`)
)

// bracketed turns choices that are ticked in brackets, A级（ ） B级（√）, into
// boxes: several brackets of which one at least is empty.
func bracketed(p passage) passage {
	ticked, empty := tickedBracket.FindAllStringIndex(p.text, -1), emptyBracket.FindAllStringIndex(p.text, -1)
	if len(empty) == 0 || len(ticked)+len(empty) < 2 {
		return p
	}
	var out []glyph
	at := 0
	for _, m := range merged(ticked, empty) {
		mark := glyph{r: '□', page: p.sub(m[0], m[1])[0].page}
		if tickedBracket.MatchString(p.text[m[0]:m[1]]) {
			mark.r = '☑'
		}
		out = append(out, p.sub(at, m[0])...)
		g := p.sub(m[0], m[1])[0]
		mark.box, mark.size = g.box, g.size
		out = append(out, mark)
		at = m[1]
	}
	out = append(out, p.sub(at, len(p.text))...)
	return newPassage(out)
}

// merged returns two lists of places in the order in which they stand.
func merged(a, b [][]int) [][]int {
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(x, y []int) int { return x[0] - y[0] })
	return out
}

// choiceSpans divides a text into its sentences: a list of choices does not
// reach over one.
func choiceSpans(s string) []span {
	var out []span
	start := 0
	for i, r := range s {
		if r == '。' || r == ';' {
			end := i + len(string(r))
			out = append(out, span{start, end})
			start = end
		}
	}
	if start < len(s) {
		out = append(out, span{start, len(s)})
	}
	return out
}

// mark is a box or tick at a byte of a text.
type mark struct {
	from, to int
	ticked   bool
}

func chooseIn(p passage, sp span) []glyph {
	text := p.text[sp.from:sp.to]
	if !strings.ContainsAny(text, boxes) {
		return p.sub(sp.from, sp.to)
	}
	var ms []mark
	for i, r := range text {
		if !strings.ContainsRune(boxes+ticks, r) {
			continue
		}
		m := mark{i, i + len(string(r)), strings.ContainsRune(ticks, r)}
		if n := len(ms); n > 0 && ms[n-1].to == i && ms[n-1].ticked != m.ticked {
			// A tick set over its box.
			ms[n-1].to, ms[n-1].ticked = m.to, true
			continue
		}
		ms = append(ms, m)
	}
	last := ms[len(ms)-1].to
	behind := strings.Trim(text[last:], ",。;:、()") == ""
	end := len(text)
	if j := strings.IndexAny(text[last:], ",。;"); j >= 0 && !behind {
		end = last + j
	}
	var out []glyph
	take := func(from, to int) { out = append(out, p.sub(sp.from+from, sp.from+to)...) }
	start := ms[0].from
	if behind {
		// The first choice begins behind what announces the list.
		start = strings.LastIndexAny(text[:ms[0].from], ":,") + 1
	}
	if behind && strings.Trim(text[start:ms[0].from], ",:;、() ") == "" && len(ms) > 1 {
		// □Bsu级√Csu级□: a mark before the first choice and one behind the last.
		return p.sub(sp.from, sp.to)
	}
	take(0, start)
	n := 0
	for i, m := range ms {
		from, to := m.to, end
		if i+1 < len(ms) {
			to = ms[i+1].from
		}
		if behind {
			from, to = start, m.from
			if i > 0 {
				from = ms[i-1].to
			}
		}
		if !m.ticked || from >= to {
			continue
		}
		if n++; n > 1 {
			out = append(out, glyph{r: '、', soft: true})
		}
		take(from, to)
	}
	if behind {
		end = last
	}
	take(end, len(text))
	return out
}
