package readingtest

import (
	"bufio"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"jianding/schemas"
)

// Ordinary is a sentence as it stands in sound reports, by somebody who knows
// nothing of the reader, with the section and the grade of such a report; the
// grade * is any.
type Ordinary struct {
	Section, Grade, Text string
}

// LoadOrdinary reads the lines of a file: section, grade and sentence between tabs.
func LoadOrdinary(dir fs.FS, name string) ([]Ordinary, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Ordinary
	for s := bufio.NewScanner(f); s.Scan(); {
		cols := strings.Split(s.Text(), "\t")
		if len(cols) != 3 || !slices.Contains(ordinarySections, cols[0]) {
			return nil, fmt.Errorf("%s: %q", name, s.Text())
		}
		out = append(out, Ordinary{cols[0], cols[1], cols[2]})
	}
	return out, nil
}

var ordinarySections = []string{"declaration", "overview", "basis", "inspection", "analysis", "rating", "conclusion", "advice", "end"}

// sober are the conclusion and advice beside which a sentence of a report of the
// grade may stand.
var sober = map[string][3]string{
	"Asu": {"《民用建筑可靠性鉴定标准》GB 50292-2015", "该房屋安全性等级为Asu级，不影响整体承载。", "可继续正常使用。"},
	"Bsu": {"《民用建筑可靠性鉴定标准》GB 50292-2015", "该房屋安全性等级为Bsu级，尚不显著影响整体承载。", "可继续正常使用。"},
	"Csu": {"《民用建筑可靠性鉴定标准》GB 50292-2015", "该房屋安全性等级为Csu级，个别构件承载力不足，属局部问题，不影响房屋整体承载。", "对不满足要求的构件进行加固处理，处理前限制使用。"},
	"Dsu": {"《民用建筑可靠性鉴定标准》GB 50292-2015", "该房屋安全性等级为Dsu级，严重影响整体承载。", "立即停止使用，疏散人员。"},
	"A":   {"《危险房屋鉴定标准》JGJ 125-2016", "该房屋危险性等级为A级，无危险构件，房屋结构能满足安全使用要求。", "可继续正常使用。"},
	"B":   {"《危险房屋鉴定标准》JGJ 125-2016", "该房屋危险性等级为B级，个别结构构件评定为危险构件，但不影响主体结构安全。", "对危险构件进行维修。"},
	"C":   {"《危险房屋鉴定标准》JGJ 125-2016", "该房屋危险性等级为C级，部分承重结构不能满足安全使用要求，房屋局部处于危险状态，构成局部危房。", "对危险构件进行加固处理，处理前限制使用。"},
	"D":   {"《危险房屋鉴定标准》JGJ 125-2016", "该房屋危险性等级为D级，承重结构已不能满足安全使用要求，房屋整体处于危险状态，构成整幢危房。", "立即停止使用，疏散人员。"},
}

// givesGrade: a sentence of a conclusion with a grade of a house in it.
var givesGrade = regexp.MustCompile(`[A-D](?:su)?\s*级|\b[A-D]su\b`)

// Gives tells whether the sentence is a conclusion and not one beside it.
func (x Ordinary) Gives() bool {
	return x.Section == "conclusion" && x.Grade != "*" && givesGrade.MatchString(x.Text)
}

// BuildOrdinary sets a short report in which the sentence stands.
func (w *Wordings) BuildOrdinary(x Ordinary) (r Report, grade schemas.Grade) {
	g := x.Grade
	if g == "*" {
		g = "Bsu"
	}
	s := sober[g]
	standard, conclusion, advice := s[0], s[1], s[2]
	if strings.Contains(x.Text, "363") || strings.Contains(x.Text, "农村住房") {
		standard = strings.ReplaceAll(standard, "《危险房屋鉴定标准》JGJ 125-2016", "《农村住房危险性鉴定标准》JGJ/T 363-2014")
	}
	address := "江津区支坪镇真武街8号"
	if a := streetOf.FindString(x.Text); a != "" {
		address = a
	} else if a := townIn.FindString(x.Text); a != "" {
		address = "江津区" + a + "真武街8号"
	}
	parts := map[string][]WrittenBlock{
		"overview":   {{P: "该房屋为自建房，2026年11月3日检测。"}},
		"basis":      {{P: standard}},
		"inspection": {{P: "墙体局部有抹灰裂缝。"}},
		"conclusion": {{P: conclusion}}, "advice": {{P: advice}},
		"end": {{L: "鉴定人：周敏　审核：方仲元　批准：何以诚"}},
	}
	if x.Gives() {
		parts["conclusion"] = nil
	}
	parts[x.Section] = append(parts[x.Section], WrittenBlock{P: x.Text})
	k := Whole{ID: x.Text, Blocks: []WrittenBlock{
		{Title: "房屋安全鉴定报告"}, {L: "报告编号：JY-2026-301"}, {L: "委托单位：江津区支坪镇人民政府"},
		{L: "鉴定单位：重庆精砚建筑检测有限公司"}, {L: "房屋地址：" + address}, {L: "签发日期：2026年11月11日"},
	}}
	for i, part := range []string{"declaration", "overview", "basis", "inspection", "analysis", "rating", "conclusion", "advice", "end"} {
		if len(parts[part]) == 0 {
			continue
		}
		if part != "end" {
			heading := []string{"声明", "一、工程概况", "二、鉴定依据", "三、现场检查检测", "四、承载力验算", "五、安全性评级", "六、鉴定结论", "七、处理建议"}[i]
			k.Blocks = append(k.Blocks, WrittenBlock{H: heading})
		}
		k.Blocks = append(k.Blocks, parts[part]...)
	}
	return w.BuildWhole(k, Plain, Layout{Columns: 1, Size: 12}), schemas.Grade(g)
}
