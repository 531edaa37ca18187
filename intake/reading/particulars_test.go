package reading

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// told are ways of telling the particulars of one report. Names in braces stand
// for the values.
var told = struct{ client, agency, address, inspected, issued []string }{
	client: []string{
		"{client}来函，商请我公司对房屋作鉴定。", "本次鉴定的委托方是{client}。", "鉴定委托单位系{client}。", "应{client}之请，", "{client}电话委托我公司鉴定。", "受理{client}的鉴定申请后，", "送检单位：{client}。", "{client}于2026年2月3日来电，请我公司派人鉴定。",
		"受{client}委托，", "受{client}之托，", "应{client}要求，", "应{client}的邀请，", "接受{client}的委托，", "由{client}委托，", "委托人为{client}。", "委托方：{client}。",
		"{client}（委托人）因办理手续需要，委托我公司作鉴定。", "{client}与我公司签订了鉴定合同。", "我公司与{client}签订鉴定协议。", "经{client}申请，", "{client}向我公司提出了鉴定申请。", "{client}委托我公司对房屋进行鉴定。",
	},
	agency: []string{
		"（盖章）{agency}", "{agency}谨具", "出具单位：{agency}", "{agency}（检验检测专用章）", "技术服务机构：{agency}", "报告单位（章）：{agency}",
		"{agency}（鉴定专用章）", "{agency}（公章）", "{agency}（盖章）", "{agency}", "鉴定单位：{agency}", "鉴定机构：{agency}（章）", "承办机构：{agency}",
	},
	address: []string{
		"涉案房屋为{address}。", "房屋门牌号为{address}。", "{address}房屋（以下简称该房屋）建成已久。", "我公司对{address}一处民房进行了鉴定。", "该房位处{address}，", "地址：{address}。", "该楼址在{address}。",
		"房屋位于{address}。", "房屋坐落在{address}，", "该房屋在{address}，", "被鉴定房屋地址为{address}。", "鉴定对象：{address}房屋。", "对{address}的房屋进行了鉴定。", "房屋地址{address}，", "房屋坐落：{address}。", "鉴定的是{address}那栋房子。",
	},
	inspected: []string{
		"{inspected}上午，鉴定组到达现场。", "鉴定组{inspected}进场。", "外业工作于{inspected}完成。", "我所于{inspected}实地踏勘。", "{inspected}，会同社区工作人员逐间查看。", "查看时间：{inspected}。",
		"{inspected}，我公司到场检查。", "我公司于{inspected}派两名技术人员到现场检查。", "现场检查于{inspected}进行。", "{inspected}现场检测。", "我们{inspected}去看了房子。", "鉴定人员{inspected}入户查勘。", "{inspected}完成现场检测工作。", "查勘日期：{inspected}。", "现场工作时间为{inspected}。",
	},
	issued: []string{
		"报告日期{issued}", "出报告时间：{issued}", "本报告经批准于{issued}印发。", "{issued}", "签发：{issued}", "成文于{issued}。",
		"本报告于{issued}签发。", "报告出具日期：{issued}。", "签发日期：{issued}", "{issued}签发。", "本报告{issued}出具。", "落款日期：{issued}", "报告编制完成日期：{issued}。",
	},
}

// toldOfOthers are sentences on what is not the report's own.
var toldOfOthers = []string{
	"委托日期：2026年2月3日。", "委托合同于2026年2月3日签订。", "回弹仪检定有效期至2027年2月3日。", "《民用建筑可靠性鉴定标准》GB 50292-2015自2016年8月1日起实施。", "2019年2月3日，某检测公司曾对该房屋出具鉴定报告（编号：旧字2019-77）。",
	"东侧紧邻白沙镇石坝街46号房屋，三层砖混结构。", "本公司地址：江津区鼎山街道滨江大道312号。", "联系电话：023-47561234。", "产权人身份证住址：江津区石门镇石门街5号。", "户主1956年2月3日出生。", "2026年2月3日夜间突降暴雨，雨水漫入屋内。",
	"设计图纸由重庆江城建筑设计研究院有限公司2003年2月3日完成。", "钢筋力学试验由重庆渝工材料检测有限公司承担，2026年2月3日出具检测报告。", "房屋于2003年2月3日竣工。", "资质证书编号：渝建检字第2021-055号。", "产权证号：201房地证2003字第00577号。", "抄送：江津区住房和城乡建设委员会。",
	"应按现行规范要求进行验算。", "受上部荷载作用，墙体轻微变形。", "2024年2月3日该房屋由某公司加固改造。", "砌体砂浆强度由重庆众检试验室测定。",
}

