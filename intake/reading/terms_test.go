package reading

import (
	"strings"
	"testing"
)

// Terms of the trade that hold a word of harm, and the harm that they are close to.
func TestTermsAreNoHarm(t *testing.T) {
	for said, held := range map[string]bool{
		"墙垛（压弯）抗力与效应之比最小1.26。":                 false,
		"三层梁端已被压弯，跨中下挠明显。":                     true,
		"东门于2009年加宽至3.6米，门框柱与门顶梁按图施作，同年验收通过。":  false,
		"两年来山墙裂缝逐渐变大。":                         true,
		"压力机设独立设备基础，与厂房基础脱开。":                  false,
		"二层楼板与东山墙脱开约30mm。":                     true,
		"连廊一端为可滑动节点，缝内无杂物。":                    false,
		"屋后坡体仍在滑动。":                            true,
		"屋面断裂的架空隔热板三块，拟更换。":                    false,
		"二层大梁中部断裂。":                            true,
		"最大倾斜率1.21‰（0.12%），小于标准规定的整体倾斜率2%的限值。": false,
		"房屋整体倾斜率2%，方向朝南。":                      true,
		"房屋无构造柱，结构整体性略差，评为Bu级。":                false,
		"结构整体性很差。":                             true,
		"整体性一项考虑了预制板板缝开裂的影响，评为Bu级。":            false,
	} {
		got := len(blockers(Read(setText(attackedWith("INSPECTION", said)), Options{}).Reasons)) > 0
		if got != held {
			t.Errorf("held %v: %s %v", got, said, blockers(Read(setText(attackedWith("INSPECTION", said)), Options{}).Reasons))
		}
	}
}

func TestNamesOfBuildings(t *testing.T) {
	for text, want := range map[string]string{
		"3号楼(后勤楼)": "3号楼", "2号楼(住院楼)": "2号楼", "1号楼(裙房)": "1号楼 裙房", "教学楼(含A栋)": "A栋 教学楼",
	} {
		if got := strings.Join(unitsIn(text, nil), " "); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	for a, b := range map[string]string{"1号楼(门诊楼)": "1号楼", "3号楼(后勤楼)": "3#楼", "B栋(食堂楼)": "B栋"} {
		if unitKey(a) != unitKey(b) {
			t.Errorf("%s is not %s", a, b)
		}
	}
	for _, a := range []string{"1号楼(裙房)", "1号楼(东楼)", "1号楼(二层)", "1号楼(附属楼)"} {
		if unitKey(a) == unitKey("1号楼") {
			t.Errorf("%s is the whole of it", a)
		}
	}
}

// A number whose year stands in brackets is not cut at them in a running head.
func TestNumberInARunningHead(t *testing.T) {
	m := headNo.FindStringSubmatch(fold("重庆鼎柱工程检测鉴定有限公司报告编号：鼎检鉴字（2025）第0316号"))
	if m == nil || m[1] != "鼎检鉴字(2025)第0316号" {
		t.Errorf("%q", m)
	}
	if m := headNo.FindStringSubmatch(fold("（报告编号：JD-2026-017）")); m == nil || m[1] != "JD-2026-017" {
		t.Errorf("%q", m)
	}
}
