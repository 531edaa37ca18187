package reading

// Grades that are explained together, each with its meaning in its turn: Csu级、Dsu级分别为
// 显著影响、严重影响整体承载,本楼不属于上述情形. A house has one grade, so that none is rated
// there; what else the sentence says of the house may only be that it is not so.

const (
	inTheirTurn = `(?:分别|依次)(?:是指|系指|意指|意味着|[为指即系]|表示|代表|对应于?)`
	// oneMeaning: words of GB 50292-2015 表3.3.1 and JGJ 125-2016 6.1.4.
	oneMeaning = `(?:安全性)?(?:(?:不|尚不显著|显著|严重)影响(?:整体承载(?:功能|能力)?)?|(?:无|有?个别)(?:结构)?危险(?:构件|点)|局部危(?:险房屋|房)|整[幢栋]危(?:险房屋|房)|(?:满足|符合|略低于|不符合|严重不符合)(?:标准|规范)?(?:的?要求)?)`
	notThisOne = `(?:,(?:本|该|此|受检|被鉴定)(?:次鉴定的?)?(?:楼|房屋|房|建筑物?|住宅|工程|单元|对象)(?:均|都|并)?(?:不属于?|不在|未达到?)(?:上述|以上|前述|这|该|此)?(?:[两二三几])?(?:类|种|级|者|等级)?(?:情形|情况|程度|之列|范围|状态)?|,(?:仅)?供(?:阅读|参考|对照|理解)[^,。;]{0,6})?`
)

var (
	respectively = re(`^` + beforeMeanings + gradeForm + `(?:(?:[、,/]|和|及|与)` + gradeForm + `)+` + inTheirTurn + oneMeaning + `(?:(?:[、,]|和|及|与)` + oneMeaning + `)+` + notThisOne + `[。;]?$`)
	// onlyTheirs: before one of the grades stand others, and what standard has them.
	onlyTheirs = re(`^` + beforeMeanings + `(?:` + gradeForm + `(?:[、,/]|和|及|与))*["“]?$`)
)

const beforeMeanings = `(?:附?(?:注|说明):)?(?:[(]?[0-9①-⑳]{1,2}[)、.])?(?:(?:按|依据|据|在)?(?:《[^》]{4,24}》)?[(]?(?:(?:GB|JGJ|CECS)/?T?[0-9]+(?:-[0-9]{4})?)?[)]?(?:标准|规范)?(?:中|里|规定),?)?(?:安全性|危险性|鉴定|房屋)*(?:等级)?(?:中|的)?`

// toldRespectively tells whether a sentence explains grades in their turn and says
// nothing else.
func toldRespectively(s string) bool { return respectively.MatchString(s) }

var (
	// deniedTwice: 不得不评为Dsu级
	deniedTwice = re(`(?:不得|不能|不可|不会|无法|未必|并?非)不[^,。;]{0,20}$`)
	// offTheList: 不列入C、D级危房改造名册 says what the house is not, unless it is left off for
	// something else than its state, or for the time being.
	offTheList  = re(`不(?:再|予)?(?:列入|纳入|录入|归入)[^,。;]{0,16}$`)
	offForOther = re(`因|由于|鉴于|名额|指标|资金|经费|暂|本年|今年|明年|年度|批次|身份|户籍|政策|享受|补助|产权|申请|但|条件`)
)
