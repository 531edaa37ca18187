package reading

import (
	"strings"
	"testing"
)

// The conclusion is of a building that serves for something else, or of one of two
// parts, and its twins.
func TestConcludedBuilding(t *testing.T) {
	for _, c := range []struct {
		overview, said string
		held           bool
	}{
		{"该房屋为某卫生院门诊综合楼，地上四层。", "某卫生院后勤食堂楼（地上2层，砖混结构）安全性等级评定为Bsu级，尚不显著影响整体承载。", true},
		{"该房屋为某卫生院门诊综合楼。", "某卫生院门诊综合楼安全性等级评定为Bsu级，尚不显著影响整体承载。", false},
		{"该房屋由前部和后部组成，前部为框架结构，后部为砖混结构。", "该房屋前部（框架结构）安全性等级评定为Bsu级，尚不显著影响整体承载。", true},
		{"该房屋由前部和后部组成，均为砖混结构。", "该房屋前部、后部安全性等级均评定为Bsu级，尚不显著影响整体承载。", false},
	} {
		text := strings.Replace(attackedWith("OVERVIEW", c.overview), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", c.said, 1)
		if b := blockers(Read(setText(text), Options{}).Reasons); len(b) > 0 != c.held {
			t.Errorf("held %v: %s %v", len(b) > 0, c.said, b)
		}
	}
}
