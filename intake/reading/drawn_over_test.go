package reading

import (
	"slices"
	"strings"
	"testing"
)

// pennedSource is a document with what a pen drew on its first page.
type pennedSource struct {
	overdrawn
	slants, images [][4]float64
}

func (s pennedSource) Slants(int) ([][4]float64, error)   { return s.slants, nil }
func (s pennedSource) Pictures(int) ([][4]float64, error) { return s.images, nil }

// What everybody sees and the reader does not: a bar, a diagonal or a wave through
// words, a line of print that is a picture or outlines, a word written in above.
func TestDrawnOver(t *testing.T) {
	src := setText(attackedWith("", ""))
	said := boxOf(t, src, "评定为Bsu级")
	fact := boxOf(t, src, "墙体未见明显裂缝。")
	first := boxOf(t, src, "该房屋安全")
	h := said[3] - said[1]
	middle := (said[1] + said[3]) / 2
	// Between two lines of the text there is no room for a third: one that stands by
	// itself is set below the last.
	last := boxOf(t, src, "1、可继续正常使用。")
	below := func(x0, x1 float64) [4]float64 {
		return [4]float64{x0, last[1] - 2.5*h, x1, last[1] - 1.5*h}
	}
	row := func(n int, at func(x0, x1 float64) [4]float64) (out [][4]float64) {
		for i := range n {
			x := last[0] + float64(i)*1.1*h
			out = append(out, at(x, x+h))
		}
		return out
	}
	for _, c := range []struct {
		name   string
		src    pennedSource
		reason string
	}{
		{"nothing", pennedSource{}, ""},
		{"a thick bar", pennedSource{overdrawn: overdrawn{drawings: [][4]float64{{said[0], middle - 2, said[2], middle + 2}}}}, "struck_out"},
		{"the ground of words", pennedSource{overdrawn: overdrawn{drawings: [][4]float64{{said[0], said[1] - 1, said[2], said[3] + 1}}}}, ""},
		{"a diagonal", pennedSource{slants: [][4]float64{{said[0], said[1], said[2], said[3]}}}, "struck_out"},
		{"a diagonal beside", pennedSource{slants: [][4]float64{{said[2] + 300, said[1], said[2] + 320, said[3]}}}, ""},
		{"a line of print that is a picture", pennedSource{images: [][4]float64{below(last[0], last[0]+20*h)}}, "drawn_character"},
		{"a photograph", pennedSource{images: [][4]float64{{last[0], last[1] - 300, last[0] + 300, last[1] - 40}}}, ""},
		{"a line of print in outlines", pennedSource{overdrawn: overdrawn{drawings: row(9, below)}}, "drawn_character"},
		{"two ornaments", pennedSource{overdrawn: overdrawn{drawings: row(2, below)}}, ""},
		{"written in above", pennedSource{overdrawn: overdrawn{drawings: [][4]float64{{said[0], said[3] + 0.1*h, said[0] + 0.8*h, said[3] + 0.9*h}}}}, "drawn_character"},
		{"before the first word", pennedSource{overdrawn: overdrawn{drawings: [][4]float64{{first[0] - h, first[1], first[0], first[3]}}}}, "drawn_character"},
		{"above a finding", pennedSource{overdrawn: overdrawn{drawings: [][4]float64{{fact[0], fact[3] + 0.1*h, fact[0] + 0.8*h, fact[3] + 0.9*h}}}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.src.textSource = src
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

// A tick that is set over its box is a tick, marks on both sides of a list tell
// nothing, and a form's answer about the whole house is a statement.
func TestTicksThatTellMore(t *testing.T) {
	concluded := func(said string) string {
		return strings.Replace(attackedWith("", ""), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", said, 1)
	}
	for _, l := range []string{
		"该房屋安全性等级评定为：□Asu级 ☑Bsu级 □Csu级 ■□Dsu级。", "该房屋安全性等级评定为：□Bsu级√Csu级□",
	} {
		if len(blockers(Read(setText(concluded(l)), Options{}).Reasons)) == 0 {
			t.Errorf("accepted with %s", l)
		}
	}
	for l, harmed := range map[string]bool{
		"房屋整体：□安全 ☑危险": true, "整幢危房：■是 □否": true, "是否构成整幢危房：☑是 □否": true, "是否影响房屋整体安全：☑是 □否": true, "整体安全性是否满足要求：□是 ☑否": true, "整体处于危险状态：是☑ 否□": true,
		"房屋整体：☑安全 □危险": false, "整幢危房：□是 ■否": false, "是否影响房屋整体安全：□是 ☑否": false, "整体处于危险状态：是□ 否☑": false,
	} {
		if got := wholeHarmed(concluded("该房屋安全性等级评定为Bsu级。" + l)); got != harmed {
			t.Errorf("%s: a hazard %v, want %v", l, got, harmed)
		}
	}
}

// What a part about other things says of this house as it is.
func TestAHazardAstrayInAnotherPart(t *testing.T) {
	for _, l := range []string{
		"五、周边环境\n相邻房屋倒塌危及该房屋整体安全。", "五、编制依据\n该房屋整体处于危险状态，随时可能倒塌。", "五、历史情况\n该房屋目前整体处于危险状态。", "五、声明\n该房屋整体处于危险状态。",
	} {
		if !wholeHarmed(strings.Replace(attackedWith("", ""), "五、处理建议", l+"\n六、处理建议", 1)) {
			t.Errorf("no hazard: %s", l)
		}
	}
	for _, l := range []string{"五、历史情况\n该房屋2015年曾鉴定为整体处于危险状态，2018年加固。", "五、声明\n如发现该房屋存在影响整体安全的隐患，应及时报告。", "五、编制依据\n鉴定单元各层中，Au级表示无危险点，Du级表示整体危险。", "五、编制依据\n发现影响房屋整体安全使用或整体承载问题隐患的，应在24小时内报送。"} {
		if wholeHarmed(strings.Replace(attackedWith("", ""), "五、处理建议", l+"\n六、处理建议", 1)) {
			t.Errorf("a hazard is invented: %s", l)
		}
	}
}
