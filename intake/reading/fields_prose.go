package reading

import (
	"strings"
)

const (
	// an amount in figures or in words: 1 487.2, 六百一十二点五
	amount = `(?:[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[一二两三四五六七八九十百千万零〇]{1,10}(?:点[一二三四五六七八九零〇]{1,3})?)`
	// what houses are built of
	material = `现浇|预制|钢筋混凝土|混凝土|钢筋砼|砼|底部|底层|局部|框架|框支|剪力墙|抗震墙|核心筒|筒体|内框架|异形柱|排架|门式刚架|刚架|轻型房屋|轻型|轻钢|网架|钢|砖|石|土|木|混|砌体|夯土|土坯|生土|条石|毛石|料石|片石|砖墙|土墙|石墙|木屋盖|木屋架|木楼盖|木柱|墙|空斗|实心|多孔|页岩|砌块|配筋|穿斗|抬梁|上部(?:砖混|砖砌体|砖|砌体|剪力墙|框架|木|混合)|混合|组合|竹`
	// the number that an office gives its papers: 应急鉴〔2026〕7号
	docNo     = `[\[(〔【]\p{Han}{2,8}[\])〕】]\p{Han}{1,6}(?:20[0-9]{2})年?第?[0-9A-Z-]{2,14}号|[\[(〔【]20[0-9]{2}[\])〕】]\p{Han}{2,10}(?:字)?第?[0-9]{1,5}号|[\p{Han}A-Za-z]{1,12}[\[(〔【]20[0-9]{2}[\])〕】](?:年度)?(?:[\p{Han}A-Z]{0,4}-?[0-9]{1,5}(?:-[0-9]{1,3})?号|[\p{Han}A-Z]{0,4}-?[0-9]{2,5})|\p{Han}{1,8}(?:[(]\p{Han}{1,4}[)]\p{Han}{0,4})?鉴20[0-9]{2}年?第?[0-9-]{1,8}号|(?:[(]\p{Han}{1,4}[)])?\p{Han}{2,8}(?:[(]\p{Han}{1,4}[)])?字(?:20[0-9]{2}年?)?第?[0-9A-Z-]{2,14}号`
	yearWords = `(?:(?:19|20)[0-9]{2}年?(?:代)?|[一二][零〇九][一二三四五六七八九零〇]{2}年(?:代)?)`
)

