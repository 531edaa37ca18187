package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// overdrawn is a document with what is drawn over its first page.
type overdrawn struct {
	textSource
	rules, drawings [][4]float64
}

func (o overdrawn) Rules(int) ([][4]float64, error)    { return o.rules, nil }
func (o overdrawn) Drawings(int) ([][4]float64, error) { return o.drawings, nil }

// boxOf returns where the words stand in the document's text.
func boxOf(t *testing.T, s textSource, words string) [4]float64 {
	t.Helper()
	rs := []rune(words)
	for i := range s.pages[0] {
		cs := s.pages[0][i:]
		if len(cs) >= len(rs) && slices.EqualFunc(cs[:len(rs)], rs, func(c pdf.Char, r rune) bool { return c.R == r }) {
			return [4]float64{cs[0].Box[0], cs[0].Box[1], cs[len(rs)-1].Box[2], cs[0].Box[3]}
		}
	}
	t.Fatalf("nowhere: %s", words)
	return [4]float64{}
}

// Words that are struck out are taken back by whoever struck them, and what
// stands in a sentence as a picture is seen by everybody but the reader.
func TestOverdrawn(t *testing.T) {
	report := strings.Replace(sampleReport, "等级评定为Dsu级，严重影响整体承载。", "等级评定为Bsu级，尚不显著影响整体承载。\n2、鉴定范围〓为整幢房屋。", 1)
	report = strings.Replace(report, "1、立即停止使用。", "1、可〓继续正常使用。", 1)
	plain := setText(report)
	gone := setText(strings.ReplaceAll(report, "〓", "　")) // a gap where the picture stands
	through := func(words string, share float64) [4]float64 {
		b := boxOf(t, plain, words)
		y := b[1] + share*(b[3]-b[1])
		return [4]float64{b[0], y, b[2], y + 0.7}
	}
	at := func(words string) [4]float64 { return boxOf(t, plain, words) }
	moved := func(b [4]float64, dx float64) [4]float64 { return [4]float64{b[0] + dx, b[1], b[2] + dx, b[3]} }
	for _, c := range []struct {
		name   string
		src    overdrawn
		reason string
	}{
		{"nothing", overdrawn{gone, nil, nil}, ""},
		{"struck grade", overdrawn{gone, [][4]float64{through("Bsu级", 0.5)}, nil}, "struck_out"},
		{"struck with a thick pen", overdrawn{gone, [][4]float64{{60, at("继续正常使用")[1] + 4, 300, at("继续正常使用")[1] + 6}}, nil}, "struck_out"},
		{"underlined", overdrawn{gone, [][4]float64{through("Bsu级", -0.1)}, nil}, ""},
		{"a line above", overdrawn{gone, [][4]float64{through("Bsu级", 1.1)}, nil}, ""},
		{"picture in the conclusion", overdrawn{gone, nil, [][4]float64{at("〓为")}}, ""}, // over a word: it covers or lies behind
		{"picture in a gap", overdrawn{gone, nil, [][4]float64{at("〓")}}, "drawn_character"},
		{"picture in the advice", overdrawn{gone, nil, [][4]float64{boxOf(t, plain, "可〓继")}}, ""},
		{"picture behind the last word", overdrawn{gone, nil, [][4]float64{moved(at("用。"), 25)}}, "drawn_character"},
		{"mark of a list", overdrawn{gone, nil, [][4]float64{moved(at("1、可"), -20)}}, ""},
		{"photograph", overdrawn{gone, nil, [][4]float64{{60, 100, 500, 500}}}, ""},
		{"picture in the list of standards", overdrawn{gone, nil, [][4]float64{moved(at("；"), 12)}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, b := range blockers(Read(c.src, Options{}).Reasons) {
				got = append(got, strings.Fields(b)[0])
			}
			if c.reason == "" && len(got) > 0 || c.reason != "" && !slices.Contains(got, c.reason) {
				t.Errorf("reasons %v, want %q", got, c.reason)
			}
		})
	}
}
