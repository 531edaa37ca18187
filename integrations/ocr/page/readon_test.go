package page

import (
	"context"
	"testing"
)

// A line that a seal cut off before its grade is told that grade, when it is
// surely there; what the seal itself looks like is not taken.
func TestALineGoesOnToItsGrade(t *testing.T) {
	for _, c := range []struct{ said, longer, want string }{
		{"房屋危险性等级评定", "房屋危险性等级评定为B", "房屋危险性等级评定为B"},
		{"房屋危险性等级评定", "房屋危险性等级评定为B专用", "房屋危险性等级评定为B"},
		{"安全性等级评定为", "安全性等级评定为Csu级，显", "安全性等级评定为Csu级"},
		{"可靠性等级评定为", "可靠性等级评定为二级。", "可靠性等级评定为二级"},
		{"房屋危险性等级评定", "房屋危险性等级评定为", ""},
		{"房屋危险性等级评定", "房屋危险性等级评定工程质", ""},
		// The grade that the line told before is not told again.
		{"原评定为C级，本次危险性等级评定", "原评定为C级，本次危险性等级评定质量", ""},
	} {
		if got := text(upToGrade(c.said, chars(c.longer, 0.9))); got != c.want {
			t.Errorf("%s goes on as %q, want %q", c.said, got, c.want)
		}
	}
	unsure := append(chars("房屋危险性等级评定为", 0.9), chars("D", 0.5)...)
	if got := upToGrade("房屋危险性等级评定", unsure); got != nil {
		t.Errorf("a guess is taken for a grade: %q", text(got))
	}
}

// teller stands in for the networks: a line up to its end says one thing, a
// longer one another.
type teller struct {
	eye
	dictionary  Dictionary
	end         int // of the shorter line, in model pixels
	short, long string
	asked       int
}

func (m *teller) Recognise(in []float32, w int) ([]float32, int, error) {
	m.asked++
	said := m.short
	if w > m.end {
		said = m.long
	}
	n := len(m.dictionary)
	var probs []float32
	for _, r := range said {
		step := make([]float32, n)
		for i, d := range m.dictionary {
			if d == r {
				step[i] = 0.95
			}
		}
		blank := make([]float32, n)
		blank[0] = 1
		probs = append(append(probs, step...), blank...)
	}
	return probs, len(probs) / n, nil
}

func TestReadOnStopsAtTheNextCell(t *testing.T) {
	m := &teller{dictionary: Dictionary{0, '等', '级', '评', '定', '为', 'B'}, end: 300, short: "等级评定", long: "等级评定为B"}
	w := work{Reader: &Reader{Models: m, Dictionary: m.dictionary}, ctx: context.Background(), plain: bars(1000, 200), clean: bars(1000, 200)}
	b := Box{Rect: Rect{10, 50, 250, 90}}
	first := reading{b.Rect, chars(m.short, 0.9)}
	got, err := w.readOn(b, first, []Box{b})
	if err != nil || text(got.chars) != m.long || got.box.X1 <= b.X1 {
		t.Errorf("%q %+v %v", text(got.chars), got.box, err)
	}
	asked := m.asked
	got, err = w.readOn(b, first, []Box{b, {Rect: Rect{260, 50, 300, 90}}})
	if err != nil || text(got.chars) != m.short || m.asked != asked {
		t.Errorf("the next cell was read as well: %q %v", text(got.chars), err)
	}
	other := reading{b.Rect, chars("等级二十", 0.9)}
	if got, err = w.readOn(b, other, []Box{b}); err != nil || text(got.chars) != "等级二十" || m.asked != asked {
		t.Errorf("a line that announces nothing was read on: %q %v", text(got.chars), err)
	}
}

// Letters of a seal above a value make its line as high as two.
func TestLinesOfARowAreOfOneHeight(t *testing.T) {
	line := func(s string, x0, y0, x1, y1 float64) Line {
		return Line{Rect: Rect{x0, y0, x1, y1}, Text: s, Chars: chars(s, 1)}
	}
	got := rows([]Line{line("层数", 250, 100, 305, 136), line("2层", 375, 100, 417, 138), line("建筑面积", 866, 100, 978, 136), line("243.20m", 1008, 86, 1136, 152)})
	if l := got[len(got)-1]; len(got) != 4 || l.Y0 < 99 || l.Y1 > 139 {
		t.Errorf("%+v", got)
	}
	// Two lines may well be a title and what stands beside it.
	got = rows([]Line{line("鉴定报告", 90, 90, 310, 138), line("副本", 500, 102, 540, 126)})
	if got[0].h() != 48 {
		t.Errorf("%+v", got)
	}
}
