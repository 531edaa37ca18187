package readingtest

import (
	"fmt"
	"math/rand/v2"
)

// rating writes the sections that lead to the conclusion, consistent with it by
// the standards' own combination rules: GB 50292-2015 §9.1.2 and GB 55021-2021
// §4.4.2 (the lower of foundation and superstructure), JGJ 125-2016 §6.3.
func (c *composer) rating() {
	r := c.spec.rng("rating")
	switch c.spec.Kind {
	case "unit_safety":
		c.heading(Rating, r, "安全性评级", "鉴定评级", "安全性鉴定评级", "结构安全性等级评定")
		c.rateUnits(r)
	case "danger":
		c.heading(Rating, r, "危险性评级", "鉴定评级", "房屋危险性鉴定")
		c.rateStoreys(r)
	default:
		c.heading(Rating, r, "危险性评定", "鉴定评级")
		c.para(Rating, "依据现场查勘结果，对地基基础和上部承重结构分别进行评定，综合确定房屋的危险性等级。")
	}
}

func (c *composer) caption(text string) {
	c.add(Block{Kind: Caption, Section: Rating, Text: fmt.Sprintf("表%d %s", c.table, text)})
	c.table++
}

func (c *composer) rateUnits(r *rand.Rand) {
	c.para(Rating, "按承载能力、构造、不适于承载的位移及裂缝等项目评定构件安全性等级，取最低一级作为构件的安全性等级。")
	worst := 0
	for _, u := range c.spec.Units {
		worst = max(worst, severity(u.Grade))
	}
	if r.IntN(2) == 0 {
		c.caption("构件安全性等级评定（部分）")
		rows := [][]string{{"序号", "构件", "承载能力", "构造", "位移变形", "裂缝损伤"}}
		for i := range 3 + r.IntN(4) {
			row := []string{fmt.Sprint(i + 1), fmt.Sprintf("承重墙 %d-%c", 1+r.IntN(6), 'A'+rune(r.IntN(4)))}
			for range 4 {
				row = append(row, string('a'+rune(r.IntN(worst)))+"u")
			}
			rows = append(rows, row)
		}
		c.add(Block{Kind: Table, Section: Rating, Rows: rows})
	}
	needTable := c.spec.Placing == InTable || c.spec.Contradiction == TableDiffers
	if !needTable && r.IntN(4) == 0 {
		c.rateInProse(r)
		return
	}
	c.caption(pick(r, []string{"子单元及鉴定单元安全性等级评定", "安全性鉴定评级结果", "安全性评级汇总"}))
	variant := r.IntN(3)
	var rows [][]string
	parts, unitWord := c.parts()
	if variant == 2 {
		head := append([]string{"名称"}, parts...)
		rows = append(rows, append(head, unitWord))
	} else {
		rows = append(rows, []string{unitWord, "子单元", "子单元等级", unitWord + "等级"})
		if c.spec.Code == "safety55021" {
			rows[0][1], rows[0][2] = "子系统", "子系统等级"
		}
	}
	for i, u := range c.spec.Units {
		name := u.Name
		if name == "" {
			name = unitWord
		}
		grade := u.Grade
		if i == 0 && c.spec.Contradiction == TableDiffers {
			grade = c.otherGrade()
		}
		subs := subUnits(len(parts), severity(grade), r)
		if variant == 2 {
			rows = append(rows, append(append([]string{name}, subs...), grade))
			continue
		}
		for j, p := range parts {
			row := []string{name, p, subs[j], grade}
			if variant == 1 && j > 0 {
				row[0], row[3] = "", "" // merged cells
			}
			rows = append(rows, row)
		}
	}
	c.add(Block{Kind: Table, Section: Rating, Rows: rows})
}

func (c *composer) parts() (parts []string, unit string) {
	if c.spec.Code == "safety55021" {
		return []string{"地基基础", "主体结构"}, "鉴定系统"
	}
	return []string{"地基基础", "上部承重结构", "围护系统承重部分"}, "鉴定单元"
}

// subUnits returns grades of the sub-units whose combination is the severity.
func subUnits(n, sev int, r *rand.Rand) []string {
	out := make([]string, n)
	decides := r.IntN(2)
	for i := range out {
		s := 1 + r.IntN(sev)
		if i == decides {
			s = sev
		}
		out[i] = string('A'+rune(s-1)) + "u"
	}
	return out
}

func (c *composer) rateInProse(r *rand.Rand) {
	parts, _ := c.parts()
	for _, u := range c.spec.Units {
		text := ""
		if u.Name != "" {
			text = u.Name + "："
		}
		for i, g := range subUnits(len(parts), severity(u.Grade), r) {
			text += fmt.Sprintf("%s安全性等级评为%s级；", parts[i], g)
		}
		c.para(Rating, text)
	}
}

func (c *composer) rateStoreys(r *rand.Rand) {
	c.para(Rating, "第一阶段：经观测，房屋地基处于非危险状态，进入第二阶段鉴定。")
	share := func(sev int) float64 {
		switch sev {
		case 1:
			return 0
		case 2:
			return 1 + float64(r.IntN(30))/10
		case 3:
			return 8 + float64(r.IntN(150))/10
		}
		return 30 + float64(r.IntN(300))/10
	}
	c.caption("楼层危险性等级")
	rows := [][]string{{"楼层", "楼层危险构件综合比例(%)", "楼层危险性等级"}}
	for _, u := range c.spec.Units {
		sev := severity(u.Grade)
		for n := range 2 {
			rows = append(rows, []string{fmt.Sprintf("%s第%d层", u.Name, n+1), fmt.Sprintf("%.1f", share(sev)), string('A'+rune(sev-1)) + "u"})
		}
	}
	c.add(Block{Kind: Table, Section: Rating, Rows: rows})
	if len(c.spec.Units) == 1 {
		c.para(Rating, fmt.Sprintf("整体结构危险构件综合比例R=%.1f%%。", share(severity(c.spec.Units[0].Grade))))
	}
}