var (
	agencyIs = re(`(?:^|[,。;])(?:鉴定|检测鉴定|承担|受托)(?:单位|机构|方)(?:为|是)([\p{Han}A-Za-z0-9()]{4,40}?)(?:[,。;]|$)`)
	// 受…委托, by whatever name.
	entrusted = re(`受([\p{Han}A-Za-z0-9()、·]{2,40}?)(?:的)?委托,`)
	// not 我单位于2026年3月2日
	locatedAt = re(`(?:(?:^|[^单])位于|坐落于|座落于|地处)([\p{Han}A-Za-z0-9()#、-]{4,50}?)(?:的|,|。|;|$)`)
	// 后勤楼,地址:江津区龙华镇桥头街50号,二层砖混结构
	addressIn = re(`(?:^|[,。;(])(?:房屋|工程|项目|建筑)?(?:地址|坐落|座落|位置|地点)(?:为|在|于|:)([\p{Han}A-Za-z0-9()#-]{4,50}?)(?:[,。;)]|$)`)
	// 住址为石壕镇高山村五社: of the house, in its own clause
	livesAt = re(`(?:^|[,。;])(?:该户|户主|房屋)?住址(?:为|在|是|:)([\p{Han}A-Za-z0-9()#-]{4,50}?)(?:[,。;]|$)`)
	// 利民旅社在凤台街203号,五层砖混
	onRoad = re(`(?:^|[。;])[^邻隔毗居对户主人某家亲旧曾由位,。;:]{2,14}在(\p{Han}{0,16}\p{Han}{2}(?:路|街|巷|里|弄|大道)[0-9]{1,4}号(?:附[0-9]{1,3}号)?)[,。;]`)
	// 2号车间在永川凤凰湖片区,2012年竣工
	onEstate = re(`(?:^|[。;])[^邻隔毗居对户主人某家亲旧曾由位,。;:]{2,14}(?:楼|房|车间|仓|库|舍|园|校|院|站|馆|市场)在(\p{Han}{2,16}(?:片区|园区|[新工业产业物流科技]{2}[园区]|[A-Z]区|村|社区))[,。;]`)
	// 房屋:江津区德感街道长江路89号(业主…), 鉴定对象:江津区珞璜镇郭坝村三栋房屋
	addressOf = re(`(?:^|[,。;)])(?:(?:被|受)?(?:鉴定|检测|复核|复查|委托|检)的?)?(?:房屋|建筑物?|对象|标的物?)(?:为|是|:)((?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县]\p{Han}{1,6}(?:街道|镇|乡)[^,。;()]{2,40}?)(?:[,。;()]|$)`)
	// A clause that is nothing but an address, from the district down to a number.
	addressAlone = re(`(?:^|[,。;(])((?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县]\p{Han}{1,6}(?:街道|镇|乡)[\p{Han}A-Za-z0-9#-]{0,30}?[0-9一二三四五六七八九十](?:号|社|组|栋|幢)(?:附[0-9]{1,3}号)?)(?:[,。;)]|$)`)
	// 对江津区西湖镇青泊村7社冯有才住房进行了危险性鉴定
	appraisedAt = re(`对((?:\p{Han}{2,3}市)?\p{Han}{1,4}[区县][\p{Han}A-Za-z0-9#-]{2,36}(?:社|组|号|村|街|路|栋|幢|楼|座))[^,。;]{0,24}(?:鉴定|检测|检查|查勘)`)
	// 对几江街道西门路9号房屋进行了鉴定: in a letter to somebody in the district
	appraisedIn = re(`对(\p{Han}{2,4}(?:街道|镇)[\p{Han}]{2,12}[0-9]{1,4}号)[^,。;]{0,24}(?:鉴定|检测|检查|查勘)`)
	areaProse   = re(`(?:(?:总)?(?:建筑)?面积|总建面|建面)(?:共|合计|共计|总计)?(?:约|大约|为|有|是|:)*(` + amount + `)(?:m2|平方米|平米|㎡|M2|平方)`)
	// 两栋房屋合计建筑面积3112.0m2: more than the table of one of them says
	areaTotal = re(`建筑面积[0-9][^。;]{0,60}[,、](?:合计|总计|共计)(` + amount + `)(?:m2|平方米|平米|㎡|M2)|(?:合计|总计|共计)(?:总)?(?:建筑)?面积(?:约|为|:)*(` + amount + `)(?:m2|平方米|平米|㎡|M2)|(?:建筑)?面积(?:合计|总计|共计)(?:约|为|:)*(` + amount + `)(?:m2|平方米|平米|㎡|M2)`)
	ofEstate  = re(`(?:小区|园区|厂区|校区|校园|项目|片区|占地|用地|全校|全厂|全院)[^,。;]{0,8}$`)
	// 空鼓2处,面积合计0.06m2: of what is damaged
	ofDefects = re(`空鼓|剥落|脱落|渗|漏|裂|锈|蜂窝|麻面|破损|损坏|起皮|起砂|风化|露筋|塌陷|坍塌|腐|缺损|孔洞|[0-9一二三四五六七八九十]+处`)
	// 砖木结构,约150平方米,
	areaAlone = re(`(?:^(?:约|大约|共|共约|总计|计)|[,。;](?:约|大约|共|共约|总计|计|[一二两三四五六七八九0-9]{1,2}层(?:一共|总共|合计|共)(?:约)?)?)(` + amount + `)(?:m2|平方米|平米|㎡|M2)(?:左右)?(?:[,。;]|$)`)
	// of the site, or of a part
	notFloorArea = re(`(?:占地|用地|基底|宅基地|使用|套内|受损|抽检|检测|裂|剥落|加建|扩建|搭建|每层|单层|标准层|一层|底层|二层|三层|其中)[^,。;]{0,3}$|(?:用地使用证|使用权证|土地证|宅基地证|土地使用证)[^,。;]{0,8}$`)
	// What houses are built of, as words that stand before 结构 in any order.
	structProse = re(`((?:` + material + `)(?:` + material + `|[-、/])*(?:承重)?结构)`)
	ofOnePart   = re(`(?:屋面|屋盖|屋顶|楼面|楼盖|楼板|楼梯|阳台|雨棚|雨篷|围墙|基础|顶棚|吊顶|加建|搭建|棚|邻[房居户栋楼]?|东侧|西侧|南侧|北侧|相邻|原为|改为|拟|附属|门厅|前厅|后厅|侧台|后台|附跨|裙房|[左右东西南北]翼|厢房|耳房|偏房|厨房|厕所|院墙|隔墙|大棚)[^,。;]{0,8}$`)
	// 岩土结构检测有限公司, 砖混结构设计图
	notOfBuilding = re(`^(?:检测|鉴定|工程|技术|研究|设计|加固|咨询|施工|验收|荷载|通用|检验|部分|层[^数])`)
	// 砖混五层, 框架三层
	structStorey = re(`(?:^|[,。;:为系是楼房舍])(砖混|砖木|框架|土木|石木|框剪|砖石|土坯|混合)(?:结构)?,?([0-9]{1,2}|[单一二两三四五六七八九十]{1,3})层(?:[,。;(]|$|[0-9一二三四五六七八九十]+间|的?[房楼住民农校])`)
	// 四层砖混, 砖木一层
	structShort = re(`(?:层|的)(砖混|砖木|土木|石木|框架|砖石|土坯|框剪)(?:自建|房|楼|住宅|农房|民房|校舍|,|。|;|$)`)
	// 该楼为六层框架结构; but not 一层3根框架柱, which tells where.
	storeyProse = re(`(?:^|地上|地面以上|共|合计|总计|共计|结构、|为|系|,|总|结构|建有|高|是|\))(?:有)?([0-9]{1,2}|[单一二两三四五六七八九十]{1,3})层(?:[单双两三多0-9]跨)?(?:[(](?:局部|含[^()]{1,8}[)])|[砖混框木土石钢砌底]\p{Han}{0,8}、[砖混框木土石钢砌上]\p{Han}{0,12}结构|现浇|预制|钢筋|[砖混框木土石钢砌排门穿底剪内轻生夯条]\p{Han}{0,12}结构|\p{Han}{0,5}(?:` + material + `)+结构|[砖混木土石框]{2}|的?房屋?|的?楼房?|建筑|民[房居]|住宅|平房|农房|校舍|[0-9一二三四五六七八九十]{1,2}间|,|。|;|$)`)
	// 房屋二层砖混, 1998年修建的三层砖混结构房屋
	storeysOfHouse = re(`(?:房屋?|住房|房子|建筑物?|校舍|该楼|的|栋|幢|座)([0-9]{1,2}|[单一二两三四五六七八九十]{1,3})层(?:[砖混木土石框]{2}|\p{Han}{0,5}(?:` + material + `)+结构)`)
	storeysAbove   = re(`(?:地上|地面以上|现为|现状为|现共|[,;]共)(?:共)?([0-9]{1,2}|[一二两三四五六七八九十]{1,3})层`)
	// 一层局部两层,按两层计
	storeysCounted = re(`按([0-9]{1,2}|[一二两三四五六七八九十]{1,3})层(?:计|考虑|统计)`)
	// 三楼一底: three floors on a ground floor
	floorsOnGround = re(`([一二两三四五六七八九]楼一底)`)
	rebuilding     = re(`加固|改造|修缮|装修|翻修|扩建|加层|加建|围墙|护坡|堡坎|维修`)
	builtProse     = re(`(?:建于|建成于|修建于|始建于|建造于|竣工于|修于)(?:约)?(` + yearWords + `)|(?:^|[,。;约于系])(` + yearWords + `)(?:前后|左右|末|初)?(?:[由经][^,。;]{1,16}?)?(?:[0-9]{1,2}月)?(?:建成|建造|修建|统建|建设|自建|新建|始建|竣工|落成|建的|修的|建,|修,|建。|修。|建;)`)
	agencySigns    = re(`^` + orgChar + `{4,40}(?:公司|研究院|检测中心|检验中心|测试中心|鉴定中心|检测站|事务所|设计院|研究所|鉴定所|鉴定站|大学|集团|中心|` + trades + `)` + branch + `$`)
	aboveGround    = re(`地上(?:共)?([0-9]{1,3}|[一二三四五六七八九十]{1,3})`)
)