// TestParticularsAmongOthers composes short reports of these sentences in any
// order: what is found is right, and nearly everything is found.
func TestParticularsAmongOthers(t *testing.T) {
	clients := []string{"江津区白沙镇人民政府", "江津区几江街道办事处", "重庆津门商业管理有限公司", "江津区石蟆镇清源社区居民委员会", "江津区双福第三幼儿园", "村民何代富", "户主李素芬", "江津区油溪镇卫生院", "农户骆天明"}
	agencies := []string{"重庆正衡建设工程质量检测有限公司", "重庆巴岭结构鉴定事务所（普通合伙）", "川江房屋鉴定服务所", "渝西理工大学土木工程检测中心", "江津区安固房屋安全鉴定站", "重庆江城建筑科学研究院有限公司江津分公司"}
	addresses := []string{"江津区白沙镇石坝街44号", "慈云镇刁家村四社石坝子9号", "重庆市江津区几江街道大西门路86号附2号", "塘河镇石龙门村二社大院子15号", "江津区朱杨镇板桥老街41-46号", "永兴镇黄庄村2组", "江津区长江路138号"}
	inspections := []string{"2026年5月7日", "2026年5月7日至5月9日", "二〇二六年五月七日", "2026-05-07"}
	issues := []string{"2026年5月18日", "二〇二六年五月十八日", "2026.05.18"}
	const reports = 300
	missing, of := map[string]int{}, reports
	wrong := 0
	for seed := range reports {
		rnd := rand.New(rand.NewPCG(uint64(seed), 9))
		any := func(xs []string) string { return xs[rnd.IntN(len(xs))] }
		client, agency, address, inspected, issued := any(clients), any(agencies), any(addresses), any(inspections), any(issues)
		fill := strings.NewReplacer("{client}", client, "{agency}", agency, "{address}", address, "{inspected}", inspected, "{issued}", issued).Replace
		body := []string{any(told.client), any(told.address), any(told.inspected)}
		for range rnd.IntN(4) {
			body = append(body, any(toldOfOthers))
		}
		ends := []string{any(told.agency), any(told.issued)}
		rnd.Shuffle(len(body), func(i, j int) { body[i], body[j] = body[j], body[i] })
		text := "房屋安全鉴定报告\n报告编号：AB-2026-17\n"
		para := ""
		for _, s := range body {
			para += s
			if rnd.IntN(2) == 0 {
				text, para = text+strings.TrimSuffix(para, "，")+"。\n", ""
			}
		}
		text = fill(strings.ReplaceAll(text+strings.TrimSuffix(para, "，")+"。", "。。", "。") + "\n" + strings.Join(ends, "\n"))
		f := Read(setText(wrapped(text)), Options{}).Fields
		name := strings.NewReplacer("村民", "", "户主", "", "农户", "").Replace
		for _, x := range [][3]string{
			{"client", f.Client, client}, {"agency", f.Agency, agency}, {"address", f.Address, address}, {"inspected", f.InspectedOn, "2026-05-07"}, {"issued", f.IssuedOn, "2026-05-18"}, {"number", f.ReportNo, "AB-2026-17"},
		} {
			switch {
			case x[1] == "":
				missing[x[0]]++
				if missing[x[0]] <= 2 {
					t.Logf("seed %d: no %s in\n%s", seed, x[0], text)
				}
			case x[0] == "client" && name(x[1]) != name(x[2]) && !strings.HasSuffix(x[2], "村民委员会") || x[0] != "client" && fold(x[1]) != fold(x[2]):
				if wrong++; wrong <= 12 {
					t.Errorf("seed %d: %s %q, want %q in\n%s", seed, x[0], x[1], x[2], text)
				}
			}
		}
	}
	for name, n := range missing {
		if n*50 > of {
			t.Errorf("%s: missing in %d of %d", name, n, of)
		}
	}
	t.Log(fmt.Sprint("wrong ", wrong, ", missing ", missing))
}
