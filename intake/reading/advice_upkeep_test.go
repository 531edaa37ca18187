package reading

import (
	"slices"
	"strings"
	"testing"

	"jianding/schemas"
)

// A sound house that is advised ordinary upkeep is advised something.
func TestUpkeepIsAdvice(t *testing.T) {
	text := func(grade, advice string) textSource {
		return setText(wrapped("房屋安全性鉴定报告\n报告编号：AB-2026-17\n一、工程概况\n该房为三层砖混结构。\n二、鉴定结论\n依据GB 50292-2015，该房屋安全性等级评定为" + grade + "级。\n三、处理建议\n" + advice + "\n"))
	}
	for advice, want := range map[string]schemas.RecommendationCode{
		"西山墙抹灰脱落处清理干净后用1:2水泥砂浆补抹。": schemas.Repair, "起鼓抹灰铲除重抹，面积不大。": schemas.Repair, "屋脊自攻钉换新胶垫，勒脚刷防水砂浆。": schemas.Repair, "卷材翘边用压条钉牢。": schemas.Repair,
		"接缝处打胶。": schemas.Repair, "右厢后檐水沟疏通，檐口滴水远离柱脚。": schemas.Repair, "面层空鼓处灌胶。": schemas.Repair, "锈穿水落管换PVC管。": schemas.Repair, "每年入秋前清扫天沟松针。": schemas.Repair, "柱脚处宜设置防撞护角。": schemas.Repair,
		"木桁架刷一次阻燃涂料。": schemas.Repair,
		"雨水立管脱节处接好。":  schemas.Repair, "龙骨换三根，卡扣补一个。": schemas.Repair, "踏板坏的换，椽子断的接。": schemas.Repair, "柱脚刷渗透型防护剂。": schemas.Repair, "柱脚加护角钢，高一米二。": schemas.Repair, "榫头每年汛后量一次。": schemas.Monitor,
		"活动中心正常开放。": schemas.NormalUse, "同意继续作宿舍使用，每间不超过六人。": schemas.NormalUse, "餐厅继续经营。": schemas.NormalUse, "松动压顶砖坐浆重砌。": schemas.Repair, "屋面每年雨季前查看一次。": schemas.Monitor, "地脚螺栓每年拧紧一次。": schemas.Repair, "踏步缺棱以聚合物砂浆抹补，并嵌防滑条。": schemas.Repair,
	} {
		got := Read(text("Bsu", advice), Options{})
		if len(got.Recommendations) != 1 || got.Recommendations[0].Code != want || has(got.Reasons, "advice_missing") {
			t.Errorf("%s: %v", advice, got.Recommendations)
		}
	}
	for _, advice := range []string{"空鼓瓷砖已凿掉重贴。", "房屋现状良好，无须补抹。", "委托方可按本报告办理手续。", "若屋面渗漏，应重做防水。", "验收合格后方可正常营业。", "能否继续经营由街道决定。"} {
		if got := Read(text("Bsu", advice), Options{}); !has(got.Reasons, "advice_missing") {
			t.Errorf("%s: %v", advice, got.Recommendations)
		}
	}
	// how a house serves its use asks for no works to the structure
	if got := Read(text("Bsu级，使用性等级评定为Css", "门框重装。"), Options{}); has(got.Reasons, "advice_missing") {
		t.Error("upkeep does not answer Css")
	}
	// both are told
	if got := Read(text("Bsu", "可继续正常使用。\n栏杆焊点补焊。"), Options{}); len(got.Recommendations) == 0 || got.Recommendations[0].Code != schemas.NormalUse {
		t.Errorf("%v", got.Recommendations)
	}
	for advice, want := range map[string]schemas.RecommendationCode{"西侧平台立即围闭，改做独立基础。": schemas.SealOff, "东头走廊拦起，先莫走人。": schemas.SealOff, "第三根柱脚用柏木墩接。": schemas.Repair, "后披檐先行拆除。": schemas.DemolishPart, "梁侧缠两圈碳纤维布。": schemas.Reinforce} {
		if got := Read(text("Csu", advice), Options{}); len(got.Recommendations) != 1 || got.Recommendations[0].Code != want {
			t.Errorf("%s: %v", advice, got.Recommendations)
		}
	}
	// How a house is to be pulled down, and until when it is watched, is no part of it pulled down.
	for advice, want := range map[string][]schemas.RecommendationCode{"建议整幢拆除。拆除时先落瓦，再推墙。": {schemas.Demolish}, "整体拆除。拆除之前每半月观测一次西山墙。": {schemas.Demolish, schemas.Monitor}, "拆除女儿墙，拆除时先设围挡。": {schemas.DemolishPart, schemas.SealOff}} {
		var codes []schemas.RecommendationCode
		for _, x := range Read(text("Dsu", advice), Options{}).Recommendations {
			codes = append(codes, x.Code)
		}
		if !slices.Equal(codes, want) {
			t.Errorf("%s: %v, want %v", advice, codes, want)
		}
	}
	// Where the structure asks for works, sweeping the gutter is none.
	if got := Read(text("Csu", "每年入秋前清扫天沟松针。"), Options{}); !has(got.Reasons, "advice_missing") {
		t.Error("upkeep answers Csu")
	}
	if got := Read(text("Bsu", "205房阳台空鼓地砖修补。"), Options{}); len(got.Recommendations) != 1 || got.Recommendations[0].Quote != "205房阳台空鼓地砖修补。" {
		t.Errorf("quoted %v", got.Recommendations)
	}
}

// Upkeep is asked for where the conclusion alone has said that the house may be used.
func TestUpkeepBesideUse(t *testing.T) {
	codes := func(conclusion, advice string) string {
		text := strings.Replace(attackedWith("CONCLUSION", conclusion), "1、可继续正常使用。", advice, 1)
		var got []string
		for _, r := range Read(setText(text), Options{}).Recommendations {
			got = append(got, string(r.Code))
		}
		return strings.Join(got, " ")
	}
	if got := codes("该房屋可用于幼儿托管机构正常使用。", "1、窗下角补打密封胶，压顶起壳处铲除重抹。"); got != "normal_use repair" {
		t.Errorf("upkeep: %q", got)
	}
	if got := codes("该房屋可用于幼儿托管机构正常使用。", "1、可继续正常使用，窗下角补打密封胶。"); got != "normal_use" {
		t.Errorf("use and upkeep: %q", got)
	}
}
