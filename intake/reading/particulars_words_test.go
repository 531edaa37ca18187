package reading

import "testing"

// TestParticularsInOtherWords: agencies call those who ask and those who appraise, the
// days and the numbers by words of their own.
func TestParticularsInOtherWords(t *testing.T) {
	const rest = `
一、概况
该楼位于江津区石蟆镇新街12号，二层砖木结构。
二、鉴定结论
该楼危险性等级为B级，个别构件危险，不影响主体结构安全。
三、建议
修补墙面裂缝。`
	for name, x := range map[string]struct {
		text string
		want particulars
	}{
		"who sends and who appraises": {`戏楼安全鉴定报告
登记号：津文房〔2025〕鉴17号
送鉴单位：石蟆镇文化服务中心
执鉴单位：重庆正木古建筑勘测设计所
定稿：二〇二五年六月十五日`, particulars{no: "津文房〔2025〕鉴17号", agency: "重庆正木古建筑勘测设计所", client: "石蟆镇文化服务中心", issued: "2025-06-15"}},
		"supply and demand": {`成型车间鉴定报告
JJ-GY-2024-012
需方：江津区石蟆某陶业有限公司
供方：重庆昌德工业厂房评估技术有限公司
服务时间：2024/8/12至2024/8/16
交付：2024/9/2`, particulars{no: "JJ-GY-2024-012", agency: "重庆昌德工业厂房评估技术有限公司", client: "江津区石蟆某陶业有限公司", inspected: "2024-08-12", until: "2024-08-16", issued: "2024-09-02"}},
		"one service is no field work": {`成型车间鉴定报告
服务日期：2024/8/12
供货方：重庆昌德钢材有限公司
交付日期：2018年6月30日`, particulars{agency: "-", inspected: "-", issued: "-"}},
		"a household": {`吊脚楼房屋鉴定
津农房鉴第2022【31】号
申请户：石蟆镇居民方先成
鉴定队：江津区石蟆乡村建设技术服务队
上门：2022年4月2日
交件：2022年4月9日`, particulars{agency: "江津区石蟆乡村建设技术服务队", client: "方先成", inspected: "2022-04-02", issued: "2022-04-09"}},
		"files and days": {`便民中心办公楼安全性鉴定报告
档案号RH-GJ-2023-64
委托：江津区石蟆镇人民政府
出具：江津茅河建设工程质量检测鉴定中心
看楼日期：2023年10月9日、10日、12日
签字日期：2023年11月10日`, particulars{no: "RH-GJ-2023-64", inspected: "2023-10-09", until: "2023-10-12", issued: "2023-11-10"}},
		"the year's bracket": {`石头房安全鉴定记录书
（2022）四石鉴字019
办件单位：重庆四面山乡村房屋鉴定工作室
上山日：2022年4月22日
写成日：2022年5月5日`, particulars{no: "（2022）四石鉴字019", agency: "重庆四面山乡村房屋鉴定工作室", inspected: "2022-04-22", issued: "2022-05-05"}},
		"a number is no day": {`宿舍鉴定报告
津山鉴定书 第2020-12-06号
受理：江津联合房屋质量鉴定站
勘验：2020年12月2日、3日、7日
打印：2020年12月21日`, particulars{inspected: "2020-12-02", until: "2020-12-07", issued: "2020-12-21"}},
		"the agency's series": {`电影院改超市房屋鉴定报告书
津播鉴书：2022-BJ-038
受委托：重庆播新建筑技术鉴定中心`, particulars{no: "津播鉴书：2022-BJ-038"}},
		"of other papers": {`办公楼鉴定报告
合同登记号：津合〔2021〕鉴9号
设计方：重庆正木建筑勘测设计所
户主签字日期：2022年4月9日`, particulars{no: "-", agency: "-", issued: "-"}},
		"in English": {`礼堂结构鉴定报告
Report No. YC-SA-2302
Client：江津某职业教育中心（后勤处）
Agency：重庆茶山结构顾问有限公司江津实验室
Issue：2023-03-10`, particulars{no: "YC-SA-2302", issued: "2023-03-10"}},
	} {
		t.Run(name, func(t *testing.T) { x.want.check(t, x.text+rest) })
	}
}

// TestParticularsOfTheHouseOnly: what a certificate of the land says, and of what a part
// is built, is not the house's.
func TestParticularsOfTheHouseOnly(t *testing.T) {
	for text, want := range map[string]particulars{
		"占地148平方米，2015年确权，集体建设用地使用证上面积为150平方米。": {area: "-"},
		"房屋所有权证上建筑面积为150平方米。":                   {area: "150"},
		"长16.2米，宽9.4米，两层共304平方米，石墙厚36公分。":       {area: "304"},
		"总建面2120平方米，底层高4.2米。":                   {area: "2120"},
		"观众厅为砖柱承钢屋架，跨度21m；门厅与侧台为两层砖混。":          {structure: "-", storeys: "-"},
		"观众厅单层砖柱钢木屋架，跨度18米，前厅两层砖混，后台一层。":        {structure: "-", storeys: "-"},
		"该楼为两层砖混，观众厅跨度18米。":                     {structure: "砖混", storeys: "2"},
	} {
		t.Run(text, func(t *testing.T) {
			want.check(t, "房屋安全鉴定报告\n一、房屋概况\n"+text+"\n二、鉴定结论\n该楼安全性等级为Bsu级。")
		})
	}
}

// TestPlaceInTitle: a title tells a place by the town or the market in it, and none by
// the name of a body without one.
func TestPlaceInTitle(t *testing.T) {
	for title, want := range map[string]string{
		"巴南区木洞农贸市场钢结构棚厅鉴定报告":    "巴南区木洞农贸市场钢结构棚厅",
		"泸县福集镇某敬老院2号宿舍楼可靠性鉴定报告": "泸县福集镇某敬老院2号宿舍楼",
		"江津区四面山镇某农家乐石头房安全鉴定记录书": "江津区四面山镇某农家乐石头房",
		"东溪镇万寿宫（现文化站）木构安全鉴定报告":  "东溪镇万寿宫（现文化站）",
		"三江街道某幼儿园教学综合楼房屋安全鉴定成果": "三江街道某幼儿园教学综合楼",
		"江津区某粮油公司石蟆库点3号平房仓鉴定报告": "江津区某粮油公司石蟆库点3号平房仓",
		"农贸市场钢结构棚厅鉴定报告":         "",
		"某区农贸市场棚厅鉴定报告":          "",
		"赤水市某温泉宾馆主楼安全与使用性鉴定":    "",
	} {
		t.Run(title, func(t *testing.T) {
			if got := fold(Read(setCover(title+"\n", "编号：AB-2026-17", "", ""), Options{}).Fields.Address); got != fold(want) {
				t.Errorf("address %q, want %q", got, want)
			}
		})
	}
}
