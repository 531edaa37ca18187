package reading

import (
	"regexp"
	"strings"
)

// Parties are told by what they are: an organisation by the noun with which its
// name ends, a person by two to four characters behind what he is (农户骆天明).
const (
	orgChar = `[\p{Han}A-Za-z0-9()·]`
	// bodyNoun ends the name of whoever may ask for an appraisal.
	bodyNoun = `(?:政府|委员会|居委会|村委会|管委会|办事处|公司|集团|局|学校|小学|中学|中专|大学|学院|幼儿园|托儿所|医院|卫生院|卫生室|诊所|敬老院|养老院|福利院|院|事务所|派出所|所|中心|站|厂|社区|合作社|联社|供销社|信用社|社|处|办公室|办|旅馆|旅社|酒店|宾馆|客栈|民宿|餐馆|饭店|茶楼|超市|商行|商店|店|银行|支行|行|服务部|经营部|部|大队|支队|队|协会|商会|工会|教会|馆|园|寺|庙|场|村|组)`
	// trades ends the name of who makes appraisals.
	trades = `(?:有限责任公司|股份有限公司|有限公司|公司|研究总?院|设计院|咨询院|工程院|勘测院|鉴定院|检测院|科学院|研究所|设计所|勘察所|鉴定所|检测所|检验所|评估所|服务所|测试所|事务所|鉴定站|检测站|检验站|质检站|服务站|工作站|评估站|勘验站|监测站|管理站|总站|监测中心|检测中心|检验中心|测试中心|鉴定中心|评估中心|服务中心|技术中心|研究中心|质检中心|实验室|试验室|研究室|检测室|鉴定室|鉴定处|鉴定办公室|鉴定管理办公室|鉴定管理所|鉴定办|鉴定部|检测部|服务部|工作室)+`
	// branch: what may follow: 江津分公司, （普通合伙）, （江津）.
	branch  = `(?:·?[\p{Han}]{2,8}(?:分公司|分院|分部|分所|分中心|分站|办事处|事业部|专业所))?(?:[(](?:(?:特殊)?普通合伙|有限合伙|[\p{Han}]{1,5}[^\P{Han}章])[)])?`
	we      = `(?:(?:我|本)(?:公司|单位|机构|院|所|中心|站|司|室|部|事务所|鉴定所|检测站|研究院)|我们|我方)`
	someone = `(?:农户|住户|村民|居民|社员|户主|业主|产权人|房主|屋主|所有权人|申请人|委托人|委托方|使用人|租户|店主|经营者)`
)

var (
	// role of a person, and where he lives: the name is what follows.
	roleBefore = regexp.MustCompile(`^(?:.*(?:镇|街道|乡|村|社区|社|组|号))?` + someone + `([\p{Han}·]{2,12}(?:、[\p{Han}·]{2,4}){0,3})$`)
	titled     = regexp.MustCompile(`^([\p{Han}·]{1,12}?)(?:先生|女士|同志|老师)$`)
	// noName: words that stand for a name and are none.
	noName = re(`^(?:[长宽高厚]度|强度|承担|承载|满足|均|营(?:许可|业执照|业证|证照|需要|活动|资质|手续|备案)|过|济|费用|贵|该|其|你|您|我|本|此|他|她|甲方|委托|申请|产权|业主|户主|房主|镇政府|街道|区政府|村委会|居委会|社区|村里|院方|校方|园方|厂方|店方|上级|有关|相关|各方|双方|当地|上述|前述|法院$|教委|房管|住建|国家|现行|规范|标准|使用|承载|安全|抗震|设计|地震|外力|荷载|提供|提出|反映|介绍|陈述|口述|自述|负责|确认|同意|承诺|应[对当按及予提保妥自配在]|当(?:重新|另行|再|及时)|须|需|对|未|已|不|无|口头|书面)`)
	// bodyName is the whole name of an organisation.
	bodyName = re(`^` + orgChar + `{2,36}` + bodyNoun + `$`)
	personal = re(`^[\p{Han}·]{2,4}(?:、[\p{Han}·]{2,4}){0,4}(?:等[0-9一二三四五六七八九十两]*[户人名])?$`)
)

