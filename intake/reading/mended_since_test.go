package reading

import "testing"

// asHeld reads the attacked report with each line at its place, and asks whether it is
// held.
func asHeld(t *testing.T, places map[string]map[string]bool) {
	t.Helper()
	for place, lines := range places {
		for l, held := range lines {
			b := blockers(Read(setText(wrapped(attackedWith(place, l))), Options{}).Reasons)
			if held && len(b) == 0 {
				t.Errorf("%s: accepted", l)
			}
			if !held && len(b) > 0 {
				t.Errorf("%s: held: %v", l, b)
			}
		}
	}
}

// An earlier grade, what was done since, and the grade of today in one sentence: only
// the last one is this report's. Works to come leave none of today.
func TestGradeSinceTheWorks(t *testing.T) {
	asHeld(t, map[string]map[string]bool{"CONCLUSION": {
		"该房屋安全性等级由2021年之Csu级，经修缮后现评定为Bsu级。":   false,
		"该房屋安全性等级由2021年鉴定的Csu级，经加固后现评定为Bsu级。": false,
		"该房屋安全性等级由2021年之Csu级，拟经修缮后评定为Bsu级。":   true,
		"该房屋安全性等级由2021年之Csu级，经修缮后可评定为Bsu级。":   true,
		"该房屋安全性等级由2021年之Csu级，修缮未完成，现评定为Bsu级。": true,
		"该房屋安全性等级由2026年之Csu级，现评定为Bsu级。":       true,
		"该房屋安全性等级由Csu级，经修缮后现评定为Bsu级。":         true,
		"该房屋安全性等级由2021年之Bsu级，现评定为Csu级。":       true,
		"该房屋安全性等级由2021年之Csu级，经验算加固后现评定为Bsu级。": true,
		"三层由2021年之Csu级，经修缮后现评定为Dsu级。":         true,
		"三层经修缮后现评定为Dsu级。":                     true,
		"二层横墙加固后本次评定为Csu级。":                   true,
		"现评定为Bsu级，以验收结论为准。":                   true,
		"该房屋修缮后达到Bsu级，以验收结论为准。":               true,
		"加固后该房屋为Bsu级，以验收意见为准。":                true,
		"三层横墙加固后可达到Bsu级，以验收结论为准，现状为Csu级。":     true,
		"抗震鉴定不在本次委托之列，业主已另行委托，本楼等级以其报告为准。":    true,
		"抗震及安全性鉴定不在本次委托之列，已另行委托，其结论以专门报告为准。":  true,
	}, "ADVICE": {
		"阳台修缮完成后预计可达到Asu级，以验收结论为准。": false,
		"栏板修复后宜达到Asu级，以竣工验收意见为准。":   false,
		"加固后方可评为Bsu级，以验收结论为准。":      true,
		"本房屋等级以验收结论为准。":             true,
	}, "OVERVIEW": {
		"另需说明，消防验收未列入本次鉴定范围，业主已另行委托，其意见以消防主管部门文件为准。": false,
		"抗震鉴定不在本次委托之列，学校已为此另行委托，其结论以专项报告为准。":         false,
		"结构安全性鉴定不在本次委托之列，学校已为此另行委托，其结论以专项报告为准。":      true,
		"上部结构鉴定不在本次委托之列，学校已为此另行委托，其结论以专项报告为准。":       true,
		"抗震鉴定不在本次委托之列，安全性等级以专项报告为准。":                 true,
	}})
}

// A figure at which somebody is to be told was not measured; one that was, is.
func TestThresholdsAreNotMeasured(t *testing.T) {
	asHeld(t, map[string]map[string]bool{"ADVICE": {
		"沉降观测宜再做两个季度，如速率超过0.1mm/d应通知本院。":              false,
		"沉降观测宜继续一年，当速率大于0.2mm/d时应及时报告。":               false,
		"沉降观测宜继续一年，如前所述速率超过0.1mm/d应通知本院。":             true,
		"沉降观测宜继续，当速率超过0.1mm/d时，即为危险，目前已达到。":           true,
		"沉降观测显示速率已超过0.1mm/d，应通知本院。":                   true,
		"沉降观测宜继续，如速率超过0.1mm/d应通知本院，目前沉降速率已达0.14mm/d。": true,
	}})
}

// Which drawings are left tells nothing of the house; what was taken in their place does,
// and so does the loss of what was measured.
func TestPapersOfTheBuildingThatAreLost(t *testing.T) {
	asHeld(t, map[string]map[string]bool{"OVERVIEW": {
		"该车间由原县建筑设计室设计，设计图纸保存尚称完整，施工资料业已散失大半。": false,
		"竣工资料大半亡佚，结构图纸尚存。":                     false,
		"施工资料散失大半，砂浆强度据业主口述取值。":                true,
		"设计图纸散失，本次按类似房屋的图纸取值。":                 true,
		"图纸散失大半，配筋按假定值输入。":                     true,
		"施工资料早已散失，检测原始记录散失大半。":                 true,
		"检测资料业已散失大半。":                          true,
		"施工资料业已散失大半，二层大梁断裂。":                   true,
	}})
}
