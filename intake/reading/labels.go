package reading

import (
	"strings"
)

// fieldName is a field of a report.
type fieldName int

const (
	fNone fieldName = iota
	fReportNo
	fAgency
	fClient
	fOwner
	fAddress
	fHouseCode
	fUse
	fStructure
	fStoreys
	fArea
	fBuilt
	fInspected
	fIssued
	fDrawnUp // 鉴定日期: the day under which a form is signed, where it tells the day of the field work elsewhere
	fSubject // 受检单位: whose house it is, the client where no other is named
	fFileNo  // 工程编号: the report's number where it has no other
	fOther   // a label whose entry belongs to no field, but ends the one before
)

// labels maps the labels of forms and cover pages to fields. A label is
// matched whole, without its colon.
var labels = []struct {
	re *guarded
	to fieldName
}{
	{re(`^(?:鉴定|检测|检验)?(?:检测|鉴定)?报告(?:书)?(?:的)?(?:编号|号)$|^编号$|^(?:函|文|发文|文件)编?号$|^报告NO\.?$|^No\.?$|^文书编号$|^(?:表格?|鉴定书|鉴定表|认定表|认定书|意见书|结论书|通知书|登记表|评估书|证明书)编?号$|^(?:检测)?鉴定编号$|^报告编号/?No\.?$|^鉴?字号$|^鉴号$|^(?:鉴定|报告)序号$`), fReportNo},
	{re(`^流水号?$|^委托编号$`), fFileNo},
	{re(`^(?:检测|房屋|安全)*(?:鉴定|检测)(?:单位|机构|公司)(?:名称|全称)?(?:[(](?:盖章|公章|章|名称|签章)[)])?$|^(?:编制|承担|出具|出具报告|报告出具|承检|受托|受委托|鉴定报告出具|检验检测)(?:单位|机构)(?:[(]盖章[)])?$|^(?:检测鉴定|复核|复核鉴定|复检)(?:单位|机构)(?:[(]盖章[)])?$|^(?:鉴定|检测|检测鉴定|受托|受委托|承检)方(?:名称)?$|^受托$|^承检$|^鉴定[队所站室社]$`), fAgency},
	{re(`^(?:委托(?:单位|人|方|者|单位[(]人[)]|人[(]单位[)]|单位/人|人/单位|方名称|单位名称)|鉴定委托(?:人|单位)|委托鉴定单位|申请(?:人|单位)|委托单位[(]个人[)])(?:名称|姓名)?$|^委托$|^报请(?:鉴定)?$|^(?:申请|委托|报检|送鉴)户$`), fClient},
	{re(`^(?:产权(?:人|单位|所有人)|房屋?(?:所有权人|所有人|产权人|业主|权属人)|所有权人|业主(?:姓名|名称)?|房主|户主|权利人|屋主|产权所有人|房屋(?:产权)?(?:所有)?(?:人|单位))(?:姓名|名称)?$`), fOwner},
	{re(`^(?:(?:被)?(?:鉴定)?(?:房屋|工程|项目|建筑物?|鉴定对象|校舍|厂区|场所|小区|村庄|房屋坐落|委托房屋|受检房屋)?(?:的)?(?:详细|具体)?(?:地址|坐落|座落|地点|位置|坐落位置|坐落地址|坐落地点|所在地)|房屋坐落|房屋座落|(?:住房|农房|住宅|自建房)(?:地址|坐落|位置)|(?:房屋|户主)?(?:详细)?住址|[房宅楼校厂院园店]址|所在|位于|坐落于|被鉴定房屋|(?:鉴定)?标的物?(?:地址|位置|坐落)?)$`), fAddress},
	{re(`^(?:房屋|建筑)?(?:统一)?(?:房屋)?(?:编码|代码)$|^房屋编号$`), fHouseCode},
	{re(`^(?:现|主要|目前|房屋|建筑|原|设计|实际|当前)*(?:使用)?(?:功能|用途|性质)$|^(?:房屋)?使用(?:性质|功能|情况|用途)$`), fUse},
	{re(`^(?:主体|房屋|建筑|上部)?结构(?:形式|类型|型式|体系|类别)(?:/层数)?$|^(?:房屋)?结构$`), fStructure},
	{re(`^(?:房屋|建筑|地上|总|结构)?层(?:数|次)(?:[(](?:层|地上/地下)[)])?$|^(?:房屋|建筑)层数$`), fStoreys},
	{re(`^(?:房屋|总|鉴定|被鉴定|建|房屋总|鉴定房屋)?(?:建筑)?(?:总)?面积(?:[(](?:m2|㎡|平方米|M2)[)])?$|^面积$`), fArea},
	{re(`^(?:房屋|工程|建筑)?(?:建成|建造|建设|竣工|修建)(?:年代|年份|时间|日期|年月)$|^建(?:成|造)年(?:代|份)?$|^始建年代$`), fBuilt},
	{re(`^(?:现场)?(?:检测|检查|鉴定|查勘|勘查|踏勘|勘察|查看|检验|调查|检测鉴定|检查检测|复核|复查|复核查勘|复核检查|复核检测|复查检测)(?:时间|日期)$|^现场(?:工作)?(?:检查|检测|查勘|勘查|鉴定|踏勘|勘察)?(?:时间|日期)$|^现场(?:检测|检查|查勘|踏勘|勘查)$|^应急(?:鉴定|评估)(?:时间|日期)$|^外业$|^进场$`), fInspected},
	{re(`^(?:报告)?(?:签发|出具|编制|发布|批准|出报告|发出|完成|签署|提交|报告|出具报告)(?:报告)?(?:日期|时间)$|^报告(?:日期|签发)$|^日期$|^发证日期$|^出具$|^签发$|^(?:报告)?(?:签出|印发|发出|核发)$|^报告(?:批准|完成|出具|发布|审定|打印|编制|成稿|定稿|成文)$|^(?:首次)?签发$|^终稿$|^成[文稿]$|^(?:签章|盖章)(?:日期)?$`), fIssued},
	{re(`^(?:房屋|结构|主体结构|鉴定单元|鉴定系统)?(?:安全性|危险性|可靠性|使用性|抗震|安全|危险|综合|最终)?(?:综合)?(?:鉴定|评定)(?:等级|级别|评级)$|^(?:房屋)?(?:安全性|危险性|可靠性|使用性|综合|最终)(?:综合)?(?:等级|级别|评级)$`), fOther},
	{re(`^(?:工程名称|项目名称|房屋名称|建筑(?:物)?名称|鉴定(?:目的|类别|类型|范围|内容|依据|结论|意见|项目|性质|对象|单元|人员|负责人|等级|方法|原因)|委托(?:日期|时间|事项|书编号|内容)|检测(?:项目|依据|类别|仪器|设备|内容|人员|人)|联系(?:人|电话|方式)|电话|邮编|邮政编码|传真|网址|地址|单位地址|资质(?:证书)?(?:编号|等级)?|证书编号|编制人?|审核人?|批准人?|(?:司法|检测)?鉴定人(?:员)?|校核|主检|设计单位|施工单位|监理单位|勘察单位|建设单位|管理单位|使用单位|使用人|承租人|备注|抽样方式|样品|处理建议|建议|基础(?:形式|类型)|屋面(?:形式|类型)?|楼(?:屋)?盖(?:形式|类型)?|抗震设防烈度|层高|总高度|高度|户数|居住人数|朝向|平面形状|设计年限|鉴定类别|下次检查时限|下次鉴定时间|有效期|负责人|项目负责人|报告名称|身份证号|法定代表人|产权证号|房产证号|房屋产权证号|相关资料|图纸资料|资料情况|改扩建情况|装修情况|所属(?:街道|镇街|乡镇|社区)|所在(?:社区|镇街)|镇街|社区)(?:[(].{0,6}[)])?$`), fOther},
}

