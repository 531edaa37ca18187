package reading

import (
	"slices"
	"strings"

	"jianding/schemas"
)

// Reports tell their readers what the letters mean, beside the ratings and under
// them: what they say there rates nothing. The rules below are tried last, so that they
// take no rating for a meaning, and what they hold for is looked at once more when
// the conclusions are known: a grade worse than the house's, told alone or of this
// house, is no lesson in letters (meantOfHouse).

var (
	// 附注:本报告所用安全性等级含义--, 字母是什么意思:
	lettersHead = re(`(?:等级|级别|字母|符号|代号|名词|术语|用语)的?(?:各自)?(?:的)?(?:含义|涵义|意思|意义|释义|解释|说明|定义|是什么意思|怎么看|怎么理解)(?:如下|为|是)?["”]?(?::|[-—]{1,2})`)
	// what stands before the grade that is explained: nothing, or those explained with it
	onlyGrades   = re(`^(?:其中)?(?:[(]?[0-9①-⑳]{1,2}[)、.])?(?:` + gradeForm + `(?:[、,/]|和|及|与))*["“]?$`)
	isMeaning    = re(`^(?:(?:[、,/]|和|及|与)` + gradeForm + `)*级?["”]?(?:[:,(]|[-—]{1,2}|系?指|是|为|表示|即|才|属于|代表|意为|意味着|说明|就?算|相当于|对应)([^,;。]*)`)
	plainMeaning = re(`^级?["”]?((?:极|严重|显著|基本|略|尚)?不?(?:符合|满足|低于?|影响)[^,;。]{0,20})(?:[,;。]|$)`)
	meansWorks   = re(`停用|限制|加固|[维检]修|修[缮理]|处理|拆`)
	// asItIs: words of a house, and not of its grades
	asItIs = re(`现状|目前|现在|[一二三四五六七八九十0-9底顶]层|即是|这[座幢栋间处]|[东西南北前后]侧`)
	// beyondMeaning: Dsu是严重影响整体承载,现场属后者. What is more than a meaning: where the
	// house is so, which of the letters is meant, since when or from when on.
	beyondMeaning = re(`现场|实际|其实|本次|[这此那][里处]|(?:^|[,;])即|即(?:本|此|现|该|为|是|如)|[后前][一]?者|最后|如此|层|不作数|不算|不对|(?:以|之)[前后]|加固[^措。;,]{0,6}[前后]|(?:^|[^采])取|就是(?:[^说指讲]|$)|达不到|应(?:为|是|评|属|按)|为准|改`)
	// B级是说个别地方要看顾; Csu级在规范中指……
	saysWhat  = re(`^级?["”]?(?:,|的)?(?:就?是说|说的是|讲的是|意思是|意为|(?:在|按)?(?:本|该|国家|现行)?(?:规范|标准|规程|导则)(?:中|里)?(?:就|系|是)*指|的(?:解释|意思|含义|定义)(?:就?是|为))`)
	explained = re(gradeForm + `(?:就?是说|说的是|讲的是|意思是|意为|(?:在|按)?(?:本|该|国家|现行)?(?:规范|标准|规程|导则)(?:中|里)?(?:就|系|是)*指|的(?:文字|条文|原文)?(?:解释|意思|含义|定义|表述))`)
	// 标准中Csu级的文字定义含“显著影响整体承载”
	inStandard  = re(`^(?:[(]?[0-9]{1,2}[)、.])?(?:附?注:)?(?:国家|现行|鉴定|本|该)*(?:标准|规范|规程|导则)(?:中|里|上)?(?:对|关于|所说的?|规定的?)?["“]?$`)
	itsWording  = re(`^级?["”]?的(?:文字|条文|原文)?(?:定义|含义|释义|解释|表述|描述)`)
	besideOther = re(`(?:与|和|同|跟|较|比)["“]?$`)
	isUnlike    = re(`^级?["”]?的?[^,。;]{0,14}(?:不同|有别|有区别|不一样|不是一回事)`)
	// GB 50292的Bsu级不等于JGJ 125的B级,两者评定对象不一样,供阅读时留意
	notEquated = re(`^(?:[(]?[0-9]{1,2}[)、.])?(?:(?:附?注|说明):)?(` + aStandard + `)(?:中|里)?的?` + gradeForm + `不(?:等于|等同于?)(` + aStandard + `)(?:中|里)?的?` + gradeForm + `(?:,(?:两者|二者)?的?(?:评定|鉴定|对象|范围|标准|分级|评级|办法|方法|与|和|、|及|尺度|依据|不一样|不同|不一致|有别|不能互换|各有)+)*(?:,供[^,。;]{0,6}(?:留意|参考|注意))?[。;]?$`)
	// 部分医护人员询问“Bsu是否危房”,此处答复为不是
	askedWhat  = re(`(?:询问|问|问起|问到|问及|咨询|不解)[^,。;]{0,6}["“]?$`)
	answeredNo = re(`^级?["”]?(?:是否|是不是|算不算|属不属于|是)(?:就?是|为|属于|算)?(?:危险房屋|危房)(?:吗)?[?”"]*,[^,。;]{0,10}(?:不是|并非|不属于|不算|否)(?:[,。;]|$)`)
	// 鉴定单元可靠性等级用一、二、三、四级表示
	notation = re(`(?:用|以|采用|按|写作)(?:大写|小写|罗马|中文|汉字)?(?:字母|数字)?(?:["“]?(?:[A-Da-d](?:su|u|s)?|[IV]{1,3}|[一二三四])["”]?级?(?:[、,/]|和|及))+["“]?$`)
	noted    = re(`^(?:(?:[、,/]|和|及)` + gradeForm + `)*级?["”]?(?:来|分别)?(?:表示|标示|表述|标注|代表)[。;]?$`)

	// 可靠性:Bsu与Bss综合,取Ⅱ级
	withAnother = re(`(?:^|[:,])` + gradeForm + `(?:与|和|及|、)["“]?$`)
	combinedTo  = re(`^级?["”]?(?:综合|两者|二者|合起来|相比)?,?(?:综合)?(?:取|得|评|定)`)
	// 可靠性按安全性与使用性中较低者,并参照第10章规定,得Ⅱ级
	lesserOf = re(`(?:可靠性|安全性)[^。;:,不未]{0,4}(?:取|按|以|依|据)[^。;,不未次层年]{0,24}(?:较低|最低)(?:的)?(?:等级|者|一级|一项|值)?,(?:[^。;不未建若如议]{0,18},)?(?:综合)?(?:得|取|评|定|即)(?:为)?["“]?$`)
	// 楼层均Au级,房屋A级
	houseAlone = re(`^(?:[该本整全][幢栋座]?)?(?:房屋|[整全][房楼屋宅户])(?:整体)?$`)
	// 主楼Bsu级、厨房Asu级
	gradeInRow = re(gradeForm + `、`)
	nextInRow  = re(`^级?、[\p{Han}0-9A-Z#]{1,10}?` + gradeForm)
	// 附带释义:Csu、Dsu为更低两档,本楼无须引用。
	notCalled = re(`^(?:(?:[、,/]|和|及|与)` + gradeForm + `)*级?(?:为|是|属|系)(?:更低|余下|其余|另外?|后)(?:的)?[一两二三]?(?:档|级|个等级)(?:者)?,(?:本|该)[楼房幢栋屋户座校](?:房屋)?(?:均|都)?(?:无须|无需|不必|不需|用不着|没有)(?:引用|涉及|用到|适用)?[。;]?$`)
	onlyNoted = re(`^(?:[(]?[0-9]{1,2}[)、.])?(?:(?:附带|附)?(?:释义|注|说明|备注):)?(?:` + gradeForm + `(?:[、,/]|和|及|与))*["“]?$`)
	// 按JGJ 125,部分承重结构不能满足、房屋局部处于危险状态者为C级
	thoseAre = re(`^(?:[(]?[0-9]{1,2}[)、.])?(?:按照?|依据?|根据|据)` + theStandard + `(?:的?(?:规定|划分|分级))?[,:][^。;:本该此这现今]{4,60}者(?:为|属|即为|评为|定为)["“]?$`)
	// 那座才是土墙D级,跟这座隔两块田
	thatOther   = re(`^那[座幢栋](?:房[子屋]?)?[^,。;]{0,8}$`)
	apartFromIt = re(`^级?(?:危房|危险房屋)?,(?:跟|与|和|距|离)这[座幢栋](?:房[子屋]?)?[^,。;]{0,4}(?:隔(?:着|了)?[一二两三四五六七八九十0-9几]{0,2}[\p{Han}]?(?:块?[田地]|[条道]?[路街河沟巷]|座?[山坡]|[晒院]?坝)|[距离约]{1,2}(?:[2-9]|[1-9][0-9]+)[0-9.]*(?:m|米)|无关|不相干|不相连)`)
)