// name returns where in t[from:to] the name of a client stands: without what he
// is, without a title; 0, 0: it is none. An unqualified person's name is one only
// where the words before it leave no doubt (sure).
func clientName(t string, from, to int, sure bool) (int, int) {
	s := t[from:to]
	if bodyName.MatchString(s) && !noName.MatchString(s) {
		return from, to // 某村村民委员会 is no villager
	}
	if m := roleBefore.FindStringSubmatchIndex(s); m != nil {
		from, s, sure = from+m[2], s[m[2]:m[3]], true
	}
	if m := titled.FindStringSubmatchIndex(s); m != nil {
		to, s, sure = from+m[3], s[:m[3]], true
	}
	if s == "" || noName.MatchString(s) {
		return 0, 0
	}
	if sure && personal.MatchString(s) {
		return from, to
	}
	return 0, 0
}

const askWords = `(?:委托书?|申请|要求|请求|邀请|商请|函请|嘱托|来函|来电)`

// clientSays are the ways in which a report says who asked for it; the first
// group is the name. sure: nothing but a name can stand there.
var clientSays = []struct {
	re     *guarded
	sure   bool
	weight int
}{
	// 委托人江津区吴滩镇人民政府于2026年5月, 委托人为西湖镇人民政府
	{re(`(?:^|[,。;:由经受应]|系)(?:委托单位|委托方|委托人|委托者|申请人|申请单位|送检单位)(?:为|是|系|:)?(` + orgChar + `{2,40}?)(?:[,。;]|$|于|在|因|为了?|委托|申请|提出|向|的)`), true, 1},
	// 本次鉴定的委托方是…, 鉴定委托单位系…
	{re(`(?:的|鉴定)(?:委托单位|委托方|委托人|申请人|申请单位)(?:为|是|系|:)(` + orgChar + `{2,40}?)(?:[,。;]|$)`), true, 1},
	// 江津区贾嗣镇人民政府(委托人)
	{re(`(?:^|[,。;:由经受应])(` + orgChar + `{2,40}?)[(](?:以下)?(?:简称|称)?["“]?(?:委托单位|委托方|委托人|申请人|申请单位|受检单位|甲方)["”]?[)]`), true, 1},
	// 受…之托, 应…要求, 经…申请, 接受…委托
	{re(`(?:^|[,。;:]|[^承接])(?:接受|受理|受|应|承|经|据)(` + orgChar + `{2,40}?)(?:的)?(?:书面|正式|鉴定)?(?:之托|所托|委托|之邀|之请|邀请|要求|请求|申请|嘱托)(?:[,。;:]|$|` + we + `|由|对|后)`), true, 1},
	// 由…委托
	{re(`(?:^|[,。;:])(?:本次鉴定|本鉴定|本项目|鉴定)?(?:系|是)?由(` + orgChar + `{2,40}?)(?:于[^,。;]{2,20})?(?:提出)?(?:委托|申请|送检)`), true, 1},
	// …与我公司签订, 我公司与…签订
	{re(we + `(?:于[^,。;]{4,16})?[与同和](` + orgChar + `{2,40}?)签订`), true, 1},
	{re(`(?:^|[,。;:])(` + orgChar + `{2,40}?)(?:于[^,。;]{4,16})?[与同和]` + we + `签订`), true, 1},
	// 学校委托重庆某某检测鉴定中心(以下简称"本中心")对
	{re(`(?:^|[,。;:])(` + orgChar + `{2,40}?)(?:于[^,。;]{2,16})?(?:书面|正式|特|现)?委托` + orgChar + `{3,36}?` + trades + branch + `(?:[(][^()]{2,20}[)])?(?:对|就|进行|开展|承担|实施|,)`), false, 0},
	// …委托我公司, …因…向我公司提出申请, …请我们
	{re(`(?:^|[,。;:])(` + orgChar + `{2,40}?)(?:[(](?:以下)?(?:简称|称)[^()]{1,16}[)])?(?:(?:于|因|为|在|就|拟|根据|按照)[^。;]{0,50}?)?,?(?:特|现|遂|故)?(?:书面|正式|电话)?(?:` + askWords + `|请)` + we), false, 0},
	{re(`(?:^|[,。;:])(` + orgChar + `{2,40}?)(?:于[^,。;]{2,14})?(?:来函|来电|来信|来人|致函|函告),?[^。;]{0,8}?(?:委托|请|邀|要求|希望)` + we), false, 0},
	{re(`(?:^|[,。;:])(` + orgChar + `{2,40}?)(?:(?:于|因|为|在|就|拟)[^。;]{0,60}?)?,?(?:于[^,。;]{2,14})?向` + we + `(?:提出|提交|递交)?(?:了)?(?:[^,。;]{0,6})?(?:委托|申请)`), false, 0},
}

