package reading

import (
	"strings"

	"jianding/schemas"
)

// A role rule decides what part a mention of a grade plays from the words
// around it. Rules are tried in order; the first that holds decides and its
// name is kept with the mention. data/roles.yaml holds, per rule, sentences
// for which it must hold and sentences for which it must not.
//
// A mention of a house's grade for which no rule holds is *unclear*, and an
// unclear mention ends acceptance: nothing is left out without being
// understood.
type roleRule struct {
	name   string
	role   schemas.Role
	source string // a sentence as reports write it, the grade in [ ]
	holds  func(c setting) bool
}

// setting is the surroundings of a mention.
type setting struct {
	grade         schemas.Grade
	before, after string // rest of the sentence on either side; after begins behind the grade and its 级
	told          string // what the paragraph says before the sentence
	clause        string // before, back to the last comma
	section       section
	year          int  // of inspection or issue; 0 when unknown
	inList        int  // how many grades of one form stand in a row here
	unitsBefore   bool // the clause names a unit before the grade
	unitsAfter    bool // units are named right behind it
	listed        bool // the sentence is an entry of a scale that its paragraph reprints
	rebuilt       bool // the report itself appraises the house after its works
}

func re(s string) *guarded { return guard(s) }

// Words by which the rules tell the parts apart. Go's expressions know no
// look-ahead, so what must not follow is spelt out in classes.
var (
	// Definitions.
	quotedDefinition = re(`^["”]?(?:[:,]|-{1,2}|是指|指的?是?|表示|即指|的?定义|的?(?:意思|含义|意义)(?:是|为|就是|在于)|对应|相当于)`)
	itsMeaning       = re(`^["”]?的?(?:意思|含义|意义)(?:是|为|就是|在于)`) // B级的意思是:
	refBefore        = re(`(?:对|中|关于|规定的?|满足|符合|低于|高于|达到|按|与|标准的?|规范的?|优于|要求的?)["“]?$`)
	refAfter         = re(`^["”]?的?(?:有关|相关|各项|评定|鉴定|分级|评级|安全性)?(?:规定|要求|标准|限值|指标|界限|水平)`)
	refVerb          = re(`(?:符合|低于|不足|不满足|满足|高于|达到|相比|优于).{0,40}对$|(?:标准|规范|规定|》|\)|-?[0-9]{4})(?:中|里|表[0-9.]+)?(?:对|关于)$|对$`)
	gradeForm        = `["“]?(?:[A-Da-d][_({]?(?:su|ss|u|s|r)?[)}]?|IV|III|II|I|[一二三四])["”]?级?`
	listAfter        = re(`^(?:[、,/]|和|及|或|与|至|~|-)` + gradeForm)
	listBefore       = re(gradeForm + `(?:[、,/]|和|及|或|与|至|~|-)["“]?$`)
	// au(Au、Asu)级: one grade at every level is a notation, and rates nothing.
	levelsBefore = re(`(?:^|[^A-Za-z])[a-d]u?级?[(](?:[A-D]u级?[、,/])?["“]?$`)
	// 三级(不符合要求)、[四级](极不符合要求)
	behindAside   = re(`(?:[A-D](?:su)?|[一二三四I])级?[(][^()]{4,60}[)](?:、|和|及|与)["“]?$`)
	countOfGrades = re(`^(?:(?:[、,/]|和|及|或|与|至|~|-)` + gradeForm + `)*(?:[一二三四两234]个?(?:等级|级别|级)|等级|个级|共[一二三四]级|[、,]?等级?$)`)
	orAfter       = re(`^["”]?(?:或|/|至|~|-)` + gradeForm)
	orBefore      = re(gradeForm + `["”]?(?:或|/|至|~|-)["“]?$`)
	dividedInto   = re(`(?:(?:^|[^部])分为|划分为|分成|划为|共分|(?:^|[^部区成身])分|包括|划分|依次为|由高到低|共有|设)(?:以下|下列)?(?:[一二三四两0-9]个?)?(?:等)?(?:级别?)?[:,(为]?(?:` + gradeForm + `[、,/和及]?)*["“]?$`)
	directly      = re(`直接(?:评|定|判)(?:定|级)?为["“]?$`)
	whenRated     = re(`(?:时|者|的|情况下|情形之一)(?:的)?,?(?:应|可|宜|须)?(?:直接)?(?:将其)?(?:评|定|判)(?:定)?为["“]?$`)
	standardSays  = re(`(?:标准|规范|条文|条例|规程|条|[0-9]-[0-9]{4})(?:中|里)?(?:明确)?(?:规定|指出|注明|要求)(?:为)?[:,]?[^。;]{0,60}$|(?:含义|意义)(?:规定)?(?:为|如下|是)[:,][^。;]{0,60}$|第[0-9.]+条[:,][^。;]{0,60}$`)
	concludes     = re(`综合|综上|故|因此|本次|该房屋|本房屋|经鉴定|评定该|鉴定结果|鉴定结论`)
	satisfied     = re(`(?:满足|符合|达到|低于|高于)(?:国家|现行|相关|有关|本|上述|该|各项|设计|抗震|的)*$`) // 满足规范要求,安全性评级为Asu级
	basedOn       = re(`(?:依据|根据|按照|按|参照|对照|依)[^。;]{0,60}$`)
	thoseGraded   = re(`^(?:(?:[、,/]|和|及|或)` + gradeForm + `)*["”]?为最|^(?:(?:[、,/]|和|及|或)` + gradeForm + `)*["”]?(?:危房|危险房屋|房屋)?的(?:,|鉴定单元|单元|子单元|构件|房屋,|建筑物?,|(?:房屋|建筑物?)?(?:应|必须|须|宜|可))|^(?:(?:[、,/]|和|及|或)` + gradeForm + `)*["”]?(?:为|属)(?:危险房屋|危房)|^(?:危房|危险房屋|房屋|建筑物?|鉴定单元)(?:均|一律|原则上)?(?:应|必须|须|宜|需)|^["”]?(?:级)?(?:及|或)?以[上下]`)
	// 对C、D级危险房屋,责任人应当及时采取解危措施.
	forAll   = re(`^(?:[(]?[0-9]{1,2}[)、.])?(?:对|凡|凡是|所有|各类|全部)[^,。;]{0,14}$`)
	houses   = re(`^["”]?(?:级)?(?:危房|危险房屋|房屋|建筑物?|鉴定单元)(?:,|的|应|$)`)
	soCalled = re(`(?:所谓|其中|注:?|[(]注:?)["“]?$`)

	// Negations. A wide one must be followed by the rating itself, or a short
	// way to it, so that "不满足安全使用要求评定为Dsu级" is none.
	negBefore = re(`(?:不(?:满足|符合|具备)|未(?:能)?(?:评|达到?|坏到|落到|及|满足|符合|具备|构成|评为|评定为|列入|划为|出现|被评为|被评定为|定为|降至|降低至|处于)|没有(?:达到|构成|被评为|评为)|尚未(?:达到?|坏到|落到|构成|降至)|达不到|不(?:另|再|予)*给(?:出|评)?(?:[A-D](?:su|u)?级?、)*|不(?:能|应|宜|会|得|可|足以|再|满足|符合|具备|存在)?(?:据此|仅据此|因此)?(?:将|把)?(?:该|本|此|其)?(?:房屋|建筑物?|楼)?(?:直接|简单)?(?:属于?|是|构成|为|到|达到?|评为|评定为|判定为|定为|判为|认定为|列为|列入|纳入|录入|归入|划为|鉴定为|视为|作为|至于?)|并?非|并不(?:属于?|是|构成|为)|排除|否定|谈不上|远未达?到?|不低于|不高于|未低于|未超过|高于|优于|好于|低于|劣于|离|距离?|[够达评列]不(?:上|到)|(?:^|[,;:。还远尚都均])不够|(?:没有?|未)评(?:到|上))(?:本标准|上述|标准|规定的?|现行标准的?|相应的?|[整全][幢栋座]|局部|危房|危险房屋|《[^》]*》|表[0-9.]+的?|GB[0-9-]+|JGJ/?T?[0-9-]+|危险性|安全性|可靠性|等级|级|评级|评定|评|条件|对|中|的|关于|[A-D](?:su|u)?级?[、或及和])*["“(]?$`)
	negNone   = re(`(?:未发现|未见|不存在|没有发现|没有|无|未有|尚无|不涉及|无证据|没有证据|不认为|未认定|缺乏)[^,。;:《》]{0,20}(?:《[^》]{2,30}》[^,。;:]{0,16})?["“(]?$`)
	// 三层Csu,不符合: the meaning of the grade; 现状与Dsu级不符 denies it.
	conformsNot = re(`^级?["”]?不符合?(?:[,。;]|$)`)
	negAfter    = re(`^["”]?(?:危险?房屋?)?["”]?的?(?:评定|判定|鉴定|评级|相关|有关|构成)?(?:条件|标准|情形|情况|要求|特征|判据|依据|描述|定义|意见|结论|说法|可能)?[,]?(?:经核查|经查|经复核|经鉴定|经分析)?(?:均|并|尚|也)?(?:不具备|不成立|不适用|未(?:达到|满足|具备)|不予认定|不予采纳|不符|不足|不构成|有(?:较大|一定|明显)?(?:的)?(?:差距|距离)|尚有(?:较大|一定|明显)?(?:的)?(?:差距|距离)|相差)`)

	// Claims of others that the report does not follow.
	claimed = re(`(?:有意见|有人|有观点|有专家|业主|委托方|委托人|产权人|住户|异议人|申请人|当事人)[^,。;]{0,8}(?:提出|认为|主张|反映|质疑|称)|(?:有人|外面|村[里上]|镇上|街坊|坊间|网上)[^,。;不]{0,4}(?:传|说|讲|担心|以为)|传言|谣传|传闻|听说`)
	// 镇上有人传这仓库是D级危房,我们看下来不是
	noRumour = re(`^级?(?:危房|危险房屋)?,(?:经?(?:我们|我[司所院站]|本次)?[^,。;不未]{0,8}(?:看下来|查下来|核查|查证|鉴定|复核|检测))?(?:认为|结果)?(?:并不是|不是|并非(?:如此)?|不属实|不实|没有这回事|没有的事)(?:[,。;]|$)`)
	isRumour = re(`(?:有人|外面|村[里上]|镇上|街坊|坊间|网上|邻里)[^,。;不]{0,4}(?:传|议论|谣)|(?:外面|村[里上]|镇上|街坊|坊间|网上|邻里)[^,。;不]{0,4}(?:说|讲)|传言|谣传|谣言|传闻`)
	experts  = re(`专家|项目|工程师|鉴定|检测|评审|审核|技术`)
	setAside = re(`(?:不予|未予|不)(?:采纳|采信|支持|认可)|(?:意见|主张|说法|理由|依据|情形)[^,。;]{0,10}(?:不成立|不存在|不充分|不足)`)

	// Conditions.
	condBefore = re(`(?:^|[,、:(。;.)])(?:而|且|但|则|今后|后续|使用中)?(?:若|倘若|倘|假如|假设|假定|如果|如若|万一|如[^下图表前上实何此期约今同]|一旦|当(?:[^,]{0,30})(?:时|超过|达到|大于|出现)|凡|只要|除非|否则|遇[^,]{1,24}(?:时|,)|擅自[^,。;]{1,14},?(?:则|将|会|可能))|(?:不及时|不予|任其)[^,。;]{1,12}的,`)
	// 在完成全部加固施工并经验收合格的前提下: works that are still to be done.
	condWorks   = re(`(?:加固|施工|修缮|处理|整改|验收|拆除|完成|改造|维修|治理|落实)[^。;]{0,24}(?:的)?(?:前提|条件)(?:下|是|为)?,|以[^。;,]{0,30}(?:加固|施工|修缮|处理|整改|验收|拆除|完成|改造|维修|治理|落实)[^。;,]{0,20}为(?:前提|条件)`)
	condDirect  = re(`(?:可能|有可能|或|恐|或许|将会?|势必|会)(?:进一步|继续|逐步|逐渐|很快|随时|加速)?(?:发展|恶化|劣化|演变|下降|降低?|降级|转化|变|成|达到|构成|跌|升级|被评|评|为|属)[^,]{0,6}$|(?:发展|恶化|演变|劣化|转化)(?:为|成|到|至)["“]?$|(?:参照|比照)["“]?$|不排除.{0,12}$|防止.{0,14}$|避免.{0,14}$`)
	condAfter   = re(`^["”]?(?:房屋|危房)?(?:考虑|处理|管理|对待|设防|使用|执行)|^["”]?(?:危房)?的?(?:可能性?|概率|几率|风险|趋势|危险(?:[^房]|$)|隐患)|^["”]?(?:的)?(?:情况|情形|条件)下|^["”]?(?:房屋|危房)?时`)
	condFailing = re(`(?:不及时|不(?:采取|进行|予)(?:[^,]{0,8})|未(?:经|及时)(?:[^,]{0,8})|不加固|不处理|任其)[^,]{0,16},?[^,]{0,16}(?:将|会|可能|则|后)[^,]{0,12}$`)
	confirmed   = re(`已(?:由|经|被|为)?[^,。;]{0,12}(?:证实|确认|发生|出现|查明)`)
	realPremise = re(`(?:若|如果?)(?:考虑|计入|计及|加上|叠加)[^,。;]{0,4}(?:已|目前|实际|现有)`)
	condSearch  = re(`(?:是否|能否|可否|有无|会不会)[^,]{0,12}$`)

	// Plans.
	projAfter  = re(`(?:加固|修复|修缮|维修|处理|整改|改造|整治|治理|补强|排危|解危|消除[^,。;]{1,12}|采取[^,。;]{0,12}措施|实施|施工|完成|验收|拆除[^,。;]{0,10}|支护|支顶)[^。;,]{0,16}(?:后|之后|以后|完毕)|[换修补弄]好(?:以|之)?后[^。;,]{0,2}(?:叫|请|由|让)[^。;,]{0,8}[看验查]`)
	projModal  = re(`可(?:[^靠,。;][^,。;]{0,24})?$|(?:能够?|预计|预期|预估|预评|应|将|须|需|有望|拟|要|宜|估计|力争|确保|使|方可|满足|达到?|不低于|提高|提升|恢复|升)[^,。;]{0,24}$`)
	projDirect = re(`(?:提升|提高|恢复|升|改善|加固|修复|修缮|整治|处理|改造)(?:至|到|为|成|达到?)[^,。;]{0,10}$|(?:目标|预期|预计|预评|设计|设定|力争|拟|争取|期望|希望)[^,。;]{0,20}$|以(?:达到|满足|恢复至?)[^,]{0,8}$|使[^,]{0,20}(?:达到|恢复|提高|提升|满足)[^,]{0,6}$|(?:提升|提高)[一二两]个等级,?即?$`)
	// A report by its title made after the works (加固后安全性鉴定报告) says of the
	// house as it is now what it says of it after them.
	afterWorks = re(`(?m)(?:加固|修缮|改造|解危|整治|治理|维修|修复|排危)(?:工程)?(?:施工)?(?:完成|竣工)?(?:以|之)?后(?:的)?(?:房屋|建筑|结构)?[^。\n]{0,12}鉴定[^。;,\n]{0,8}(?:报告|书|表|函|意见|$)`)
	worksDone  = re(`(?:加固|修缮|改造|解危|整治|治理|维修|修复|排危)(?:处理)?(?:工程)?(?:施工)?(?:完成|竣工)?(?:以|之)?后`)
	// 已采用型钢过梁处理,处理后墙体工作正常; 于2009年加固后使用至今; 木屋架经修缮后受力可靠: works that
	// are done, by what is said of the house since.
	worksPast = re(`(?:已|均已|业已|现已)(?:采用|采取|经|由|对|全部|完成|进行|作|做|用|实施|加装|增设)?[^,。;按照参推值委拟计划编设申责令要求通告督促签合落筹资同决安列准报承诺]{0,18}(?:加固|处理|修复|修缮|维修|改造|托换|更换|重砌|重做|补强|整改)(?:完成|完毕|到位)?,(?:(?:加固|处理|修复|修缮|维修|改造|整改|托换|更换)后的?[^,。;不未难]{0,16}(?:正常|良好|可靠|稳定|合格|完好))?|(?:于|在)(?:19|20)[0-9]{2}年[^,。;]{0,12}?(?:加固|修缮|维修|改造|翻修|整治)(?:处理|完成|施工)?后,?(?:使用至今|至今)(?:状态|状况)?|(?:^|[,。;:])[^,。;应须需拟若如待可建将明计划]{0,16}(?:经|历经)[^,。;应须需拟若如待可建将]{0,10}(?:修缮|加固|维修|修复|更换|重砌|托换)(?:处理)?后[^,。;不未难]{0,14}(?:工作|受力|状态|状况|连接)(?:状态)?(?:基本)?(?:正常|良好|可靠|稳定|完好)`)
	// 本次鉴定以加固后现状为对象
	ofRebuilt = re(`(?:^|[,。;])[^,。;拟待将若如]{0,12}(?:以|按|对|就|针对)(?:加固|修缮|改造|整治|维修|修复)(?:处理)?(?:工程)?(?:完成|竣工)?后的?(?:房屋|结构|[\p{Han}]{0,8}[楼房])?(?:的)?(?:现状|实际状况)?(?:为(?:鉴定|评定)?(?:对象|准|基础)|(?:进行|作|开展|实施)[^,。;]{0,8}(?:鉴定|评定))`)
	asBuilt   = re(`现状|本次|现场|检测|目前|经鉴定`)

	// History.
	histCue   = re(`曾(?:经|于|被|由|有|组织|委托)?|原(?:鉴定|评定|评级|检测|报告|结论|安全性|危险性|等级|有|来|先|为|《|[12][0-9]{3}年)|此前|前次|前一次|上次|上一次|上一轮|上轮|上期|首次|初次|第一次|过去|历史|历次|既往|以往|之前|旧(?:报告|版|鉴定)|往年|当时|当年|多年前|[0-9一二三四五六七八九十]+年前|先前|早前|早期|去年|前年|昔|其时|(?:加固|改造|修缮|维修|处理|整治|治理|翻修|加层)前|(?:降低|下降|升高|提高|变更|调整|恶化|劣化|发展|转变)前|(?:其他|他|另一|别的|外地)(?:家)?(?:鉴定|检测)?(?:机构|单位|公司)|档案(?:[^楼号编室柜袋,。;]|$)|口述|自述|(?:委托方|业主|产权人|委托人|委托单位|户主|房主|屋主|社区|村委)(?:[^,]{0,6})?(?:提供|出示|反映|介绍|称|陈述|提交)|普查|排查|摸底|已(?:于|由|经)[12][0-9]{3}年`)
	nowCue    = re(`仍(?:为|评|属|定)|本次|此次|这次|本报告|本鉴定|现(?:状|评定|经|为|已|鉴定|场)|目前|当前|今|经(?:本次|复核|重新|综合|现场)|重新(?:评|鉴)|综合(?:评定|分析|判定|评价|以上)|综上|复核(?:结果)?(?:为|评定)|更新为|(?:降低|下降|调整|变更|修正|改评|降|升|变)(?:为|至|到|成)?$`)
	yearCue   = re(`((?:19|20)[0-9]{2})(?:年|[-./][0-9]{1,2}[-./月])|([一二][〇零○一二三四五六七八九0]{3})年`)
	builtYear = re(`(?:建|修|竣工|始建|成|购|迁|投入使用)(?:成|造|于|建)?(?:于|年份|时间|年代)?[:为]?(?:约)?$`)
	builtNext = re(`^(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?(?:前后|左右|初|底|代)?(?:建|修|新建|竣工|投入|投用|加建|加层|改造|装修|加固|购|版|由[^,。;]{0,10}(?:建|修)|移民|迁)`)
	rated     = re(`鉴定|评|报告|检测|普查|排查|认定|应急|等级|核查|核验|摸排|鉴别|危改`)
	fromTo    = re(`由(?:原来?的?|[12][0-9]{3}年)?[^,。;]{0,14}$`)
	changedTo = re(`由(?:原来?的?|[12][0-9]{3}年(?:的|评定的|鉴定的)?)[^,。;]{0,8}["“]?(?:[A-D](?:su)?|I{1,3}|IV)["”]?级?[^,。;]{0,4}(?:上升|下降|降低?|提高|提升|升|变更?|变化|调整|恶化|劣化)(?:为|至|到|成)["“]?$`)
	// 安全性等级可由Csu级提升至
	mayChange = re(`(?:可[^靠]|能|预计|应|将|须|需|有望|拟|要|宜|方)[^,。;]{0,8}由`)
	fallTo    = re(`^["”]?(?:危房)?[^。;,]{0,8}(?:降|升|变|调整|提高|下降|恶化|劣化|发展|转)`)

	// Other houses.
	otherCue = re(`相邻|毗邻|邻近|毗连|紧邻|隔壁|比邻|邻房|邻居|邻户|邻家|附近|周边(?:的)?(?:建筑|房屋)|周围(?:的)?(?:建筑|房屋)|(?:[东西南北左右前后旁对]|相对)(?:侧|面|边|方|邻)(?:[^,、。;]{0,10})(?:处)?的?(?:相连|另一|既有|他人|其他)?[^,、]{0,6}(?:房屋|建筑物?|住宅|楼房|农房|自建房|办公楼|楼|用房)|同(?:一)?(?:街|村|小区|院落?|批|镇)[^,。;]{0,8}(?:其他|另|类似|房屋)|不(?:属于|在|是)本次(?:鉴定|检测)[^,。;]{0,6}|非本次鉴定|(?:其他|其它|另)(?:有)?(?:一)?(?:栋|幢|座|户|处)|另一(?:产权人|业主)|另案|另行鉴定|单独报告|(?:其他|其它)房屋|对面|对侧|类似(?:房屋|工程|案例|结构)|同类(?:房屋|工程)|示例|例如|样例|案例|(?:与|距|离)(?:本|该|受检|被鉴定)?(?:房屋|建筑物?|楼)(?:约)?(?:[0-9.]+m|贴建|相连|相邻|毗连|不远)[^,。;]{0,12}|(?:本|该)(?:镇|村|街道?|社区|组|区)(?:内)?(?:已|共|另|尚)?有|村内|镇内|社区内|他人`)
	thisCue  = re(`该房屋|本房屋|本次鉴定(?:的)?房屋|(?:被鉴定|受检|受鉴|委托鉴定|拟鉴定)的?(?:房屋|建筑|对象|楼|工程)|鉴定对象|鉴定单元|本(?:工程|建筑|楼|栋|幢)|该(?:建筑|楼|栋|幢|自建房|工程)|综合评定|综上|本(?:户|宅)(?:房屋|住宅|住房)?|(?:全|整)[幢栋楼座](?:房屋|楼)?(?:的)?安全性`)

	// Assertions.
	assertBefore = re(`(?:(?:综合|最终|综上|重新)?(?:评定|评|判定|鉴定|认定|确定|核定|评价|判|定|列|划)(?:等级)?(?:的?结果|结论|意见)?(?:均|分别|都|皆|应|宜|可|拟|综合)?(?:为|是|属于?|成|作|在|:)+|(?:等级|级别|类别|评级|结论|结果|意见|安全性|危险性|可靠性|使用性|适修性|现状|整体|单元|系统|房屋|楼|栋|幢|座|房|结构|建筑|连廊|厂房)(?:均|分别|都|皆|应|可|现|仍|已|综合|也|亦|同样)?(?:被)?(?:评|定|评定|判定|鉴定|判|属|达|达到|处于?|降|确定|认定|列)?(?:为|是|属于?|至|到|成|:)+|属于?|达到?|已?达(?:到)?|降(?:低)?(?:为|至|到)|变(?:更)?为|调整为|更新为|处于?|构成|为|是|评|取|符合|提出|定)(?:[《(]?(?:本标准|国家标准|标准|规范|民用建筑可靠性鉴定标准|危险房屋鉴定标准|GB/?T?[0-9-]+|JGJ/?T?[0-9-]+)[》)]?(?:[(（]?(?:GB|JGJ)/?T?[0-9-]+[)）]?)?(?:中)?(?:规定)?的?|危险性|安全性|可靠性|等级|的)?["“'‘(]?$|(?:属于?|构成|为|是|评定为)(?:整[幢栋]|局部)?危(?:险房屋?|房)[(]$|(?:(?:评定|鉴定|判定|认定|确定|核定|评|定|列)为|属于?)(?:危险房屋|危房)$`)
	stays        = re(`(?:安全性|危险性)(?:鉴定)?等级(?:维持|保持|仍维持)(?:为|在)?["“]?$`)
	// keptUp: 通过支撑安全性等级维持在, 经维护可使……保持为. Something must be done for it.
	keptUp      = re(`使|让|通过|[依凭]靠|借助|维护|维修|支[撑顶]|加固|才|可|能|力求|争取|要求|希望|为了|暂`)
	aspectWord  = re(`(?:安全性|危险性|可靠性|使用性|适修性|安全|等级|评级|级别)(?:综合|鉴定|评定|评价)?(?:等级|级别|评级|结论|结果|意见)?(?:-{1,2}|=|→)?["“(:]?$`)
	endsAfter   = re(`^["”]?(?:[,;。(]|$)`)
	oneSentence = re(`^(?:鉴定)?(?:结论|意见)(?:只有|就|仅)?[^,。;:A-D]{0,4}:["“]?$`) // 结论只有一句:
	resultIs    = re(`(?:评级|鉴定|评定)(?:结论|结果|意见)如下:["“]?$`)
	alone       = re(`^["”]?。$`) // 鉴定结论 / A级。结构能满足安全使用要求
	thatIs      = re(`^["”]?[,-]*(?:这|此)(?:就|即)?(?:是|为)(?:该|本)(?:[^,。;不非《]{0,8}《[^》]{2,30}》)?[^,。;不非]{0,12}(?:安全性|危险性|等级)`)
	opensClass  = re(`^["”]?[,(](?:即|属|为)?(?:整[幢栋]|局部)危`)
	concludedOf = re(`(?:鉴定|评定|评级)(?:结论|结果|意见)(?:为|是)?:[^,:。;]{1,16},["“]?$`)
	aspectOpens = re(`^(?:安全性|危险性)(?:等级|评级)?:[^:;。不非若如曾原拟或]{2,20},["“]?$`)
	// JGJ 125对照结果:无危险构件,A级。 Class A is the one of a house without them.
	noDangerAlso = re(`^(?:[(]?[0-9]{1,2}[)、.])?(?:另|再|又|顺带|同时)?(?:以|按|依|用|参照|对照)?(?:《?危险房屋鉴定标准》?|危房标准|[(]?JGJ/?T?125(?:-[0-9]{4})?[)]?){1,2}(?:作|做|进行)?(?:对照|核对|比对|校核|核查)?(?:的)?(?:结果|结论)?[:,](?:全[楼幢栋屋])?(?:无|没有|未见)危险构件,(?:房屋)?(?:综合)?(?:得|评|定|评为|定为|属|为|列)?["“]?$`)
	comma        = re(`^["”]?[,;]`)
	causedBy     = re(`^["”]?(?:仅|只|主要)?(?:由|因|系因|是因|缘于|源于)[^。;:若如曾原拟]{2,60}?(?:所致|引起|造成|导致|而来|决定)`)
	// Asu级,不必采取措施。
	opensMeasure = re(`^["”]?,(?:可|能|不必|无需|不需)(?:采取措施|(?:继续|正常|安全)*使用)[^,。;:]{0,8}。$`)
	// What stands before it says something of the house's safety, and nothing of a rule or a part.
	lowerOf        = re(`(?:鉴定单元|房屋|安全性|等级)[^。;:,不未建若如议]{0,16}(?:取(?:各|三个|上述|其中|其|地基|子单元|组成)[^,。;:次层年]{0,12}(?:较低|最低)(?:的)?(?:等级|者|一级|值)|以[^,。;:次层年]{0,24}子单元(?:中|的)*(?:较低|最低)(?:的)?(?:一级|等级|者)(?:确定|评定|取值)),即(?:为)?["“]?$`)
	gradeBracketed = re(`^(?:[^,。;:]{0,10}(?:结论|意见):)?(?:[^()。;:]*,)?(?:[^(),。;:不未低距应否]*(?:该|本|[楼房栋幢宅舍])[^(),。;:不未低距应否]*安全性[^(),。;:不未低距应否]*要求|尚?不(?:显著)?影响(?:房屋|结构)?整体(?:承载|安全)(?:功能|能力|性)?)[(]$`)
	bracketsEnd    = re(`^["”]?[)][。;]?$`)
	ratedAs        = re(`^["”]?(?:予以|进行)?(?:评定|评级|确定|认定|判定)`)
	subUnitAlone   = re(`^(?:[^,。;]{0,10}[、:])?(?:地基基础|基础|上部承重结构|上部承重|上部结构|主体结构|主体|承重结构|大?木构架|围护(?:系统|结构|部分)?(?:的)?(?:承重部分|承重)?)(?:的)?(?:安全性)?(?:等级|评级)?(?:为|评为|:)?$`)
	// 2号楼:Au、Au、Bu,综合Bsu: the whole behind its parts
	sumsUp        = re(`^(?:综合|总评|合计|单元|整[库栋幢楼座体仓校宅屋个](?:房屋)?|全[楼幢栋])(?:的)?(?:安全性|使用性|可靠性)?(?:综合)?(?:评定|评|取|定|为)*["“]?$`)
	partGraded    = re(`[A-D][us]级?[、,]`)
	unitOnly      = re(`^(?:鉴定单元|鉴定系统)(?:的)?(?:安全性|使用性|可靠性)?(?:等级)?:?["“]?$`)
	aspectSubject = re(`(?:等级|评级|结论|结果|安全性|危险性|可靠性)[^,。;]{0,4}:(?:鉴定单元|鉴定系统|该?房屋|[\p{Han}0-9A-Z#]{1,8}(?:[楼栋幢房]|单元))["“]?$`)
	ofAfter       = re(`^["”)]?["”]?(?:的(?:房屋|楼栋|建筑|单元|鉴定单元|有|为|是|包括)|[:])`)
)