// aStandard is a standard by its name or its number.
const aStandard = `(?:《[^《》,。;]{2,40}》)?(?:[(]?(?:GB|JGJ|CECS|DB)[A-Z/]{0,4}-?[0-9.]+(?:-[0-9]{4})?[)]?)?`

// theStandard is a standard that is named.
const theStandard = `(?:《[^《》,。;]{2,40}》(?:[(]?(?:GB|JGJ|CECS|DB)[A-Z/]{0,4}-?[0-9.]+(?:-[0-9]{4})?[)]?)?|(?:GB|JGJ|CECS|DB)[A-Z/]{0,4}-?[0-9.]+(?:-[0-9]{4})?|标准|规范)`

// meanings are the rules for grades that are explained, compared or asked about, and
// for ways of rating in which the words of the others do not stand.
func meanings() []roleRule {
	rated := func(c setting) bool { return c.section == secRating || c.section == secConclusion }
	return []roleRule{
		{"letters_explained", schemas.RoleDefinition, "字母是什么意思：Asu是满足要求，Bsu是略低但不显著影响整体承载，[Csu]、Dsu才到需要限制使用的程度。", func(c setting) bool {
			head := lastEnd(lettersHead, c.told+c.before)
			if head < 0 || c.unitsAfter || thisHouse.MatchString((c.told + c.before)[head:]) {
				return false
			}
			if beyondMeaning.MatchString((c.told + c.before)[head:] + c.after) {
				return false
			}
			own := c.before[strings.LastIndexAny(c.before, ",:;-")+1:]
			m := isMeaning.FindStringSubmatch(c.after)
			if m == nil && len(gradeToken.FindAllString(c.before+c.after, -1)) >= 2 {
				m = plainMeaning.FindStringSubmatch(c.after) // Asu符合,Bsu略低,Csu不符合,Dsu极不符合
			}
			return onlyGrades.MatchString(strings.TrimPrefix(own, "\u2014")) && m != nil && (meansGrade.MatchString(m[1]) || meansWorks.MatchString(m[1])) && !asItIs.MatchString(m[1])
		}},
		{"says_what_it_means", schemas.RoleDefinition, "(鉴定结论) [B]级是说个别地方要看顾，承重没有危险。", func(c setting) bool {
			if beyondMeaning.MatchString(c.before + c.after) {
				return false
			}
			return bareStart(c.before) && !c.unitsAfter && saysWhat.MatchString(c.after) || inStandard.MatchString(c.before) && itsWording.MatchString(c.after)
		}},
		{"unlike_the_explained", schemas.RoleDefinition, "Csu级在规范中指应采取措施，与[Dsu]级的立即采取措施不同。", func(c setting) bool {
			return !beyondMeaning.MatchString(c.before+c.after) && explained.MatchString(c.before) && besideOther.MatchString(c.before) && isUnlike.MatchString(c.after)
		}},
		{"not_called", schemas.RoleDefinition, "附带释义：Csu、[Dsu]为更低两档，本楼无须引用。", func(c setting) bool {
			return onlyNoted.MatchString(c.before) && notCalled.MatchString(c.after)
		}},
		{"not_equated", schemas.RoleDefinition, "GB 50292的Bsu级不等于JGJ 125的[B]级，两者评定对象不一样。", func(c setting) bool {
			return equatesNone(c.before + "A级" + c.after)
		}},
		{"asked_about", schemas.RoleDefinition, "部分医护人员询问“[Bsu]是否危房”，此处答复为不是。", func(c setting) bool {
			return askedWhat.MatchString(c.before) && answeredNo.MatchString(c.after)
		}},
		{"notation", schemas.RoleDefinition, "鉴定单元可靠性等级用一、二、三、[四]级表示", func(c setting) bool {
			return notation.MatchString(c.before) && noted.MatchString(c.after)
		}},
		{"combined", schemas.RoleConclusion, "可靠性：Bsu与[Bss]综合，取Ⅱ级。", func(c setting) bool {
			return rated(c) && withAnother.MatchString(c.before) && combinedTo.MatchString(c.after)
		}},
		{"lesser_of", schemas.RoleConclusion, "可靠性按安全性与使用性中较低者，并参照第10章规定，得[Ⅱ]级。", func(c setting) bool {
			return rated(c) && lesserOf.MatchString(c.before) && endsAfter.MatchString(c.after)
		}},
		{"house_then_grade", schemas.RoleConclusion, "(鉴定结论) 四层各层危险构件数为零，楼层均Au级，房屋[A]级。", func(c setting) bool {
			return rated(c) && houseAlone.MatchString(c.clause) && endsAfter.MatchString(c.after)
		}},
		{"houses_in_a_row", schemas.RoleConclusion, "(鉴定结论) 春芽幼儿园主楼Bsu级、厨房[Asu]级，可以继续办园。", func(c setting) bool {
			if !rated(c) || !c.unitsBefore {
				return false
			}
			own := c.clause
			if at := lastEnd(gradeInRow, own); at >= 0 {
				own = own[at:]
			}
			return unitAlone(itemNumber.ReplaceAllString(own, "")) != "" && (endsAfter.MatchString(c.after) || nextInRow.MatchString(c.after))
		}},
		{"that_other_house", schemas.RoleOtherSubject, "同组岳福明家2021年拆危房，那座才是土墙[D]级，跟这座隔两块田。", func(c setting) bool {
			return thatOther.MatchString(c.clause) && apartFromIt.MatchString(c.after)
		}},
	}
}

