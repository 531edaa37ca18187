package reading

import (
	"strings"
)

var (
	// 委托单位为重庆市江津区白沙镇人民政府,鉴定单位为…
	clientIs = re(`(?:^|[,。;])(?:委托单位|委托方|委托人)(?:为|是)([\p{Han}A-Za-z0-9()·]{2,40}?)(?:[,。;]|$)`)
	// 先锋镇人民政府在自建房整治中,委托我公司对…进行鉴定
	clientAsks = re(`(?:^|[。;])([\p{Han}()]{3,24}?(?:政府|委员会|办事处|公司|局|学校|小学|中学|医院|卫生院|院|所|中心|站|厂))(?:[因为在就于]?[^。;]{0,24}?),?委托(?:我|本)(?:公司|单位|院|所|中心|站|司)(?:对|鉴定|进行)`)
	agencyIs   = re(`(?:^|[,。;])(?:鉴定|检测鉴定|承担|受托)(?:单位|机构|方)(?:为|是)([\p{Han}A-Za-z0-9()]{4,40}?)(?:[,。;]|$)`)
	entrusted  = re(`(?:受|应)([\p{Han}A-Za-z0-9()、·]{2,40}?)(?:的)?(?:委托|要求),`)
	// not 我单位于2026年3月2日
	locatedAt = re(`(?:(?:^|[^单])位于|坐落于|座落于|地处)([\p{Han}A-Za-z0-9()#、-]{4,50}?)(?:的|,|。|;|$)`)
	// 后勤楼,地址:江津区龙华镇桥头街50号,二层砖混结构
	addressIn = re(`(?:^|[,。;(])(?:房屋|工程|项目|建筑)?(?:地址|坐落|座落|位置|地点)(?:为|在|于|:)([\p{Han}A-Za-z0-9()#-]{4,50}?)(?:[,。;)]|$)`)
	// 房屋:江津区德感街道长江路89号(业主…), 鉴定对象:江津区珞璜镇郭坝村三栋房屋
	addressOf = re(`(?:^|[,。;)])(?:(?:被|受)?(?:鉴定|检测|复核|复查|委托|检)的?)?(?:房屋|建筑物?|对象|标的物?)(?:为|是|:)((?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县]\p{Han}{1,6}(?:街道|镇|乡)[^,。;()]{2,40}?)(?:[,。;()]|$)`)
	// A clause that is nothing but an address, from the district down to a number.
	addressAlone = re(`(?:^|[,。;(])((?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县]\p{Han}{1,6}(?:街道|镇|乡)[\p{Han}A-Za-z0-9#-]{0,30}?[0-9一二三四五六七八九十](?:号|社|组|栋|幢)(?:附[0-9]{1,3}号)?)(?:[,。;)]|$)`)
	// 对江津区西湖镇青泊村7社冯有才住房进行了危险性鉴定
	appraisedAt = re(`对((?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县][\p{Han}A-Za-z0-9#-]{2,36}(?:社|组|号|村|街|路|栋|幢|楼|座))[^,。;]{0,24}(?:鉴定|检测|检查|查勘)`)
	// 对几江街道西门路9号房屋进行了鉴定: in a letter to somebody in the district
	appraisedIn = re(`对(\p{Han}{2,4}(?:街道|镇)[\p{Han}]{2,12}[0-9]{1,4}号)[^,。;]{0,24}(?:鉴定|检测|检查|查勘)`)
	areaProse   = re(`(?:总)?(?:建筑)?面积(?:共|合计)?(?:约|为|:)*(?:约)?([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(?:m2|平方米|平米|㎡|M2)`)
	structProse = re(`(?:为|系|属|采用|,)((?:地上)?[一二三四五六七八九十0-9]*层?(?:[(]局部[^()]{1,8}[)])?(?:现浇|预制)?)?((?:底部框架-?上部砖混|底部框架|钢筋混凝土框架(?:-?剪力墙)?|框架-?剪力墙|框架|剪力墙|砖混|砖木|土木|石木|木|混合|砌体|石砌体|砖石|钢|生土|穿斗木|内框架|砖砌体|轻钢|排架|门式刚架)结构)`)
	// 该楼为六层框架结构; but not 一层3根框架柱, which tells where.
	storeyProse = re(`(?:^|地上|共|为|系|,|总|结构)([0-9一二三四五六七八九十]{1,3})层(?:[(]局部|现浇|预制|钢筋|[砖混框木土石钢砌排门穿底剪内轻生]\p{Han}{0,12}结构|房屋?|楼房?|建筑|民[房居]|住宅|平房|,|。|;|$)`)
	agencySigns = re(`^[\p{Han}A-Za-z0-9()·]{4,40}(?:公司|研究院|检测中心|检验中心|测试中心|鉴定中心|检测站|事务所|设计院|研究所|鉴定所|鉴定站|大学|集团|中心)$`)
	// 于2019-06-12出具的鉴定报告中: no visit.
	othersReport = re(`^(?:[^,。;]{0,12})(?:出具|作出|提交|完成|签发|编制|的(?:鉴定|检测)?报告|报告中|鉴定报告)`)
	visited      = re(`^[^。;]{0,90}?(?:现场|检查|检测|查勘|勘查|鉴定)`)
	aboveGround  = re(`地上(?:共)?([0-9]{1,3}|[一二三四五六七八九十]{1,3})`)
	fieldDate    = re(`(?:于|在)[^,。;]{0,4}$`)
	// 现场检查于2026年3月18日进行; 2026年2月25日至27日现场检测.
	visitedOn = re(`现场(?:工作|检查|检测|查勘|勘查|踏勘|鉴定)*[^,。;]{0,6}(?:于|在)$`)
	onSite    = re(`^(?:,?我[单公]?[位司院]?)?(?:组织)?(?:技术|专业|鉴定)?(?:人员)?(?:对[^,。;]{2,40}(?:进行|作)了?)?现场(?:检查|检测|查勘|勘查|踏勘|鉴定)|^(?:进场|入场|到场|赴现场|到现场|实地|入户)?(?:检测|检查|查勘|勘查|勘验|踏勘)(?:[,。;]|$)|^(?:进场|入场|到场|赴现场|到现场|实地|入户)(?:检测|检查|查勘|勘查|勘验|踏勘)`)
)