// ratesThisHouse: the clause names the house that is appraised and rates it.
func ratesThisHouse(c setting) bool {
	return thisCue.MatchString(c.clause) && ratedInFull.MatchString(c.clause) && !thoseGraded.MatchString(c.after)
}

// statesThisHouse tells whether a paragraph begins with a rating of this house, under
// whatever heading it stands: 周边环境 / 该房屋安全性等级评定为Dsu级.
func statesThisHouse(c setting) bool {
	return c.told == "" && ratesThisHouse(c)
}

var ratedInFull = re(`(?:评定|鉴定|判定|评级|评价|评|认定|判|(?:安全性|危险性|可靠性)(?:等级)?(?:应|现|实|已|仍|实际|均|确)?)(?:等级|结果|结论)?(?:为|是|属|:)["“'‘(]?$`)

// roleRules returns the rules in the order in which they are tried.
func roleRules() []roleRule {
	return append([]roleRule{
		{"standard_requirement", schemas.RoleDefinition, "安全性严重不符合本标准对[Asu]级的要求", func(c setting) bool {
			return refVerb.MatchString(c.before) && (refAfter.MatchString(c.after) || strings.HasSuffix(c.before, "对")) ||
				refBefore.MatchString(c.before) && refAfter.MatchString(c.after)
		}},
		{"negated", schemas.RoleNegated, "房屋损伤未达到[Dsu]级的评定条件", func(c setting) bool {
			if deniedTwice.MatchString(c.clause) || offTheList.MatchString(c.clause) && offForOther.MatchString(c.before+c.after) {
				return false
			}
			return negBefore.MatchString(c.clause) || unlikeClass.MatchString(c.clause) && ofClass.MatchString(c.after) || negNone.MatchString(c.clause) ||
				// 评定为三级,不符合可靠性要求: the rating stands, and its meaning follows.
				negAfter.MatchString(c.after) && !(conformsNot.MatchString(c.after) && !besideOther.MatchString(c.before)) && !(strings.HasPrefix(strings.TrimLeft(c.after, "\"”)"), ",") && assertBefore.MatchString(c.clause))
		}},
		{"basis_section", schemas.RoleDefinition, "(鉴定依据) [Dsu]级：严重影响整体承载", func(c setting) bool {
			// A rating of this house stays one wherever a heading was
			// misread: without another rule it is unclear, and a human looks.
			return (c.section == secBasis || c.section == secDeclaration) && !ratesThisHouse(c)
		}},
		{"levels_of_scale", schemas.RoleDefinition, "du(Du、[Dsu])级严重不满足,必须立即采取措施", func(c setting) bool {
			return levelsBefore.MatchString(c.before)
		}},
		{"list_of_grades", schemas.RoleDefinition, "安全性等级分为[Asu]、[Bsu]、[Csu]、[Dsu]四级", func(c setting) bool {
			if dividedInto.MatchString(c.before) || countOfGrades.MatchString(c.after) && (listAfter.MatchString(c.after) || listBefore.MatchString(c.before)) {
				return true
			}
			// A list of three without 分别 tells grades, not a rating.
			return c.inList >= 3 && !strings.Contains(c.before, "分别")
		}},
		{"either_grade", schemas.RoleHypothetical, "安全性等级为[Csu]级或Dsu级的，应采取措施", func(c setting) bool {
			return orAfter.MatchString(c.after) || orBefore.MatchString(c.before)
		}},
		{"defined", schemas.RoleDefinition, "[Dsu]级：安全性严重不符合本标准对Asu级的规定", func(c setting) bool {
			return bareStart(c.before) && (quotedDefinition.MatchString(c.after) && c.section != secConclusion || itsMeaning.MatchString(c.after)) && !c.unitsAfter ||
				soCalled.MatchString(c.before) && (quotedDefinition.MatchString(c.after) || thoseGraded.MatchString(c.after))
		}},
		{"listed_scale", schemas.RoleDefinition, "Asu级：安全性符合标准的要求；Bsu级：安全性略低于标准的要求；Csu级：安全性不符合标准的要求；[Dsu]级：安全性严重不符合标准的要求。", func(c setting) bool {
			return c.listed && (bareStart(c.before) || headsList.MatchString(c.before) || behindAside.MatchString(c.before))
		}},
		{"told_respectively", schemas.RoleDefinition, "Csu级、[Dsu]级分别为显著影响、严重影响整体承载，本楼不属于上述情形。", func(c setting) bool {
			return c.listed && onlyTheirs.MatchString(c.before)
		}},
		{"those_graded", schemas.RoleDefinition, "评定为[D]级的，构成整幢危房", func(c setting) bool {
			return (thoseGraded.MatchString(c.after) || whoeverIs.MatchString(c.clause) && isSo.MatchString(c.after) && !meansThis.MatchString(c.after) || forAll.MatchString(c.clause) && houses.MatchString(c.after)) && lastOf(thisCue, c.clause) < 0 && !c.unitsBefore
		}},
		{"standard_says", schemas.RoleDefinition, "标准规定,承重构件大面积失效的评定为[Dsu]级", func(c setting) bool {
			if loc := standardSays.FindStringIndex(c.before); loc != nil && !basedOn.MatchString(c.before) && !concludes.MatchString(c.before[loc[0]:]) && !satisfied.MatchString(c.before[:loc[0]]) {
				return true
			}
			return lastOf(thisCue, c.before) < 0 && !c.unitsBefore && (whenRated.MatchString(c.before) || directly.MatchString(c.clause) && standardWord.MatchString(c.before))
		}},
		{"those_are", schemas.RoleDefinition, "按JGJ 125，部分承重结构不能满足、房屋局部处于危险状态者为[C]级，也即局部危房。", func(c setting) bool {
			return thoseAre.MatchString(c.before) && !c.unitsBefore && lastOf(thisCue, c.before+c.after) < 0
		}},
		{"set_aside", schemas.RoleNegated, "有意见提出,该楼应评为[Dsu]级,经验算分析,上述意见不成立,不予采纳", func(c setting) bool {
			rumour := isRumour.MatchString(c.before) && !experts.MatchString(c.before) && noRumour.MatchString(c.after)
			return (rumour || claimed.MatchString(c.before) && setAside.MatchString(c.after)) && !concludes.MatchString(c.clause)
		}},
		{"search", schemas.RoleHypothetical, "判断房屋是否属于[D]级危房", func(c setting) bool {
			return condSearch.MatchString(c.before)
		}},
		{"changed_from", schemas.RoleHistory, "安全性等级由2022年的[Csu]级降低", func(c setting) bool {
			return fromTo.MatchString(c.clause) && fallTo.MatchString(c.after) || mendedSince(c)
		}},
		{"changed_to", schemas.RoleConclusion, "危险性等级由2021年的C级上升为[D]级", func(c setting) bool {
			if sinceThen.MatchString(c.before) && lastOf(condBefore, c.before) < 0 {
				return true
			}
			return changedTo.MatchString(c.clause) && !mayChange.MatchString(c.clause) && lastOf(condBefore, c.before) < 0 && !condDirect.MatchString(c.clause) && lastEnd(projAfter, c.before) < 0
		}},
		{"projected", schemas.RoleProjected, "按上述方案加固后，安全性等级可提升至[Bsu]级", func(c setting) bool {
			if projDirect.MatchString(c.clause) {
				return true
			}
			if ratedToday.MatchString(c.clause) {
				return false // 三层经加固后现评定为Dsu级
			}
			loc := lastEnd(projAfter, newUse.ReplaceAllString(otherWorks.ReplaceAllString(c.before, "_"), "_"))
			if loc >= 0 && c.section == secConclusion && assertBefore.MatchString(c.clause) && doneHere(c.before) {
				return false
			}
			if done := lastEnd(worksPast, c.before); done >= loc && loc >= 0 {
				return projModal.MatchString(c.before[done:])
			}
			return loc >= 0 && (projModal.MatchString(c.before[loc:]) || !asBuilt.MatchString(c.before[loc:]) && !(c.rebuilt && worksDone.MatchString(c.before)))
		}},
		{"conditional", schemas.RoleHypothetical, "如不及时处理，将发展为[Dsu]级", func(c setting) bool {
			if confirmed.MatchString(c.after) || realPremise.MatchString(c.before) {
				return false // 若计入地基滑移则为D级,地基滑移已由监测证实
			}
			return lastOf(condBefore, c.before) > lastOf(already, c.before) || condWorks.MatchString(c.before) || condDirect.MatchString(c.clause) || condAfter.MatchString(c.after) || condFailing.MatchString(c.before)
		}},
		{"history", schemas.RoleHistory, "2019年曾鉴定，安全性等级为[Csu]级", func(c setting) bool {
			return comparedYear(c.before, c.after, c.year) || (past(c.before, c.year) || earlier(c.before, c.after, c.year)) && !(c.section == secConclusion && eventsOnly(c)) || c.section == secHistory && !statesThisHouse(c) || disputed.MatchString(c.after)
		}},
		{"other_house", schemas.RoleOtherSubject, "相邻房屋经鉴定为[D]级", func(c setting) bool {
			return elsewhere(c.before) || c.section == secNeighbours && !statesThisHouse(c) || elsewhereAfter.MatchString(c.after) && !(beyondSafety.MatchString(elsewhereAfter.FindString(c.after)) && !ofBuilding.MatchString(elsewhereAfter.FindString(c.after)))
		}},
		{"asserted", schemas.RoleConclusion, "综合评定该房屋安全性等级为[Csu]级", func(c setting) bool {
			return assertBefore.MatchString(c.clause) || stays.MatchString(c.clause) && !keptUp.MatchString(c.clause) || c.inList > 1 && strings.Contains(c.before, "分别")
		}},
		{"unit_then_grade", schemas.RoleConclusion, "安全性：地基基础Bu、上部承重结构Bu，鉴定单元[Bsu]", func(c setting) bool {
			if (c.section == secInspection || c.section == secAnalysis || c.section == secRating || c.section == secConclusion) && subUnitAlone.MatchString(c.clause) && endsAfter.MatchString(strings.TrimPrefix(c.after, "、")) {
				return true // 子单元评级:地基基础Bu级,上部承重结构Du级
			}
			return (c.section == secRating || c.section == secConclusion) && (unitOnly.MatchString(c.clause) ||
				sumsUp.MatchString(c.clause) && partGraded.MatchString(c.before) ||
				c.unitsBefore && unitAlone(itemNumber.ReplaceAllString(c.clause, "")) != "" && endsAfter.MatchString(c.after))
		}},
		{"aspect_then_grade", schemas.RoleConclusion, "该房屋安全性等级[Csu]级", func(c setting) bool {
			return aspectWord.MatchString(c.clause) || c.clause == "" && c.before != "" && aspectWord.MatchString(strings.TrimRight(c.before, ":,"))
		}},
		{"opens_conclusion", schemas.RoleConclusion, "(鉴定结论) [D]级,整幢危房", func(c setting) bool {
			return c.section == secConclusion && !c.listed && (c.before == "" && (opensClass.MatchString(c.after) || alone.MatchString(c.after) || opensMeasure.MatchString(c.after)) ||
				oneSentence.MatchString(c.before) && endsAfter.MatchString(c.after) || resultIs.MatchString(c.before) && alone.MatchString(c.after))
		}},
		{"aspect_opens", schemas.RoleConclusion, "(鉴定结论) 危险性：没有危险构件，[A]级。", func(c setting) bool {
			return (c.section == secRating || c.section == secConclusion) && c.clause == "" && aspectOpens.MatchString(c.before) && alone.MatchString(c.after)
		}},
		{"none_dangerous", schemas.RoleConclusion, "JGJ 125对照结果：无危险构件，[A]级。", func(c setting) bool {
			return (c.section == secRating || c.section == secConclusion) && c.grade == "A" && noDangerAlso.MatchString(c.before) && (alone.MatchString(c.after) || comma.MatchString(c.after))
		}},
		{"caused", schemas.RoleConclusion, "(鉴定结论) [C]级由背街两根外廊挑梁负筋下移所致。", func(c setting) bool {
			return c.section == secConclusion && (bareStart(c.before) || unitAlone(itemNumber.ReplaceAllString(c.before, "")) != "") && !strings.Contains(c.before, ",") && !c.listed && causedBy.MatchString(c.after)
		}},
		{"lower_of", schemas.RoleConclusion, "本鉴定单元安全性等级取各子单元中较低等级,即[Bsu]级。", func(c setting) bool {
			return lowerOf.MatchString(c.before) && endsAfter.MatchString(c.after)
		}},
		{"in_brackets", schemas.RoleConclusion, "(鉴定结论) 该综合楼安全性满足要求,尚不显著影响整体承载([Bsu]级)。", func(c setting) bool {
			return c.section == secConclusion && gradeBracketed.MatchString(c.before) && bracketsEnd.MatchString(c.after)
		}},
		{"concluded_of", schemas.RoleConclusion, "本次鉴定结论:该房屋,[Csu]级", func(c setting) bool {
			return c.clause == "" && concludedOf.MatchString(c.before)
		}},
		{"rated_as", schemas.RoleConclusion, "该房屋安全性按[Csu]级评定", func(c setting) bool {
			return strings.HasSuffix(c.clause, "按") && ratedAs.MatchString(c.after)
		}},
		{"aspect_subject_grade", schemas.RoleConclusion, "安全性鉴定评级：鉴定系统[Bsu]级", func(c setting) bool {
			return aspectSubject.MatchString(c.before)
		}},
		{"grade_first", schemas.RoleConclusion, "(鉴定结论) [Bsu]级,这就是该房屋本次鉴定的安全性等级", func(c setting) bool {
			return c.section == secConclusion && c.before == "" && !c.listed && thatIs.MatchString(c.after)
		}},
		{"grade_then_units", schemas.RoleConclusion, "[Csu]级：连廊", func(c setting) bool {
			return c.unitsAfter && ofAfter.MatchString(c.after)
		}},
	}, meanings()...)
}

