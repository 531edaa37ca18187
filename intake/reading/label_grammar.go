package reading

import (
	"strings"
	"unicode/utf8"
)

// Labels are made, not listed: what the entry is of (报告, 鉴定, 房屋), as many
// words as the writer likes, and a noun that says what kind of thing the entry
// is (单位, 地址, 日期). The noun decides the kind, the words before it the field,
// and one of them that is of another matter (施工, 公司, 合同) makes the label one
// whose entry is no field's.

// deed is what is done to a house for a report.
const deed = `检验|检测|鉴定|检查|评估|评定|复核|复检|复查|查勘|勘查|勘察|踏勘|勘验|勘测|查验|察看|查看|调查|核查|测量|外业|测试|排查|检`

// labelKind is a noun with which labels end, what may stand before it, and the
// fields that the words there choose among.
type labelKind struct {
	nouns  *guarded // the end of the label
	before *guarded // the whole of what stands before the noun
	fields []chosenBy
}

// chosenBy: the first whose words stand before the noun.
type chosenBy struct {
	words *guarded // nil: any, and none
	field fieldName
}

var (
	partyWords = re(`^(?:房屋|房产|建筑物?|工程|项目)?(?:委托|申请|申报|送检|送鉴|送|来件|来文|报请|报检|报鉴|报|要求|请求|请|完成|接受|受理|受|被|托|执鉴|承鉴|承|承办|办件|承接|承担|承检|编制|编写|出具|出|报告|签发|实施|执行|主|业主|产权|权属|所有权?|技术|服务|咨询|质量|安全性?|危险性|可靠性|司法|乙|甲|供|需|现场|的|书|` + deed + `)+$`)
	houseThing = `(?:房屋|房产|不动产|物业|楼宇|楼房|大楼|建筑物?|工程|项目|住房|农房|住宅|民房|自建房|校舍|厂区|厂房|场所|小区|农户|标的物?|对象|主体)`
	askedFor   = `(?:被|受|所|本|该|拟|待|委托|申请|送|现|原|的|` + deed + `)`
)