// headNo finds the report number in a running head: 报告编号：JD-1 第3页.
var headNo = re(`(?:报告|鉴定)(?:书)?(?:编号|号):([A-Za-z0-9\p{Han}\[\]〔〕()/._-]{3,40}?[0-9](?:号)?)(?:第|共|$)`)

// accredited: the mark of the laboratory's accreditation with its number.
var accredited = re(`^(?:i?lac-)?(?:CMA|CNAS|MA|CAL|资质)`)

// fromProse reads the particulars that running text gives.
func (c candidates) fromProse(it *item) {
	t := it.text.text
	switch it.section {
	case secOverview, secCover, secInspection, secConclusion, secDeclaration, "":
	default:
		return
	}
	take := func(f fieldName, m []int, g, weight int) {
		if m != nil {
			c.add(f, it.text.sub(m[2*g], m[2*g+1]), it.page, weight)
		}
	}
	// A number in running text is the report's own unless the words before it
	// speak of another report; then two numbers are a question for a human.
	if m := reportNoProse.FindStringSubmatchIndex(t); m != nil && !otherReport.MatchString(tailOf(t[:m[0]], 24)) && !histCue.MatchString(tailOf(t[:m[0]], 24)) {
		take(fReportNo, m, 1, 2)
	}
	take(fClient, entrusted.FindStringSubmatchIndex(t), 1, 1)
	take(fClient, clientIs.FindStringSubmatchIndex(t), 1, 1)
	take(fClient, clientAsks.FindStringSubmatchIndex(t), 1, 0)
	take(fAgency, agencyIs.FindStringSubmatchIndex(t), 1, 1)
	if it.section != secDeclaration {
		take(fAddress, locatedAt.FindStringSubmatchIndex(t), 1, 1)
		take(fAddress, addressIn.FindStringSubmatchIndex(t), 1, 1)
		take(fAddress, addressOf.FindStringSubmatchIndex(t), 1, 0)
		take(fAddress, addressAlone.FindStringSubmatchIndex(t), 1, 0)
		take(fAddress, appraisedAt.FindStringSubmatchIndex(t), 1, 0)
		if m := appraisedIn.FindStringSubmatchIndex(t); m != nil && townOf(t[m[2]:m[3]]) != "" {
			take(fAddress, m, 1, 0)
		}
		take(fArea, areaProse.FindStringSubmatchIndex(t), 1, 1)
		take(fStructure, structProse.FindStringSubmatchIndex(t), 2, 1)
		if !strings.Contains(t, "加建") {
			take(fStoreys, storeyProse.FindStringSubmatchIndex(t), 1, 1)
		}
	}
	ds := datesIn(t)
	for i, d := range ds {
		to := d.to
		if i+1 < len(ds) && ds[i+1].from == to { // from … to …
			to = ds[i+1].to
		}
		before := t[:d.from]
		if (fieldDate.MatchString(before) && visited.MatchString(t[to:]) && !othersReport.MatchString(t[to:]) || visitedOn.MatchString(before) || onSite.MatchString(t[to:])) && !histCue.MatchString(tailOf(before, 12)) {
			c.add(fInspected, it.text.sub(d.from, to), it.page, 0)
		}
	}
}

