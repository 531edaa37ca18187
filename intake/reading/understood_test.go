package reading

import (
	"os"
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// What a conclusion may say without taking anything back, and what not.
func TestWordsThatCouldTakeBackAConclusion(t *testing.T) {
	for _, c := range []struct {
		name string
		of   caution
		text string
		left string // the words that ask for a human; empty: understood
	}{
		{"the standard's own words", ofConclusion, "即安全性略低于本标准对Asu级的规定,尚不显著影响整体承载,可能有极少数构件应采取措施。", ""},
		{"a part that needs repair", ofConclusion, "虽屋面局部渗漏,但承重构件未见开裂变形,综合评定该房屋安全性等级为Bsu级。", ""},
		{"for the time being", ofConclusion, "该房屋安全性等级暂按Bsu级考虑。", "暂"},
		{"until something is built", ofConclusion, "该房屋安全性等级为Bsu级,自挡墙修好之日起算。", "自挡墙修好之日起、算"},
		{"two readings of one sentence", ofConclusion, "业主称其安全性等级为Bsu级。", "业主、称"},
		{"a gap hides no word", ofConclusion, "将该房屋暂评定为Bsu级。", "暂"},
		{"a storey for the house", ofCore, "一层门面安全性等级", "层、门面"},
		{"a house of three storeys", ofCore, "三层砖混结构房屋安全性等级", ""},
		{"people who are to leave", ofAdvice, "请二楼住户先搬到亲戚家。", "住户先搬到"},
		{"care that everybody is told to take", ofAdvice, "使用过程中不得擅自拆改承重墙,发现裂缝发展应及时报告。", ""},
		{"the place of a seal", ofAdvice, "蒲云川2026年3月14日重庆某某检测中心(盖章)", ""},
		{"a house by its body", ofConclusion, "委托鉴定房屋主体结构安全性等级判定为Csu级。", ""},
		{"several behind a word for in the middle", ofFacts, "四根柱子当中有三根主筋锈断。", "锈断"},
		{"copied from elsewhere", ofReport, "三层数据沿用2019年报告。", "数据沿用"},
		{"the liability of a copy", ofReport, "复印本报告未重新加盖鉴定专用章无效。", ""},
		{"a wall that goes on leaning", ofFacts, "山墙外倾仍在发展。", "外倾仍在发展"},
		{"what follows is no condition", ofReport, "报告打印校对有误,更正如下:", "更正如下"},
		{"nor is the present", ofFacts, "如今山墙外倾仍在发展。", "外倾仍在发展"},
		{"a wall that does not", ofFacts, "未见墙体外倾、裂缝发展。", ""},
	} {
		var words []string
		for _, at := range c.of.unexplained(c.text) {
			words = append(words, c.text[at[0]:at[1]])
		}
		if got := strings.Join(words, "、"); got != c.left {
			t.Errorf("%s: %q leaves %q, want %q", c.name, c.text, got, c.left)
		}
	}
}

// A phrase that accounts for every word of a list would take the list away.
func TestNoPhraseAccountsForEverything(t *testing.T) {
	for name, c := range map[string]caution{"conclusion": ofConclusion, "core": ofCore, "advice": ofAdvice, "anywhere": ofReport, "facts": ofFacts, "unabated": ofUnabated, "lightened": ofLightened} {
		if c.whole.MatchString("") {
			t.Errorf("%s: a phrase matches nothing at all", name)
		}
		for _, g := range c.gapped {
			if g.MatchString("") {
				t.Errorf("%s: %s matches nothing at all", name, g)
			}
		}
	}
	// What stands alone in its line is a heading, or was torn off by the layout.
	headings := []string{"结论", "意见", "见", "详见", "参照", "说明"}
	for _, words := range entriesOf("operators/conclusion") {
		if strings.ContainsAny(words, "(?[") {
			continue
		}
		if len(ofConclusion.unexplained(words)) == 0 && !slices.Contains(headings, words) {
			t.Errorf("%s alone is taken for understood", words)
		}
	}
}

// A list that no caution asks for would be written for nothing; an entry that stands
// twice leaves the next owner to wonder which of them counts.
func TestEveryEntryIsReadOnce(t *testing.T) {
	read := map[string][]string{
		"operators":  {"advice", "anywhere", "conclusion", "core", "facts", "lightened", "unabated"},
		"understood": {"advice", "anywhere", "conclusion", "everywhere", "facts", "lightened"},
	}
	for of, want := range read {
		if got := listsOf(t, of); !slices.Equal(got, want) {
			t.Errorf("data/%s has the lists %v, want %v", of, got, want)
		}
		for _, name := range want {
			entries := entriesOf(of + "/" + name)
			if of == "understood" && name != "everywhere" {
				entries = append(entries, entriesOf("understood/everywhere")...)
			}
			once := make(map[string]bool)
			for _, e := range entries {
				if once[e] {
					t.Errorf("%s/%s: %s stands there twice", of, name, e)
				}
				once[e] = true
			}
		}
	}
}

// listsOf returns the names of the lists of words or of phrases.
func listsOf(t *testing.T, of string) (names []string) {
	t.Helper()
	dirs, err := cautionData.ReadDir("data/" + of)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		names = append(names, d.Name())
	}
	return names
}