var (
	standardWord = re(`标准|规范|条|规定`)
	// 鉴定报告（安全性等级Dsu级）有异议: somebody else's report.
	disputed       = re(`^["”]?[)]?(?:的)?(?:鉴定|评定)?(?:结论|结果|意见|报告)?,?(?:有|提出|存在|持)(?:了|有)?(?:较大)?(?:异议|疑义|争议)`)
	elsewhereAfter = re(`^["”]?(?:危房|房屋)?,?[^。;]{0,16}(?:不在本次鉴定|未对本房屋|对本房屋(?:无|没有|不)|系由他人|由他人评定|分别出具|另行出具|另案|与本房屋无关|单独报告)`)
)

// beyondSafety: 有关消防验收事宜不在本次鉴定范围.
var beyondSafety = re(`消防|抗震|装[修饰]|专项|验收|燃气|电气|节能|适修|环保|使用性|可靠性|规划|产权`)

// ofBuilding: 三层装修部分, 抗震及屋盖, 规划外的后楼. Parts of the building are left out with it.
var ofBuilding = re(`层|部分|部位|楼|栋|幢|间|屋[盖面架]|梁|柱|墙|板|基础|地基|构件|结构|半|侧|区`)

// otherWorks: 经历邻近地铁隧道施工后. Works beside the house are none on it.
var otherWorks = re(`(?:邻近|相邻|隔壁|紧邻|毗邻|周边|附近|旁边)[^,。;]{0,16}(?:施工|开挖|回填|完成|爆破|拆除)[^,。;]{0,8}后`)