// equatesNone tells whether a sentence only says that the grades of two standards are
// not the same.
func equatesNone(s string) bool {
	m := notEquated.FindStringSubmatch(s)
	return m != nil && m[1] != "" && m[2] != "" && m[1] != m[2]
}

// isExplained: the mention tells what a grade means.
func (m *mention) isExplained() bool {
	switch m.rule {
	case "letters_explained", "says_what_it_means", "unlike_the_explained", "not_equated", "asked_about", "those_are":
		return true
	}
	return false
}

// ownDenied: what denies a grade outright, and does not only compare with it.
var ownDenied = re(`(?:达不到|未达到?|没有达到|(?:难以|无法|不能|没能|未能)达到?|[不未](?:能)?(?:满足|符合)|够不上|不够|(?:没有?|未)评[到上为]|评不上|排除|否定|不(?:属于?|是|构成)|并非|不[能应宜]?(?:评|定|列|算)(?:为|作|上)?|谈不上)["“]?$`)

// deniesOwn tells whether the words deny the grade that the report concludes, or name it
// among those that the house has not: 该楼达不到Bsu级, Bsu级为另一档,本楼没有涉及. Where
// several houses have several grades, one may have none of the others.
func (m *mention) deniesOwn(fs []schemas.Finding) bool {
	before := m.sentence.text[:min(m.from, len(m.sentence.text))] // a table's mention has none
	called := m.rule == "not_called"
	denied := m.role == schemas.RoleNegated || thisHouse.MatchString(before)
	if !called && !(denied && ownDenied.MatchString(before)) || !m.scope.Speaks() || !weighty(m.aspect) {
		return false
	}
	own, others := false, false
	for _, f := range fs {
		own = own || f.Grade == m.grade
		others = others || f.Grade != m.grade && f.Aspect == m.aspect
	}
	return own && (called || !others)
}