// The unit's grade follows the lower of 地基基础 and 上部承重结构, wherever the
// sentence that rates them names the envelope as well (GB 50292-2015 9.1.2).
func TestASentenceThatNamesTheEnvelopeStillBinds(t *testing.T) {
	const report = `房屋安全性鉴定报告
报告编号：JY-2026-301
委托单位：江津区支坪镇人民政府
鉴定单位：重庆精砚建筑检测有限公司
房屋地址：江津区支坪镇真武街8号
签发日期：2026年11月11日
一、鉴定依据
《民用建筑可靠性鉴定标准》GB 50292-2015
二、安全性评级
RATED
三、鉴定结论
该房屋安全性等级为Bsu级，尚不显著影响整体承载。
四、处理建议
可继续正常使用。
`
	for rated, contradicts := range map[string]bool{
		"地基基础Bu级，上部承重结构Du级，围护系统承重部分Bu级。":            true,
		"地基基础、上部承重结构、围护系统承重部分的安全性等级分别为Bu级、Cu级、Bu级。": true,
		"地基基础、上部承重结构和围护系统承重部分均为Cu级。":                true,
		"地基基础、上部承重结构、围护系统承重部分的安全性等级分别为Bu级、Bu级、Cu级。": false,
		"地基基础Bu级，上部承重结构Bu级，围护系统承重部分Cu级。":            false,
	} {
		got := slices.ContainsFunc(Read(setText(strings.Replace(report, "RATED", rated, 1)), Options{}).Reasons, func(x schemas.Reason) bool { return x.Code == "conclusion_contradicts_sub_unit" })
		if got != contradicts {
			t.Errorf("%s: contradiction %v, want %v", rated, got, contradicts)
		}
	}
}

// Looking for the words and phrases by the runes with which they begin finds what
// looking for them everywhere finds.
func TestWordsAreFoundByTheirFirstRune(t *testing.T) {
	raw, err := os.ReadFile("testdata/roles.txt")
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(string(raw), "\n")
	for _, of := range []string{"operators", "understood"} {
		for _, name := range listsOf(t, of) {
			texts = append(texts, entriesOf(of+"/"+name)...)
		}
	}
	found, none := 0, 0
	for name, c := range map[string]caution{"conclusion": ofConclusion, "core": ofCore, "advice": ofAdvice, "anywhere": ofReport, "facts": ofFacts} {
		for what, g := range map[string]*guarded{"words": c.words, "phrases": c.whole} {
			for i, s := range texts {
				if i%4 != 0 {
					continue // the engine takes its time
				}
				want := g.engine().FindAllStringIndex(s, -1)
				if got := g.FindAllStringIndex(s, -1); !slices.EqualFunc(got, want, slices.Equal) {
					t.Errorf("%s of %s: %q: %v, want %v", what, name, s, got, want)
				}
				if want != nil {
					found++
				} else {
					none++
				}
			}
			if g.starts == nil {
				t.Errorf("%s of %s are tried at every place", what, name)
			}
		}
	}
	if found < 500 || none < 500 {
		t.Errorf("%d with a word, %d without: too few to tell", found, none)
	}
}