// newUse: 按改造后用途. What the floors are reckoned with is no works.
var newUse = re(`(?:按|以|按照|根据|依据)(?:照)?(?:委托方|委托人)?(?:拟定?的?|计划)?(?:改造|变更|调整|改变|装修)后的?(?:使用|房屋)?(?:用途|功能|(?:使用|活)?荷载|使用要求|使用条件)`)

// Works on the house that its conclusion tells as done: 已完成加固修复并通过验收;
// 曾于2015年采用钢筋网面层加固,经本次核查,面层粘结良好. What calculates, plans or waits
// tells of none.
var (
	worksToldDone = re(`已(?:全部|按[^,。;拟待将]{0,12}|由[^,。;拟待将]{0,12}|经|对[^,。;拟待将]{0,12})?(?:完成|竣工|实施|设置|增设|采用|进行)[^,。;拟待将同约]{0,14}(?:加固|修复|修补|处理|更换|改造|加强|补强|托换|验收|过梁|门框|圈梁|构造柱|面层|$)|(?:已|并|且)(?:经|通过)?(?:竣工)?验收(?:合格|通过)?(?:,|$)|通过(?:了)?(?:竣工)?验收(?:,|$)|曾[^,。;]{0,24}(?:加固|修缮|改造|修复)[^。;]{0,30}经(?:本次|现场)(?:核查|复查|检测|检验|查验|检查|鉴定)`)
	worksToCome   = re(`招标|投标|施工图|审查|立项|备案|预算|报价|筹[措集备]|材料|临时|消防|燃气|电气|规划|建成[时后]|失效|不合格|不良|不牢|不到位|仍[^,。;]{0,6}裂|脱层|重新|再次|返工|整改|部分|局部|其余|余下|拟|将|待|计划|预计|建议|若|应|须|尚需|方案|前提|完成后|验收(?:合格|通过)?后|一旦|完工后|竣工后|签订|责令|承诺|同意|委托[^,。;]{0,8}(?:加固|施工)|未(?:完成|完工|竣工|验收|实施)|进行中|正在`)
)

