package reading

import (
	"fmt"
	"strings"
	"unicode"

	"jianding/schemas"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// commonHan holds the characters of GB 2312 level 1: 3 755 characters that
// make up more than 99 % of modern Chinese prose but 18 % of the CJK block, so
// that text decoded through a wrong CMap stands out.
var commonHan = func() map[rune]bool {
	m := make(map[rune]bool, 3800)
	dec := simplifiedchinese.GBK.NewDecoder()
	for hi := 0xB0; hi <= 0xD7; hi++ {
		for lo := 0xA1; lo <= 0xFE; lo++ {
			s, err := dec.String(string([]byte{byte(hi), byte(lo)}))
			if err != nil {
				continue
			}
			for _, r := range s {
				if isHan(r) {
					m[r] = true
				}
			}
		}
	}
	return m
}()

// trade are words of which some stand on every page of prose of an appraisal
// report. Text of common characters without any of them is not language.
var trade = []string{"的", "房屋", "结构", "鉴定", "检测", "检查", "报告", "构件", "评定", "安全", "建筑",
	"工程", "使用", "标准", "规范", "单位", "处理", "强度", "混凝土", "墙", "梁", "柱", "楼", "裂缝", "测",
	"层", "表", "图", "号", "为", "及", "和", "有限公司", "日期", "编号", "要求", "进行", "附", "位置", "符合"}

// legibility counts what makes text language or not.
type legibility struct {
	han, common, bad, latin, odd, all int
}

func legible(s string) legibility {
	var l legibility
	for _, r := range s {
		f := foldRune(r)
		if f == "" {
			if r != '\r' && r != '\n' && r != '\t' && unicode.IsControl(r) {
				l.bad++
				l.all++
			}
			continue
		}
		for _, r := range f {
			l.all++
			switch {
			case isHan(r):
				l.han++
				if commonHan[r] {
					l.common++
				}
			case r == unicode.ReplacementChar || unicode.Is(unicode.Co, r) || !unicode.IsGraphic(r):
				l.bad++
			case r < 0x80:
				l.latin++
			case strings.ContainsRune("×÷·±°²³", r): // a number made unreadable (4756××××), units
			case r < 0x0370 || unicode.IsLetter(r) && r < 0x2000 || r >= 0xAC00 && r < 0xF900 || r >= 0x3040 && r < 0x3100:
				l.odd++ // accented Latin, kana, hangul: what Chinese bytes look like in a wrong encoding
			}
		}
	}
	return l
}

// garbledText tells whether s as a whole is not language, and why.
func garbledText(s string) (string, bool) {
	l := legible(s)
	switch {
	case l.all == 0:
		return "", false
	case l.bad*20 > l.all:
		return fmt.Sprintf("%d/%d 个字符无法识别", l.bad, l.all), true
	case l.odd*8 > l.all && l.odd > 3:
		return fmt.Sprintf("%d/%d 个字符不属于中文", l.odd, l.all), true
	case l.han >= 6 && l.common*100 < l.han*80:
		return fmt.Sprintf("%d/%d 个汉字为罕用字", l.han-l.common, l.han), true
	}
	return "", false
}

// meaningless tells whether a page of common characters holds not one word of
// the trade, or hardly a Chinese character: a font whose codes were shuffled.
func meaningless(folded string) bool {
	l := legible(folded)
	if l.han < 40 {
		return l.all >= 80 && l.han*10 < l.all && letters(folded)*2 > l.all
	}
	found := 0
	for _, w := range trade {
		if strings.Contains(folded, w) {
			found++
		}
	}
	if l.han*10 < l.all && letters(folded)*2 < l.latin {
		return found == 0 // a table of codes and figures
	}
	return found < 3
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if r < 0x80 && unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// A page is a scan when an image covers this share of it and hardly any text
// stands on it; text in number over such an image is a layer that need not
// say what the picture shows.
const (
	scanShare = 0.60
	fewGlyphs = 40
)

// judgePage gives a page's verdict from its text and the share of it that
// images cover.
func judgePage(page int, text string, imageShare float64) schemas.PageVerdict {
	v := schemas.PageVerdict{Page: page, Text: schemas.PageReadable}
	folded := fold(text)
	n := len([]rune(folded))
	switch {
	case n < fewGlyphs && imageShare >= scanShare:
		v.Text, v.Detail = schemas.PageScanned, "整页为图像，没有文字"
		return v
	case n == 0 && imageShare < 0.05:
		v.Text = schemas.PageEmpty
		return v
	case n == 0:
		v.Text, v.Detail = schemas.PageScanned, "页面只有图像"
		return v
	}
	if why, bad := garbledText(text); bad {
		v.Text, v.Detail = schemas.PageGarbled, why
		return v
	}
	if meaningless(folded) {
		v.Text, v.Detail = schemas.PageGarbled, "文字不成语句"
		return v
	}
	if imageShare >= scanShare {
		v.Text, v.Detail = schemas.PageMixed, "文字覆在整页图像上，不能证明与图像一致"
		return v
	}
	if n := garbledRuns(text); n > 0 {
		v.Text, v.Detail = schemas.PageMixed, fmt.Sprintf("%d 行文字不是正常中文", n)
	} else if n := unknownGlyphs(text); n > 0 {
		v.Text, v.Detail = schemas.PageMixed, fmt.Sprintf("%d 个字符无法识别", n)
	}
	return v
}

// unknownGlyphs counts what stands for a glyph whose character is not known:
// one of them may be the 不 of a sentence.
func unknownGlyphs(text string) int {
	n := 0
	for _, r := range text {
		if r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\r' && r != '\n' && r != '\t' {
			n++
		}
	}
	return n
}

// strays counts letters and signs of other languages that stand among Chinese
// characters: a tool that rewrote the document took codes for characters, so
// that 号 reads ÷ and 。 reads 2. Rebars are Ø12, and areas are multiplied by ×.
func strays(text string) int {
	rs := []rune(fold(text))
	n := 0
	for i, r := range rs {
		if r < 0xC0 || r > 0x24F || r == 'Ø' || r == 'ø' || r == '×' {
			continue
		}
		before, after := rune(0), rune(0)
		if i > 0 {
			before = rs[i-1]
		}
		if i+1 < len(rs) {
			after = rs[i+1]
		}
		if unicode.IsLetter(before) && !isHan(before) || unicode.IsLetter(after) && !isHan(after) {
			continue // a word of that language
		}
		if isHan(before) || isHan(after) {
			n++
		}
	}
	return n
}

// distrustStrays withholds belief from all pages of a document in which
// characters of other languages took the place of Chinese ones: where codes
// were taken for digits or letters nothing shows it.
func distrustStrays(pages []loaded, verdicts []schemas.PageVerdict) {
	n := 0
	for i := range pages {
		n += strays(pages[i].text)
	}
	if n < fewestStrays {
		return
	}
	for i := range verdicts {
		if verdicts[i].Text == schemas.PageReadable {
			verdicts[i].Text, verdicts[i].Detail = schemas.PageMixed, fmt.Sprintf("文件中有 %d 处汉字或标点变成了别的字符，文字不可信", n)
		}
	}
}

// fewestStrays is how many are no slip of the keyboard.
const fewestStrays = 3

// garbledRuns counts the lines that are not language on a page that mostly is.
func garbledRuns(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if lineGarbled(line) {
			n++
		}
	}
	return n
}

// lineGarbled judges one line; short ones need stronger evidence.
func lineGarbled(line string) bool {
	l := legible(line)
	switch {
	case l.all == 0:
		return false
	case l.bad >= 2 && l.bad*5 >= l.all, l.bad == l.all:
		return true
	case l.odd >= 4 && l.odd*3 >= l.all:
		return true
	case l.han >= 5 && l.common*2 < l.han:
		return true
	}
	return false
}
