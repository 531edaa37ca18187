package reading

import (
	"strings"
	"testing"

	"jianding/schemas"
)

// The sound report beside which JGJ 125 is used as well.
func attackedTwelfth(place, line string) string {
	return wrapped(strings.Replace(attackedWith(place, line), "GB 50292-2015", "GB 50292-2015）及《危险房屋鉴定标准》（JGJ 125-2016", 1))
}

// Lines that look like what the rules let be, and take the grade back or put the house
// out of use: each ends acceptance. Those behind them are what the rules were made for.
func TestLinesThatOnlyLookHarmless(t *testing.T) {
	for place, lines := range map[string][]string{
		"ADVICE": {
			// the house is pulled down, and the next clause is of a thing
			"2、该房屋应予以拆除，管道、电线应先断开。", "2、该房屋应立即拆除，围挡应先设好。", "2、该房屋不得继续使用，水电线路应切断。", "2、该房屋不得使用和堆放杂物。",
			"2、不得居住、堆放杂物。", "2、立即停止使用电梯厅和全部楼层。", "2、停止使用水箱间以下各层。", "2、立即停止使用设备用房。", "2、停用外机所在的整栋楼。",
			// rooms below something that is no slab
			"2、各层加固完成前房间不得住人。", "2、基础加固完成前房间不得住人。", "2、加固完成前房间不得住人。", "2、阁楼以下不得住人。", "2、夹层和一层不得住人。",
			"2、晚上别开灯，墙要塌。", "2、夜间锁门，全员离场。", "2、用不着收拾家什直接离开。", "2、犯不着等到出事才搬走。", "2、腾出地方让人出来。",
			"2、决定等级的假定是加固完成。", "2、决定等级的是委托方。",
		},
		"CONCLUSION": {
			// what a letter means, and that the house is so
			"字母含义：Dsu是严重影响整体承载，即本次结论。", "字母是什么意思：Bsu是略低于要求，Dsu是严重影响整体承载，现场属后者。", "Dsu级是说随时会塌，就是这里。",
			"Dsu级在规范中指严重影响整体承载，现场即为如此，Bsu级不作数。", "附注：安全性等级含义——Bsu级：尚不显著影响整体承载；Csu级：显著影响整体承载，应采取措施，二层即如此。",
			"附注：安全性等级含义——Bsu级：尚不显著影响整体承载，三层达不到；Csu级：显著影响整体承载，应采取措施。", "Bsu级是说略低，Csu级在规范中指显著影响承载，应取后者。",
			"等级含义：Bsu级是加固以后的状态，加固前为最后一级。", "Bsu级意为加固以后的水平。",
			// grades that are not equated
			"Bsu级不等于Dsu级，后者才是结论。", "不能将Dsu级换算为Bsu级，应维持。", "GB 50292的Bsu级不等于结构安全的Bsu级，实际偏低。", "Bsu级不等于安全的Bsu级，请另找机构复核。",
			"GB 50292的Bsu级不等于JGJ 125的B级，实际偏低。", "GB 50292的Bsu级不等于JGJ 125的D级，后者才是结论。",
			// a dissent
			"有专家认为应评为Dsu级，并非如此。", "有专家提出应为Csu级，不是。",
			"消防及承重应按有关规定另行处理。", "消防、结构应按有关规定另行处理。", "抗震及整体稳定应按加固后的要求另行处理。", "租住期间承重墙应按要求另行处理。",
			"以上等级不依赖于某一模型的假定，而依赖于加固完成。", "装修遮住的不计入评级。", "饰面以下未列入等级。", "装修覆盖的未参与评级。",
			"加固完成后为Bsu级。届时可申请复核鉴定，以复核报告为准。", "加固完成后该楼达到Bsu级。届时可申请复核鉴定，以复核报告为准。", "加固完成后Bsu级。届时可申请复核鉴定，以复核报告为准。", "JMYS-Dsu-2024。", "结果按A、B、C、D级来表示，取最后一个。",
		},
		"OVERVIEW":   {"委托鉴定房屋为第一至第三栋。"},
		"INSPECTION": {"那间Dsu级，与这栋距0米。", "老岳家拆危房，那座才是土墙D级，跟这座隔一堵墙。", "老岳家拆危房，那间才是土墙D级，跟这栋隔两块田。"},
	} {
		for _, l := range lines {
			if b := blockers(Read(setText(attackedTwelfth(place, l)), Options{}).Reasons); len(b) == 0 {
				t.Errorf("%s: accepted with %s", place, l)
			}
			if strings.Contains(l, "级") && place == "CONCLUSION" {
				// in the conclusion's own paragraph
				text := strings.Replace(attackedTwelfth("", ""), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "该房屋安全性等级评定为Bsu级。"+l, 1)
				if b := blockers(Read(setText(text), Options{}).Reasons); len(b) == 0 {
					t.Errorf("%s, in the paragraph: accepted with %s", place, l)
				}
			}
		}
	}
	for place, lines := range map[string][]string{
		"ADVICE": {
			"2、立即停用外机。", "2、停用那台空调。", "2、停止使用电梯。", "2、该管道应拆除，另行安装。", "2、阁楼不得住人，只作储物。", "2、换板前该房间下方不得住人。", "2、挑檐板更换前挑檐板下方不得站人。", "2、夜间照明，巡查应记本。",
			"2、腾出空间不要另存重物。", "2、用不着停业。",
		},
		"CONCLUSION": {
			"附注：本报告所用安全性等级含义——Asu级：不影响整体承载，可能有极少数一般构件应采取措施；Bsu级：尚不显著影响整体承载；Csu级：显著影响整体承载，应采取措施；Dsu级：严重影响整体承载，必须立即采取措施。",
			"Bsu是说安全性略低于最高级，不显著影响整体承载。", "Bsu级在规范中指安全性略低于Asu级要求，与Dsu级的立即采取措施不同。",
			"GB 50292的Bsu级不等于JGJ 125的B级，两者评定对象与分级办法不一样，供阅读时留意。", "镇上有人传这房屋是D级危房，我们看下来不是。",
			"以上等级不依赖于某一个模型的假定。", "外露圈梁一段抹灰缺失不计入评级。",
		},
		"INSPECTION": {"同组岳福明家2021年拆危房，那座才是土墙D级，跟这座隔两块田。"},
	} {
		for _, l := range lines {
			if b := blockers(Read(setText(attackedTwelfth(place, l)), Options{}).Reasons); len(b) > 0 {
				t.Errorf("%s: held with %s: %v", place, l, b)
			}
		}
	}
}