// meantOfHouse tells whether what explains a grade speaks of the house all the same:
// the grade is none of the report's, and the words name the house, or the grades that
// the report gives are not explained beside it.
func (m *mention) meantOfHouse(mentions []*mention, fs []schemas.Finding) bool {
	if !m.isExplained() || !m.scope.Speaks() || !weighty(m.aspect) {
		return false
	}
	worst := worstOf(fs)
	given := func(o *mention) bool {
		return slices.ContainsFunc(fs, func(f schemas.Finding) bool { return f.Grade == o.grade })
	}
	if given(m) || rank(m.grade) < worst && !thisHouse.MatchString(m.sentence.text) {
		return false
	}
	return thisHouse.MatchString(m.sentence.text) || asItIs.MatchString(m.sentence.text[m.from:]) || !slices.ContainsFunc(mentions, func(o *mention) bool {
		return o.sentence.para == m.sentence.para && given(o)
	})
}

var (
	// (3)评定为C级者以维修加固为主,评定为D级者方可拆除重建: what a form says of all houses.
	whoeverIs = re(`^(?:[(]?[0-9]{1,2}[)、.]|注[0-9]?:?)*(?:凡|凡是|对于?)?(?:(?:经)?(?:鉴定|评定))?(?:等级)?(?:评|评定|鉴定|判定|定)?为["“]?$`)
	meansThis = re(`[本该][户房屋楼宅幢栋表]|[属在][此之该]|此[列类种等]|在内|亦然|其中|同此`)
	isSo      = re(`^["”]?者(?:,|以|方可|方能|始可|才可|应|须|宜|可|必须|原则上|一般|均|即|则|不[^属是])`)
)