// beforeWorkBegan: 施工前鉴定由我公司完成,报告号……, an earlier report on the same house.
var beforeWorkBegan = re(`(?:施工|开工|改造|加固|装修|开挖|搬迁|购买|变更)前(?:的)?(?:那次|一次|安全|房屋)?(?:鉴定|检测|评估|查勘|报告)`)

// fromProse reads the particulars that running text gives.
func (c candidates) fromProse(it *item) {
	t := it.text.text
	switch it.section {
	case secOverview, secCover, secInspection, secConclusion, secDeclaration, "":
	default:
		return
	}
	take := func(f fieldName, m []int, g, weight int) {
		if m != nil && m[2*g] >= 0 {
			c.add(f, it.text.sub(m[2*g], m[2*g+1]), it.page, weight)
		}
	}
	// A number in running text is the report's own unless the words before it
	// speak of another report; then two numbers are a question for a human.
	if m := reportNoProse.FindStringSubmatchIndex(t); m != nil && !otherReport.MatchString(tailOf(t[:m[0]], 24)) && !histCue.MatchString(tailOf(t[:m[0]], 24)) && !numberOfElse.MatchString(t[:m[0]]) && !beforeWorkBegan.MatchString(t[strings.LastIndexAny(t[:m[0]], "。;")+1:m[0]]) {
		take(fReportNo, m, 1, 2)
		if !strings.HasSuffix(t[:m[0]], "(") {
			take(fReportNo, m, 2, 0) // (报告编号CQGX-24-0171): of what was named before
		}
	}
	c.fromClientWords(it)
	if m := entrusted.FindStringSubmatchIndex(t); m != nil && !noName.MatchString(t[m[2]:m[3]]) {
		take(fClient, m, 1, 0)
	}
	take(fAgency, agencyIs.FindStringSubmatchIndex(t), 1, 1)
	c.fromAgencyWords(it)
	if it.section != secDeclaration {
		take(fAddress, locatedAt.FindStringSubmatchIndex(t), 1, 1)
		take(fAddress, addressIn.FindStringSubmatchIndex(t), 1, 1)
		if it.section != secInspection {
			take(fAddress, livesAt.FindStringSubmatchIndex(t), 1, 1)
			take(fAddress, onRoad.FindStringSubmatchIndex(t), 1, 1)
			take(fAddress, onEstate.FindStringSubmatchIndex(t), 1, 1)
		}
		take(fAddress, addressOf.FindStringSubmatchIndex(t), 1, 0)
		take(fAddress, addressAlone.FindStringSubmatchIndex(t), 1, 0)
		take(fAddress, appraisedAt.FindStringSubmatchIndex(t), 1, 0)
		if m := appraisedIn.FindStringSubmatchIndex(t); m != nil && townOf(t[m[2]:m[3]]) != "" {
			take(fAddress, m, 1, 0)
		}
		c.fromDescription(it)
	}
}

