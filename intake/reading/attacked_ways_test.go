package reading

import (
	"strings"
	"testing"

	"jianding/intake/pdf"
)

// What fresh eyes found the leniencies of a day to let through, by where it stands.
func TestHeldSinceTheThirteenthAttack(t *testing.T) {
	for place, lines := range map[string][]string{
		"CONCLUSION": {
			"三层梁承载力不够评Dsu级。", "承载力不够安全性等级Dsu级。", "整幢承重体系承载力不够评Dsu级。",
			"该楼不够Bsu级。", "实际不够Bsu级。", "未评到Bsu级。", "没评上Bsu级。", "该楼达不到Bsu级。", "可排除Bsu级。",
			"裂缝补好后仍继续加宽，评定为Dsu级。", "屋面补好后墙体继续开裂，现应评定为Dsu级。", "屋架换好后墙体外闪，评定为Dsu级。", "瓦面补好之后复测，评定为Dsu级。",
			"E鉴定结论（加固后）", "E鉴定结论（待复核）", "B鉴定结论（拟定）", "F处理要求停止使用", "G处理建议立即撤离", "五、鉴定结论（加固后）", "五、处理要求停止使用",
			"F周边环境\n该房屋安全性等级评定为Dsu级，严重影响整体承载。",
		},
		"INSPECTION": {
			"承重墙承载力不够评Dsu级。",
			"A房屋历史\n建于1990年。\nB主体结构\n该房屋安全性等级评定为Dsu级，严重影响整体承载。", "A周边环境\n良好。\nB墙体\n承重墙已断裂，随时会倒塌，影响整体承载。",
			"A相邻建筑\n距10米。\nB主楼\n整体严重倾斜，影响整体承载，随时会倒塌。",
			"F周边环境\n整体严重倾斜，影响整体承载。", "G仪器设备\n整体严重倾斜，影响整体承载。", "H声明\n整体严重倾斜，影响整体承载。",
			"四、周边环境\n该房屋安全性等级评定为Dsu级，严重影响整体承载。", "四、房屋历史\n该房屋安全性等级评定为Dsu级，严重影响整体承载。",
		},
	} {
		for _, line := range lines {
			if got := Read(setText(attackedWith(place, line)), Options{}); len(blockers(got.Reasons)) == 0 {
				t.Errorf("%s accepted: %s", place, line)
			}
		}
	}
	for place, lines := range map[string][]string{
		"CONCLUSION": {"尚不够Csu级。", "没有评到Csu级。", "该房屋不低于Bsu级的要求。", "未达到Asu级。"},
	} {
		for _, line := range lines {
			if got := Read(setText(attackedWith(place, line)), Options{}); len(blockers(got.Reasons)) > 0 {
				t.Errorf("%s held: %s %v", place, line, blockers(got.Reasons))
			}
		}
	}
}

// NO.3 is the third house, 3.5 is none.
func TestANumberIsAHouse(t *testing.T) {
	for text, want := range map[string]string{"NO.3、4号楼": "3号楼 4号楼", "No.1、2号楼": "1号楼 2号楼"} {
		if got := strings.Join(unitsIn(text, nil), " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Words right of the conclusion, with a page number above, are no second column: they
// are read beside it.
func TestANoteBesideALineIsNoColumn(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(attackedWith("", "")), "\n")
	beside := make([]string, len(lines))
	beside[0] = "第1页"
	for i, l := range lines {
		if strings.Contains(l, "评定为Bsu级") {
			beside[i] = "不成立"
		}
		lines[i] = string([]rune(l)[:min(20, len([]rune(l)))])
	}
	src := textSource{[][]pdf.Char{setAt(setAt(nil, 50, 780, lines...), 320, 780, beside...)}}
	r := &reader{roles: roleRules()}
	pages, _, _ := r.load(src, Options{})
	for i, l := range pages[0].lines {
		if strings.Contains(l.folded(), "不成立") && !strings.Contains(l.folded(), "Bsu") {
			t.Errorf("line %d of %d: %s", i, len(pages[0].lines), l.folded())
		}
	}
}
