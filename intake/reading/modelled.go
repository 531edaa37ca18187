package reading

import (
	"fmt"
	"slices"
	"strconv"

	"jianding/schemas"
)

// modelled: 计算模型为三层框架, of a house of four.
var modelled = re(`(?:计算模型|结构模型|计算简图|模型|建模)(?:仅|只)?(?:为|按|取|采用|是|以)*(?:地上)?([0-9]{1,2}|[一二三四五六七八九十]{1,3})层(?:框架|砌体|砖混|砖木|结构|房屋|输入|建立|考虑|计算|模型)`)

// checkModelled asks for a human where the calculation is of fewer storeys than the
// house has: what stands on top bears on what was reckoned.
func (r *reader) checkModelled(items []*item, f schemas.ReportFields, fs []schemas.Finding) {
	has, err := strconv.Atoi(f.Storeys)
	if worst := worstOf(fs); err != nil || worst == 0 || worst >= gravest || len(unitsOfFindings(fs)) > 1 {
		return
	}
	printedOut := 0 // the most storeys of which a table tells that they were reckoned
	var at *item
	var told *cell
	for s := range saidOutside(items) {
		if m := modelled.FindStringSubmatch(s.text); m != nil && number(m[1]) > 0 && number(m[1]) < has {
			r.reason("grade_contradicts_statement", s.page, fmt.Sprintf("%s，%d层", m[0], has), s.whole())
		}
	}
	for _, it := range items {
		if it.table == nil {
			continue
		}
		if c, n := it.table.storeysReckoned(); n > printedOut {
			printedOut, at, told = n, it, c
		}
	}
	if printedOut > 0 && printedOut < has {
		r.reason("grade_contradicts_statement", at.page, fmt.Sprintf("计算模型%d层，房屋%d层", printedOut, has), evidenceOf(told.glyphs, at.page))
	}
}

var (
	// modelStoreys: 结构总层数, in what a program prints of its model.
	modelStoreys = re(`^(?:结构|计算|模型|地上)*总?层数(?:[(][^)]{0,8}[)])?$`)
	ofModel      = re(`总信息|计算模型|模型信息|结构模型|建模|计算(?:书|参数|简图)|(?:结构|计算|模型)(?:总)?层数|(?:验算|计算|复核|建模|输入|输出)[^。;]{0,4}(?:参数|信息|条件)`)
	// givenToModel: what only a table of the calculation lists.
	givenToModel = re(`^(?:基本风压|(?:楼面|屋面|楼屋面)活(?:荷)?载(?:标准值)?|荷载组合|(?:计算|分析)?软件(?:名称)?|风荷载体型系数)(?:[(][^)]{0,10}[)])?$`)
	// reckonedStorey heads the column of the storeys of a model. Tables that say so
	// show a part of them.
	reckonedStorey = re(`^(?:计算层|计算层号|结构层号|自然层)$`)
	showsSome      = re(`列出|列于|从略|略去|其余|仅列|部分|代表|标准层|典型|最不利|控制`)
	storeyNumber   = re(`^(?:第)?([0-9]{1,2}|[一二三四五六七八九十]{1,3})层?$`)
)

// storeysReckoned is how many storeys of the model a table tells of, with the cell
// that does; 0 where it tells nothing of that.
func (t *table) storeysReckoned() (*cell, int) {
	var at *cell
	most, rows := 0, make(map[int]bool)
	ofCalculation := ofModel.MatchString(t.above) || slices.ContainsFunc(t.cells, func(c *cell) bool { return givenToModel.MatchString(c.folded()) })
	for _, c := range t.cells {
		text := c.folded()
		if modelStoreys.MatchString(text) && (ofCalculation || ofModel.MatchString(text)) {
			right := t.rowCells(c.cy(), 0.5*c.size)
			i := slices.Index(right, c)
			if i < 0 || i+1 == len(right) {
				continue
			}
			if m := storeyNumber.FindStringSubmatch(right[i+1].folded()); m != nil && number(m[1]) > most {
				most, at = number(m[1]), right[i+1]
			}
			continue
		}
		if m := storeyNumber.FindStringSubmatch(text); m != nil && c.cy() < t.headEnd() && reckonedStorey.MatchString(t.headOf(c)) && !showsSome.MatchString(t.above) {
			rows[number(m[1])] = true
			if n := number(m[1]); n > most {
				most, at = n, c
			}
		}
	}
	for n := range most {
		if len(rows) > 0 && !rows[n+1] {
			return nil, 0 // some of them
		}
	}
	return at, most
}