func doneHere(before string) bool {
	return worksToldDone.MatchString(before) && !worksToCome.MatchString(before)
}

// neighbourAsCause: 因邻房拆除失去支撑 is about this house.
var neighbourAsCause = re(`(?:因|由于|受|鉴于|经历|历经)(?:[东西南北左右前后]侧)?的?(?:相邻|毗邻|邻近|邻|周边|附近|隔壁)[^,。;]{0,14}(?:拆除|施工|倒塌|垮塌|开挖|影响|爆破|拉裂|撞击|挤压|基坑)|` +
	`(?:[东西南北左右前后]侧)?的?(?:相邻|毗邻|邻近|紧邻|邻居?家?|周边|附近|隔壁)[^,。;]{0,10}(?:拆除|施工|倒塌|垮塌|坍塌|开挖|爆破|基坑|挖空|下沉|滑移)[^,。;]{0,4}(?:致使?|导致|使|造成|引起|引发|后[^,。;]{0,8}(?:失去|失稳|悬空|无支撑|失支))`)

// elsewhere tells whether the words speak of another house, and nothing since
// brings them back to this one.
// 亦不符合整幢危房(D级)的条件
var (
	unlikeClass = re(`(?:不|未)(?:符合|具备|满足|构成|达到|属于)[^,。;]{0,8}(?:危房|危险房屋)[(]$`)
	ofClass     = re(`^[)]的?(?:条件|标准|情形|规定|要求|范畴)`)
)