var labelKinds = []labelKind{
	{ // which body
		nouns:  re(`(?:单位|机构|公司|部门|方|单位[/或]个人|单位[(]个人[)]|单位[(]人[)])(?:名称|全称)?$`),
		before: partyWords,
		fields: []chosenBy{
			{re(`现场$`), fOther},
			{re(`受委?托|被委托|接受委托|受理|乙$|^供$`), fAgency},
			{re(`委托|申请|申报|送[检鉴]?$|送检|来件|来文|报请|^请|报[检鉴]|要求|请求|甲$|^需$`), fClient},
			{re(`业主|产权|权属|所有`), fOwner},
			{re(`^(?:受|被)(?:` + deed + `)+的?$`), fSubject},
			{re(`承|执鉴|办件|编制|编写|出具|出|报告|签发|实施|执行|完成|技术|服务|咨询|` + deed), fAgency},
			{nil, fOther},
		},
	},
	{ // which person: whoever did something for the report is none of its fields
		nouns:  re(`(?:人|者)(?:名称|全称|姓名)?$`),
		before: partyWords,
		fields: []chosenBy{
			{re(`受委?托|被委托`), fAgency},
			{re(`委托|申请|申报|送检|来件|报请|^请|报检|要求|请求`), fClient},
			{re(`业主|产权|权属|所有`), fOwner},
			{nil, fOther},
		},
	},
	{ // where the house stands
		nouns:  re(`(?:地址|详址|坐落|座落|坐落地|座落地|地点|位置|所在地|所在地点|所在地址|所在位置|坐落位置|坐落地址|坐落地点|座落位置|座落地点|坐落于|位于|所处位置|地理位置|所在|处所)$`),
		before: re(`^(?:` + houseThing + `|楼栋|楼|宅|门牌|被|受[检鉴]?|本|该|拟|待|委托|鉴定|的|详细|具体|建设|建筑|所在|所处|现)+$`),
		fields: []chosenBy{{nil, fAddress}},
	},
	{ // of whose address it is: none of the house
		nouns:  re(`(?:地址|住址|地点|所在地)$`),
		before: re(`^(?:委托|受托|受|承检|承担|编制|设计|施工|监理|建设|使用|管理|本|我|家庭|现|` + deed + `)*(?:公司|单位|机构|办公|通讯|通信|联系|注册|邮寄|邮政|经营|实验室|中心|委托人|委托方|申请人|户籍|身份证|家庭|收件|送达)(?:详细|的)?$`),
		fields: []chosenBy{{nil, fOther}},
	},
	{ // the report's number, or another paper's
		nouns:  re(`(?:编号|编码|文号|字号|号码|流水号|序列号?|登记号|标识|代[码号]|号|N[oO]\.?)$`),
		before: re(`^(?:本|总|流水|统一|唯一|(?:报告|鉴定|检测|检验|评估|安全|房屋|危险性|可靠性|技术|文书|文件|发文|函|函告|意见|结论|认定|表格?|书|公文|成果|的|性))*$`),
		fields: []chosenBy{
			{re(`报告|鉴定|检测|检验|评估|文书|文件|发文|函|意见|结论|认定|公文|成果|^书$`), fReportNo},
			{nil, fOther},
		},
	},
	{ // under which number it lies with the agency, or is known elsewhere
		nouns:  re(`(?:编号|文号|号码|代号|流水号?|号)$`),
		before: re(`^(?:工程|项目|任务单?|任务书|业务|档案?|案卷?|卷|单|案|检索|记录|院内|所内|部内|司内|内部|本[院所站司]|集团|公司|统一|鉴定|检测|鉴定所|鉴定中心|合同|协议|委托书?|委托单|受理|资质(?:证书)?|许可证?|证书|注册|身份证|产权证?|房产证|不动产权证?|土地证|备案|邮政|传真|电话|手机|样品|仪器|设备|来函|来文|发票)+$`),
		fields: []chosenBy{
			{re(`合同|协议|委托|资质|许可|证|注册|备案|邮政|传真|电话|手机|样品|仪器|设备|来[函文]|发票`), fOther},
			{nil, fFileNo},
		},
	},
	{ // how many storeys
		nouns:  re(`(?:层数|楼层数|层次|总楼层)(?:[(][^()]{1,8}[)])?$`),
		before: re(`^(?:` + houseThing + `|地上|地面以上|地下|总|实际|现状|现有|结构|自然|楼|的|共)*$`),
		fields: []chosenBy{{re(`^(?:.*)地下$`), fOther}, {nil, fStoreys}},
	},
	{ // how large
		nouns:  re(`面积(?:[(](?:m2|㎡|M2|平方米|平米)[)])?$`),
		before: re(`^(?:` + houseThing + `|` + askedFor + `|总|建筑|建|实测|实际|测绘|登记|产权|证载)*$`),
		fields: []chosenBy{{nil, fArea}},
	},
	{
		nouns:  re(`面积(?:[(](?:m2|㎡|M2|平方米|平米)[)])?$`),
		before: re(`^(?:占地|用地|基底|宅基地?|使用|套内(?:建筑)?|室内|营业|其中.{0,6}|土地)+$`),
		fields: []chosenBy{{nil, fOther}},
	},
	{ // of what it is built
		nouns:  re(`结构(?:形式|类型|型式|体系|类别|种类|形态|情况|概况)$`),
		before: re(`^(?:` + houseThing + `|承重|上部|主要|总体|的)*$`),
		fields: []chosenBy{{re(`^$`), fStructure}, {nil, fStructure}},
	},
	{ // when it was built
		nouns:  re(`(?:年代|年份|年度|年月|年限|时间|日期)$`),
		before: re(`^(?:` + houseThing + `|的)*(?:建成|建造|建设|竣工|修建|始建|落成|建房|建筑|投用|投入使用|交付)+$`),
		fields: []chosenBy{{nil, fBuilt}},
	},
	{ // on which day
		nouns:  re(`(?:日期|时间|起止日期|起止时间|时段|期间|年月日|日)$`),
		before: re(`^(?:本|的|书|了|报告|鉴定书|意见书|文件|签发|签署|签章|盖章|用印|签出|出件|出具|出|编制|编写|发布|批准|核准|审批|落款|成文|定稿|终稿|印发|发文|发出|颁发|提交|完成|形成|现场|进场|入场|到场|入户|到户|实地|外业|工作|作业|起止|开始|安全性?|危险性|可靠性|房屋|应急|` + deed + `)+$`),
		fields: []chosenBy{
			{re(`开始$`), fInspected},
			{re(`定稿|终稿|签发|签署|签章|盖章|用印|签出|出件|出具|出|编制|编写|发布|批准|核准|审批|落款|成文|印发|发文|发出|颁发|提交|形成`), fIssued},
			{re(`现场|进场|入场|到场|入户|到户|实地|外业|作业|工作|` + deed), fInspected},
			{re(`报告|完成|鉴定书|意见书`), fIssued},
			{nil, fOther},
		},
	},
	{ // of what else it is the day
		nouns:  re(`(?:日期|时间)$`),
		before: re(`^(?:委托|申请|申报|来函|来文|归档|存档|初稿|受理|收样|送检|送样|接样|校准|检定|标定|合同|签订|签约|出生|计划|预约|到期|有效|下次(?:` + deed + `)*|开工|施工|加固|改造|装修|填表|填报|填写|制表|打印|拍摄|送达|收件|接收|发证|换证)+$`),
		fields: []chosenBy{{nil, fOther}},
	},
}