var labelIndex = func() byFirstRune {
	all := make([]*guarded, len(labels))
	for i, l := range labels {
		all[i] = l.re
	}
	return indexFirstRunes(all)
}()

// stateLabel of a single word is a label only beside an entry.
func labelOf(t string) fieldName {
	if len(t) > 60 || t == "" {
		return fNone
	}
	for len(t) > 0 && (t[len(t)-1] == ':' || t[len(t)-1] == '*') {
		t = t[:len(t)-1]
	}
	if t == "" {
		return fNone
	}
	whole := t
	if t[len(t)-1] < 0x80 { // else it cannot end in a translation
		if m := translated.FindStringSubmatch(t); m != nil {
			t = m[1] // 报告编号 Report No.
		}
	}
	for _, i := range labelIndex.candidates(t) {
		if labels[i].re.MatchString(t) {
			return labels[i].to
		}
	}
	if f := madeLabel(t); f != fNone {
		return f
	}
	if whole != t {
		if f := madeLabel(whole); f != fNone {
			return f // 检测鉴定报告No.
		}
	}
	if f := englishLabel(t); f != fNone {
		return f
	}
	if m := translation.FindStringSubmatch(t); m != nil && englishLabel(m[1]) != fNone {
		return labelOf(m[2]) // Client 委托单位
	}
	if jointLabel(t) != nil {
		return fOther
	}
	return fNone
}

var translation = re(`^([A-Za-z][A-Za-z .']{2,30})[/(]?(\p{Han}{2,12})[)]?$`)

// jointLabel returns the fields of a label that names several, whose entry
// holds as many values: 结构/层数/面积.
func jointLabel(t string) []fieldName {
	parts := strings.Split(strings.ReplaceAll(t, "、", "/"), "/")
	if len(parts) < 2 || len(parts) > 4 {
		return nil
	}
	var out []fieldName
	for _, x := range parts {
		f := labelOf(x)
		if f == fNone {
			return nil
		}
		out = append(out, f)
	}
	return out
}

// knownLabel returns t when it is a label of a form.
func knownLabel(t string) string {
	if labelOf(t) != fNone {
		return t
	}
	return ""
}

// inlineLabel finds labels inside a line: 报告编号:JD-1 委托单位:某某.
var inlineLabel = re(`[\p{Han}A-Za-z/()²2.]{2,16}:`)