// aliased returns where in a text the name stands for which another is short:
// 某镇中心学校(以下简称"学校").
func aliased(t, short string) (int, int) {
	for _, m := range shortFor.FindAllStringSubmatchIndex(t, -1) {
		if t[m[4]:m[5]] == short && bodyName.MatchString(t[m[2]:m[3]]) && !noName.MatchString(t[m[2]:m[3]]) {
			return m[2], m[3]
		}
	}
	return 0, 0
}

var shortFor = re(`(?:^|[,。;:由经受应])(` + orgChar + `{4,40}?)[(](?:以下|下)?(?:统)?简?称(?:为)?:?["“']?(\p{Han}{2,8})["”']?[)]`)

// fromClientWords reads who asked for the appraisal.
func (c candidates) fromClientWords(it *item) {
	t := it.text.text
	if !strings.ContainsAny(t, "托申请求邀函订检") {
		return
	}
	for _, k := range clientSays {
		for at := 0; at < len(t); {
			m := k.re.FindStringSubmatchIndex(t[at:])
			if m == nil {
				break
			}
			start, from, to := at+m[0], at+m[2], at+m[3]
			if !histCue.MatchString(tailOf(t[:from], 12)) && !otherReport.MatchString(tailOf(t[strings.LastIndexAny(t[:from], ",。;")+1:from], 6)) {
				a, b := aliased(t, t[from:to])
				if b == 0 {
					a, b = clientName(t, from, to, k.sure)
				}
				if b > a {
					c.add(fClient, it.text.sub(a, b), it.page, k.weight)
					break
				}
			}
			// No name: the next clause may begin with one.
			n := strings.IndexAny(t[max(from, start+1):], ",。;:")
			if n < 0 {
				break
			}
			at = max(from, start+1) + n
		}
	}
}

// agencySays are the ways in which running text names who speaks in it; the
// first group is the name.
var agencySays = []*guarded{
	// 我公司重庆正丰建筑工程鉴定有限公司当日下午
	re(we + `[(,:]?(` + orgChar + `{3,36}?` + trades + branch + `)`),
	// 重庆正丰建筑工程鉴定有限公司(以下简称我公司)
	re(`(?:^|[,。;:由])(` + orgChar + `{3,36}?` + trades + branch + `)[(](?:以下)?(?:简称|称)?["“]?(?:我|本|乙方|鉴定)`),
	// 重庆某某公司受…委托, 接受…委托
	re(`(?:^|[,。;:])(` + orgChar + `{3,36}?` + trades + branch + `)(?:于[^,。;]{4,16})?(?:接受|受|应)` + orgChar + `{1,40}?(?:的)?(?:委托|之托|要求|申请|邀请)`),
	// 由重庆某某公司承担本次鉴定
	re(`由(` + orgChar + `{3,36}?` + trades + branch + `)(?:承担|负责|实施|进行|完成|组织)[^,。;]{0,8}(?:鉴定|检测)`),
	// 鉴定由…承担; 鉴定工作委托…
	re(`(?:委托|聘请|邀请|商请)(` + orgChar + `{3,36}?` + trades + branch + `)(?:对|于|承担|进行|开展|派)`),
}

// fromAgencyWords reads the agency's name where the text speaks in its name.
func (c candidates) fromAgencyWords(it *item) {
	t := it.text.text
	for _, k := range agencySays {
		for _, m := range k.FindAllStringSubmatchIndex(t, -1) {
			name := t[m[2]:m[3]]
			if !appraises.MatchString(name) || histCue.MatchString(tailOf(t[:m[2]], 12)) || strings.Contains(name, "委托") {
				continue
			}
			to := m[3]
			if i := strings.LastIndexByte(name, '('); i > 0 && inBracketsOnly.MatchString(name[i:]) {
				to = m[2] + i
			}
			c.add(fAgency, it.text.sub(m[2], to), it.page, 1)
			break
		}
	}
}

// inBracketsOnly: what stands in brackets behind a name and is none of it.
var inBracketsOnly = re(`单位|机构|简称|公司|我方|乙方|甲方|下称`)
