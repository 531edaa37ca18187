package reading

import (
	"strings"
	"testing"
)

// countedReport is a report on a house of class B whose share of dangerous members is
// told, and whose counts stand in a table.
func countedReport(share, grade string, counts ...[]string) Result {
	rows := [][]string{
		{"房屋危险性鉴定报告"}, {"报告编号：AB-2026-002"}, {"委托单位：江津区塘河镇人民政府"}, {"房屋地址：重庆市江津区塘河镇硐寨村三社18号"},
		{"鉴定单位：重庆某检测鉴定有限公司"}, {"签发日期：2026年6月10日"}, {"一、鉴定依据"}, {"《危险房屋鉴定标准》（JGJ 125-2016）。"},
		{"二、危险性分析"}, {share}, {"表1 构件统计"},
	}
	rows = append(rows, counts...)
	rows = append(rows, [][]string{{"三、鉴定结论"}, {"该房屋危险性等级评定为" + grade + "级。"}, {"四、处理建议"}, {"1、可继续使用，对危险构件进行维修。"}}...)
	return Read(setRows(20, rows...)(60, 200, 290, 380, 470), Options{})
}

// The share of dangerous members is reckoned again from what a report counts.
func TestShareFromCounts(t *testing.T) {
	kinds := [][]string{
		{"构件", "系数", "总数", "危险构件数"},
		{"条形基础", "3.5", "16", "0"}, {"一层承重墙", "2.7", "20", "0"}, {"一层楼板", "1.0", "12", "1"},
		{"二层承重墙", "2.7", "20", "1"}, {"二层屋面板", "1.0", "12", "1"}, {"二层中梁", "1.9", "4", "0"},
	} // 4.7 of 195.6
	many := [][]string{
		{"构件类别", "构件总数", "危险构件数量"},
		{"独立基础", "16", "2"}, {"一层承重墙", "20", "9"}, {"一层楼板", "12", "5"}, {"二层承重墙", "20", "8"}, {"二层屋面板", "12", "—"},
	} // 57.9 of 188.0
	storeys := [][]string{
		{"楼层", "基础", "承重墙", "中梁", "楼板"},
		{"基础层", "0/16", "—", "—", "—"}, {"一层", "—", "1/20", "0/4", "0/12"}, {"二层", "—", "0/20", "1/4", "1/12"},
	} // 5.6 of 203.2
	for name, c := range map[string]struct {
		share, grade string
		counts       [][]string
		held         bool
	}{
		"told as counted":            {"房屋危险构件综合比例R=2.4%。", "B", kinds, false},
		"a point that slipped":       {"房屋危险构件综合比例R=3.1%。", "B", many, true},
		"not told, beyond the class": {"房屋各层构件按下表统计。", "B", many, true},
		"not told, within the class": {"房屋各层构件按下表统计。", "B", kinds, false},
		"danger over all":            {"房屋危险构件综合比例R=2.8%。", "B", storeys, false},
		"danger over all, misquoted": {"房屋危险构件综合比例R=0.3%。", "B", storeys, true},
		"without the foundation":     {"房屋危险构件综合比例R=2.0%。", "B", storeys[2:], false},
		"a kind that is not known":   {"房屋危险构件综合比例R=2.0%。", "B", [][]string{many[0], many[1], {"一层梁", "20", "9"}}, false},
		"a quotient that is none":    {"房屋危险构件综合比例R=(0+8.3)÷(56.0+66.8)=8.3÷122.8=0.68%。", "B", nil, true},
		"a quotient":                 {"房屋危险构件综合比例R=(0+1.0)÷(56.0+66.8)=1.0÷122.8=0.8%。", "B", nil, false},
	} {
		res := countedReport(c.share, c.grade, c.counts...)
		if got := has(res.Reasons, "conclusion_contradicts_calculation"); got != c.held {
			t.Errorf("%s: held %v, %v", name, got, blockers(res.Reasons))
		}
		if f := foundIn(res); !strings.Contains(f, "B") {
			t.Errorf("%s: found %q", name, f)
		}
	}
}