// fromCover takes the agency's name and the date that stand alone on the
// cover, under the title and at the end.
func (c candidates) fromCover(items []*item) {
	for _, it := range items {
		if it.table != nil {
			continue
		}
		t := it.text.text
		if it.page <= 2 && it.section == secCover || it.section == secAdvice || it.section == secConclusion {
			if agencySigns.MatchString(t) && labelOf(t) == fNone {
				c.add(fAgency, it.text.glyphs, it.page, 1)
			}
			if ds := datesIn(t); len(ds) == 1 && ds[0].from == 0 && ds[0].to == len(t) {
				c.add(fIssued, it.text.glyphs, it.page, 1)
			}
			if m := numberOfLetter.FindStringSubmatchIndex(t); m != nil && it.page == 1 {
				c.add(fReportNo, it.text.sub(m[2], m[3]), it.page, 1)
			} else if m := numberOfYear.FindStringSubmatchIndex(t); m != nil && it.page == 1 {
				c.add(fReportNo, it.text.sub(m[2], m[3]), it.page, 0)
			}
			if m := reportNoLine.FindStringSubmatchIndex(t); m != nil && it.page == 1 && !accredited.MatchString(t) {
				c.add(fReportNo, it.text.sub(m[2], m[3]), it.page, 0)
			}
		}
	}
}

var (
	// 渝安鉴函〔2026〕41号(报告编号:YA-2026-0341)
	numberOfLetter = re(`^[\p{Han}A-Za-z]{1,12}[\[(〔【]?20[0-9]{2}[\])〕】]?[^,。;:()]{0,4}[0-9]{1,5}号[(](?:报告)?编号:([A-Za-z0-9\p{Han}\[\]〔〕/._-]{3,40})[)]$`)
	// 应急鉴〔2026〕7号
	numberOfYear = re(`^([\p{Han}A-Za-z]{1,10}[\[(〔【]20[0-9]{2}[\])〕】](?:年度)?第?[0-9]{1,5}号)$`)
)

var reportNoLine = re(`^(?:\(|N[oO][.:]?|编号)?([A-Za-z\p{Han}]{0,8}[-\[(〔【]?[A-Z0-9][A-Za-z0-9\p{Han}\[\]()〔〕【】/-]{5,30}[0-9][)\]〕】]?(?:号|-[A-Z])?)\)?$`)