// A store and a shop in one lettered zone are two houses.
func TestTwoHousesOfOneZone(t *testing.T) {
	text := strings.Replace(attackedWith("", ""), "该房屋安全性等级评定为Bsu级，尚不显著影响整体承载。", "B区门面安全性等级评定为Bsu级，尚不显著影响整体承载。", 1)
	text = strings.Replace(text, "四、鉴定结论", "四、鉴定评级\nB区门面：Au、Bu、Bu，综合Bsu。\nB区仓库：Au、Bu、Bu，综合Bsu。\n五、鉴定结论", 1)
	if got := Read(setText(text), Options{}); !has(got.Reasons, "unit_without_conclusion") {
		t.Errorf("%s, %v", foundIn(got), blockers(got.Reasons))
	}
}

// What puts the house out of use is found, whatever thing the next clause names; of a
// thing alone nothing is found.
func TestTheHouseIsMeantAndNotTheNextThing(t *testing.T) {
	for l, found := range map[string]bool{
		"2、该房屋应予以拆除，管道、电线应先断开。": true, "2、该房屋应立即拆除，围挡应先设好。": true, "2、该房屋不得继续使用，水电线路应切断。": true, "2、该房屋不得使用和堆放杂物。": true,
		"2、不得居住、堆放杂物。": true, "2、立即停止使用电梯厅和全部楼层。": true, "2、停用电梯间所在的一侧。": true, "2、停用空调及二层。": true, "2、房屋及空调停用。": true, "2、停用外机所在的整栋楼。": true, "2、立即停止使用设备用房。": true,
		"2、停止使用水箱间以下各层。": true, "2、用不着收拾家什直接离开。": true, "2、立即停用外机。": false, "2、停用那台空调。": false, "2、停用空调室外机。": false, "2、吊车若停用三个月以上，重新启用前由特种设备机构检查。": false,
	} {
		got := false
		for _, rec := range Read(setText(attackedTwelfth("ADVICE", l)), Options{}).Recommendations {
			switch rec.Code {
			case schemas.StopUse, schemas.Demolish, schemas.Evacuate:
				got = true
			}
		}
		if got != found {
			t.Errorf("%s: found %t", l, got)
		}
	}
}
