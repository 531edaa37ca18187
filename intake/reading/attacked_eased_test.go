package reading

import (
	"slices"
	"testing"

	"jianding/schemas"
)

// What an attack got past the eased rules for rooms not entered, limits, bearings
// that slide, and what they are for.
func TestEasedRulesHold(t *testing.T) {
	for said, held := range map[string]bool{
		"后墙垮塌处堆放杂物，其余墙面已查看完好。":                        true,
		"断裂的挑板被广告牌遮挡，另查看其他部位正常。":                      true,
		"西墙歪闪处被货架挡住，从东侧查看正常。":                         true,
		"垮了的后间门锁，从前间查看无异常。":                           true,
		"三层未能进入，从二层查看无异常。":                            true,
		"屋架未能看到，从室外查看未见异常。":                           true,
		"地下室未能进入，但其他部分查看未发现异常。":                       true,
		"九户住户外出未能入户，从楼道查看未见异常。":                       true,
		"201、202、203、301、302、303室住户外出未能入户，从楼道查看未见异常。": true,
		"业主外出，未能入户，由外墙查看无异常。":                         true,
		"201室未能进入，经委托方提供照片检查无异常。":                     true,
		"倾斜限值：4‰，实测最大整体倾斜率为35‰。":                      true,
		"倾斜率允许值：4‰，实测：东北角倾斜率为18‰、西南角倾斜率为22‰。":         true,
		"限值：两层及两层以下房屋整体倾斜率3%。":                        false,
		"房后土体一端滑移，威胁房屋安全。":                            true,
		"连廊支座为滑动支座，按图施工，工作正常。":                        false,
		"墙面裂缝未及结构者三条，其余均穿透。":                          true,
		"机器基础独立，与主体脱开20cm仍在发展。":                       true,
		"验算未计入屋面光伏荷载，现已安装。":                           true,
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", said)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
	}
}

// A slope that slides is no bearing, and what was not seen once may be there now.
func TestHarmIsToldStill(t *testing.T) {
	for said, want := range map[string]schemas.StatementKind{
		"土体滑动端已推至后墙，危及房屋整体安全。":  schemas.StatementGeo,
		"房屋所在土层一端滑移，危及房屋整体安全。":  schemas.StatementGeo,
		"房屋整体无倾斜、失稳现象。":         schemas.StatementNegated,
		"房屋整体原无倾斜和坍塌的，现已有坍塌危险。": schemas.StatementWhole,
	} {
		got := Read(setText(attackedWith("CONCLUSION", said)), Options{}).Statements
		if !slices.ContainsFunc(got, func(s schemas.Statement) bool { return s.Kind == want }) {
			t.Errorf("%s: no %s in %v", said, want, got)
		}
	}
}

// Letters in a column are ratings unless the caption says that they are explained,
// and nothing else begins a row.
func TestFewWordsExplainLetters(t *testing.T) {
	four := func(head string, rows ...[]string) [][]string { return append([][]string{{"等级", head}}, rows...) }
	for name, c := range map[string]struct {
		above string
		rows  [][]string
		want  bool
	}{
		"explained": {"表2 安全性等级用语", four("对标准要求的符合程度", []string{"Asu", "符合"}, []string{"Bsu", "略低于"}, []string{"Csu", "不符合"}, []string{"Dsu", "严重不符合"}), true},
		"members":   {"表2 构件评级", [][]string{{"构件", "与标准符合程度", "等级"}, {"砖墙", "符合", "au"}, {"楼板", "略低于要求", "bu"}, {"檩条", "不符合", "cu"}, {"底层大梁", "严重不符合", "du"}}, false},
		"houses":    {"表2 安全性等级含义", [][]string{{"名称", "等级", "符合程度"}, {"门卫室", "Asu", "符合"}, {"食堂", "Bsu", "略低"}, {"浴室", "Csu", "不符合"}, {"宿舍", "Dsu", "严重"}}, false},
		"ratings":   {"表2 评级汇总", four("说明", []string{"Asu", "符合"}, []string{"Bsu", "略低于"}, []string{"Csu", "不符合"}, []string{"Dsu", "严重不符合"}), false},
	} {
		if got := tableSet(t, c.above, c.rows, 60, 200, 340).definition(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The rates of a point are read to the last, and a caption without a unit of rates
// leaves the sums to be read.
func TestSettlingOfPoints(t *testing.T) {
	for name, c := range map[string]struct {
		above string
		rows  [][]string
		want  int
	}{
		"rates down":   {"表3 各期沉降速率（mm/d）", [][]string{{"期次", "J1", "J2"}, {"1", "0.31", "0.02"}, {"2", "0.33", "0.01"}}, 1},
		"slowed":       {"表3 各期沉降速率（mm/d）", [][]string{{"期次", "J1", "J2"}, {"1", "0.31", "0.02"}, {"2", "0.01", "0.01"}}, 0},
		"rates across": {"表3 沉降速率（mm/d）", [][]string{{"测点", "一期", "二期"}, {"J1", "0.31", "0.35"}, {"J2", "0.20", "0.28"}, {"J3", "0.03", "0.01"}}, 2},
		"sums":         {"表3 房屋沉降量及沉降速率观测成果", [][]string{{"测点", "3月1日", "4月1日"}, {"J1", "2.1", "18.2"}, {"J2", "1.0", "1.2"}}, 1},
	} {
		if got := tableSet(t, c.above, c.rows, 60, 200, 340).settlesTooFast(); len(got) != c.want {
			t.Errorf("%s: %d, want %d", name, len(got), c.want)
		}
	}
}