// areaOfAll reads the area of all the houses of a report together, which is more
// than the form of each of them says.
func (c candidates) areaOfAll(p passage, page int) {
	m := areaTotal.FindStringSubmatchIndex(p.text)
	if m == nil || ofEstate.MatchString(p.text[:m[0]]) || ofDefects.MatchString(tailOf(p.text[:m[0]], 16)) {
		return
	}
	g := 2
	for m[g] < 0 {
		g += 2
	}
	c.add(fArea, p.sub(m[g], m[g+1]), page, 4)
}

// fromDescription reads what a paragraph tells of the house: how large it is, of
// what it is built, how many storeys it has, when it was built.
func (c candidates) fromDescription(it *item) {
	t := it.text.text
	first := func(f fieldName, k *guarded, not *guarded) {
		for _, m := range k.FindAllStringSubmatchIndex(t, -1) {
			for g := 1; g < len(m)/2; g++ {
				if m[2*g] < 0 || f == fStructure && notOfBuilding.MatchString(t[m[1]:]) || not != nil && not.MatchString(tailOf(t[:m[2*g]], 16)) {
					continue
				}
				c.add(f, it.text.sub(m[2*g], m[2*g+1]), it.page, 1)
				return
			}
		}
	}
	c.areaOfAll(it.text, it.page)
	first(fArea, areaProse, notFloorArea)
	if it.section != secInspection {
		first(fArea, areaAlone, ofOnePart)
	}
	first(fStructure, structProse, ofOnePart)
	first(fStructure, structShort, ofOnePart)
	first(fBuilt, builtProse, rebuilding)
	if strings.Contains(t, "加建") {
		first(fStoreys, storeysAbove, ofOnePart)
		return
	}
	first(fStoreys, floorsOnGround, ofOnePart)
	first(fStoreys, storeysCounted, nil)
	first(fStoreys, storeyProse, ofOnePart)
	first(fStoreys, storeysOfHouse, ofOnePart)
	if m := structStorey.FindStringSubmatchIndex(t); m != nil {
		c.add(fStructure, it.text.sub(m[2], m[3]), it.page, 1)
		c.add(fStoreys, it.text.sub(m[4], m[5]), it.page, 1)
	}
}