// lastOfLabel are the runes with which the nouns end.
var lastOfLabel = func() (x runeSet) {
	for _, r := range "在位构司门人方者称名落点置地于址号.码oO数次层积)式型系别类态况代份度月限期间段日码所列识水" {
		x.add(r)
	}
	return x
}()

// madeLabel returns the field of a label that the grammar makes, or fNone.
func madeLabel(t string) fieldName {
	last, _ := utf8.DecodeLastRuneInString(t)
	if !lastOfLabel.any(string(last)) {
		return fNone
	}
	if i := strings.LastIndexByte(t, '('); i > 0 && stampHint.MatchString(t[i:]) {
		t = t[:i] // 鉴定单位（盖章）
	}
	if n := utf8.RuneCountInString(t); n < 2 || n > 18 {
		return fNone
	}
	for _, k := range labelKinds {
		m := k.nouns.FindStringIndex(t)
		if m == nil {
			continue
		}
		// The noun may be longer than its end: 单位名称. What does not fit before
		// the longest may fit before a shorter one: 建筑|年份.
		if !k.before.MatchString(t[:m[0]]) {
			continue
		}
		for _, f := range k.fields {
			if f.words == nil || f.words.MatchString(t[:m[0]]) {
				return f.field
			}
		}
	}
	return fNone
}

var stampHint = re(`^[(](?:盖章|公章|章|签章|加盖公章|盖公章|签字|签名|名称|全称|人|个人|起止|年月日|详细)[)]$`)

// englishLabels are the labels of forms in English, without spaces, in small
// letters.
var englishLabels = []struct {
	re *guarded
	to fieldName
}{
	{re(`^(?:report|ref|reference|document|certificate)(?:no|number|ref|id)?\.?$`), fReportNo},
	{re(`^(?:client|entrust(?:ing|ed)?(?:by|party|unit)?|clientname|nameofclient|commissionedby|applicant|entrustor)$`), fClient},
	{re(`^(?:owner|ownername|nameofowner|propertyowner)$`), fOwner},
	{re(`^(?:(?:appraisal|inspection|testing|assessment|appraising)(?:agency|body|unit|organi[sz]ation|institution|company)|agency|appraiser|preparedby|issuedby)$`), fAgency},
	{re(`^(?:(?:building|house|site|project|property)?(?:address|location)|location|addressof(?:the)?(?:building|house))$`), fAddress},
	{re(`^(?:client|agency|office|company)(?:'s)?address$`), fOther},
	{re(`^(?:dateofissue|issuedate|issued?(?:on)?|reportdate|dateofreport|date)$`), fIssued},
	{re(`^(?:(?:dateof)?(?:site)?(?:inspection|survey|fieldwork|visit|testing)(?:date)?|inspected(?:on)?|dateof(?:site)?(?:inspection|survey|visit))$`), fInspected},
	{re(`^(?:structur(?:e|al)(?:type|form|system)?|typeofstructure)$`), fStructure},
	{re(`^(?:(?:no\.?of|numberof)?(?:storeys?|stor(?:y|ies)|floors))$`), fStoreys},
	{re(`^(?:(?:gross|total|building)?(?:floor)?area)(?:[(](?:m2|sqm)[)])?$`), fArea},
	{re(`^(?:yearbuilt|yearofconstruction|builtin|constructionyear|completed|yearofcompletion)$`), fBuilt},
	{re(`^(?:use|usage|function|occupancy)$`), fUse},
}

func englishLabel(t string) fieldName {
	if t[0] >= 0x80 || len(t) > 40 {
		return fNone
	}
	t = strings.ToLower(t)
	for _, l := range englishLabels {
		if l.re.MatchString(t) {
			return l.to
		}
	}
	return fNone
}