// ownParts: parts of this house beside others of its parts (及相邻楼板), and such
// as only begin like a building (东侧楼梯).
var ownParts = re(`(?:相邻|毗邻|紧邻|邻近|附近)(?:的)?(?:楼板|楼面|构件|墙段|墙体|梁|柱|板|跨|开间|房间|部位|节点|轴线?|区域|支座|杆件|榀|测点|测区|檩条?|屋架)|楼梯间?|楼板|楼面|楼盖|楼层|楼道`)

func elsewhere(before string) bool {
	before = ownParts.ReplaceAllString(neighbourAsCause.ReplaceAllString(before, ""), "_")
	o := lastEnd(otherCue, before)
	return o >= 0 && o > lastOf(thisCue, before)
}

func lastEnd(r *guarded, s string) int {
	at := -1
	for _, m := range r.FindAllStringIndex(s, -1) {
		at = m[1]
	}
	return at
}

func bareStart(before string) bool {
	before = strings.TrimSuffix(before, "其中")
	return strings.Trim(headNumber.ReplaceAllString(before, ""), "(（“\"、.") == "" || strings.HasSuffix(before, ",") || strings.HasSuffix(before, ":") || strings.HasSuffix(before, ";")
}

// lastOf returns where the last match of r in s begins, or -1.
func lastOf(r *guarded, s string) int {
	at := -1
	for _, m := range r.FindAllStringIndex(s, -1) {
		at = m[0]
	}
	return at
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1e8 {
			return n
		}
		n = n*10 + int(r-'0')
	}
	return n
}