// letterhead returns where an agency's name ends that is all of a line but for its
// accreditation, or what it calls its paper, or 0: 某大学检测中心(CMA), 某检测中心鉴定报告.
func letterhead(t string) int {
	if agencySigns.MatchString(t) && appraises.MatchString(t) {
		return len(t)
	}
	m := orgName.FindStringIndex(t)
	if m == nil || m[0] != 0 || !appraises.MatchString(t[:m[1]]) {
		return 0
	}
	if rest := t[m[1]:]; headMark.MatchString(rest) || ownPaper.MatchString(rest) && appraisesAlone.MatchString(t[:m[1]]) {
		return m[1]
	}
	return 0
}

var (
	headMark = re(`^(?:[(](?:[A-Z/、,]{2,16}|[\p{Han}]级|[\p{Han}]{0,4}资质)[)]|编制|编|出具|出品|鉴定|承担)$`)
	// 房屋 before 鉴定报告 would be the company's own house.
	ownPaper       = re(`^(?:检测|检验|技术|司法)*鉴定(?:检测)?报告书?$`)
	appraisesAlone = re(`鉴定|检测|检验|测试`)
)

// fromCover takes the agency's name and the date that stand alone on the
// cover, under the title and at the end.
func (c candidates) fromCover(items []*item) {
	for _, it := range items {
		if it.table != nil {
			continue
		}
		t := it.text.text
		if it.page <= 2 && it.section == secCover || it.section == secAdvice || it.section == secConclusion {
			if n := letterhead(t); n > 0 && labelOf(t) == fNone && !it.text.startsWithLabel() {
				c.add(fAgency, it.text.sub(0, n), it.page, 1)
			}
			if ds := datesIn(t); len(ds) == 1 && ds[0].from == 0 && ds[0].to == len(t) {
				c.add(fIssued, it.text.glyphs, it.page, 1)
			}
			if it.page == 1 {
				c.fromNumberLine(it.text, it.page)
				c.fromNumberBeside(it.text, it.page)
			}
		}
	}
}
