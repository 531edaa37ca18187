package reading

import (
	"strings"
	"unicode/utf8"

	"jianding/intake/reading/tone"
	"jianding/schemas"
)

// The rules know words. How a sentence sounds as a whole is asked of package tone,
// for two things: what sounds like the sentences over which nobody may accept a
// report goes to a human though no rule knows it; and a word that a rule cannot place
// holds nobody where the sentence sounds like those of every sound report.

// toneOf hears a sentence once.
func (r *reader) toneOf(s sentence) tone.Heard {
	h, ok := r.scores[s.text]
	if !ok {
		h = r.tone.Hear(s.text)
		r.scores[s.text] = h
	}
	return h
}

// listen asks for a human where a sentence sounds like those over which a report
// of a mild grade must not be accepted.
func (r *reader) listen(s sentence, h standing) {
	if !h.mild || standardMeaning.MatchString(s.text) {
		return
	}
	if r.heard != nil {
		r.heard(s.text)
	}
	heard := r.toneOf(s)
	if t := withoutPapers(s.text); t != s.text && !inTheirPlace.MatchString(t) {
		// 施工资料业已散失大半: which drawings of the house are left is told in the words of a loss.
		if rest := r.tone.Hear(t); rest.Whole <= r.tone.Calm && rest.Loudest <= r.tone.Calm {
			heard = rest
		}
	}
	if s.section == secAdvice && advises.MatchString(s.text) {
		// 一旦墙面出现通长裂缝,先把人带到门外: what is to be done if is told in grave words.
		heard.Whole, heard.Loudest = heard.Whole-ofAdviceMore, heard.Loudest-ofAdviceMore
	}
	if figuresAlone.MatchString(s.text) {
		// 芯样抗压强度为26.3MPa、28.1MPa: the words are those of a weak core, the figures are looked at by rules.
		heard.Whole, heard.Loudest = heard.Whole-ofFiguresMore, heard.Loudest-ofFiguresMore
	}
	if r.tone.Alarms(heard) {
		r.reason("unusual_statement", s.page, strings.Join(r.tone.Telling(s.text, tellingPieces), "、")+"："+clip(s.text, 60), s.whole())
	}
}

var advises = re(`应|宜|须|需|建议|请|不得|不要|避免|严禁|勿|一旦|如|若|遇`)

// standardMeaning: Dsu级:安全性严重不符合本标准对Asu级的规定,严重影响整体承载: what the standard says of the
// letter; whether it is meant of the house the rules ask.
var standardMeaning = re(`^[A-D](?:su|u)级:安全性(?:(?:严重|极|显著|略)?不?符合|略低于)本标准对[Aa](?:su|u)级的(?:规定|要求),[^。;]{4,40}[。;]?$`)

// withoutPapers returns a sentence without the clauses that tell what is left of the
// papers of the house's building.
func withoutPapers(s string) string {
	var left []string
	for _, c := range clauses(s) {
		if t := s[c.from:c.to]; !papersKept.MatchString(strings.TrimRight(t, "。;")) {
			left = append(left, t)
		}
	}
	if n := len(left); n < len(clauses(s)) {
		return strings.Join(left, ",")
	}
	return s
}

// papersKept: a clause that says no more than that, and nothing of what was tested.
var papersKept = re(`^(?:(?:其|该[楼房厂仓校]|本[楼房]|当年|原有?|全套|有关|相关|历年|早年)*(?:的|之)?(?:(?:建筑|结构|设计|施工|竣工|基建|建设|建造|报建|报批|勘察|地勘|地质)+(?:验收)?(?:图纸?|资料|文件|档案|图册|蓝图|底图|施工图|图说|文书)+(?:与|和|及|、)?)+(?:保存|存留|留存)?(?:亦|也|则|均|皆|多|大都|大多|大部|大半|过半|业已|已经|已|尚|较为?|较|基本|部分|早已|大致|称|属|算|现)*(?:完整|齐全|齐备|完好|散失|遗失|丢失|失散|亡佚|佚失|散佚|毁失|缺失|残缺|不全|不存|无存|无从查找|无处可寻|荡然无存)(?:大半|过半|殆尽|大部|多年|已久)?)$`)

// inTheirPlace: what was taken instead of what the papers tell is heard with their loss.
var inTheirPlace = re(`取|按|照|假[定设]|推|经验|借|套|估|据|凭|代|参考|沿用|强度|检测|验算`)

// figuresAlone: one clause that ends in what was measured.
var figuresAlone = re(`^[^,。;0-9]{4,30}(?:[0-9]+(?:\.[0-9]+)?(?:MPa|kPa|mm|‰|%|倍|kN/m2?)?[、~至和]?)+[。;]?$`)

// ofFiguresMore is by how much more figures must sound alarming.
const ofFiguresMore = 0.5

// ofAdviceMore is by how much more advice must sound alarming.
const ofAdviceMore = 0.3

// tellingPieces is how many pieces of a sentence its reason names.
const tellingPieces = 3

// soundsOrdinary tells whether words that a list found and no phrase accounts for may
// be let be: where the sentence sounds ordinary, and the clauses that hold the words do.
// The text is the sentence as the list read it, what is not asked about blotted.
// What voids a report, and what no house of a mild grade shows, is told in stronger
// words than those that a conclusion is asked about; of the latter some bind the
// grade itself to a part, a time or a condition.
func (r *reader) soundsOrdinary(s sentence, text string, where [][]int, code schemas.ReasonCode) bool {
	if utf8.RuneCountInString(s.text) < shortestOrdinary || voids.MatchString(s.text) {
		return false
	}
	for _, at := range where {
		clause := clauseOf(text, at)
		calm, alone := r.tone.Calm, quieterAlone
		switch ofPaper := aboutPaper.MatchString(clause); {
		case r.sunk && code == "conclusion_not_understood" && !ofPaper && describes.MatchString(text) && !lightens.MatchString(text):
			continue // nothing graver could come of it
		case r.sunk && !ofPaper:
			calm += calmBesideGrave
		case code == "report_qualified", code == "grade_contradicts_statement", binds.MatchString(text[at[0]:at[1]]), bindsAround.MatchString(clause):
			calm -= stronger
		case ofPaper, !ofHouseOnly.MatchString(text[at[0]:at[1]]):
			calm -= ofNoHouse
		default:
			alone = quieterOfHouse
		}
		if utf8.RuneCountInString(clause) < shortestClause {
			alone = 0 // 其实问题很大: too short to have a tone of its own
		}
		if t := r.toneOf(s); t.Whole > calm || t.Loudest > calmClauses || r.loudestAround(text, at) > calm+alone {
			return false
		}
	}
	return true
}

// clauseOf returns the clause that holds a word.
func clauseOf(text string, at []int) string {
	for _, c := range clauses(text) {
		if c.from <= at[0] && at[1] <= c.to {
			return text[c.from:c.to]
		}
	}
	return text
}

// loudestAround is the highest score of the clause that holds a word, and of that
// with the one before or behind it. A clause too short to have a tone scores 0.
func (r *reader) loudestAround(text string, at []int) float64 {
	cs := clauses(text)
	loudest := r.tone.Score(clauseOf(text, at))
	for i := range cs[1:] {
		if cs[i].from <= at[0] && at[1] <= cs[i+1].to {
			loudest = max(loudest, r.tone.Score(text[cs[i].from:cs[i+1].to]))
		}
	}
	return loudest
}

// binds: 除三层外, 加建以前, 待验收, 不低于Bu级者可评为.
var binds = re(`保持|维持|恢复|除|以外|之外|[以之]前|截至|待|俟|若|如|倘|一旦|可评|应评|能评|者|方可|才|另[按行]|视为|另册|不含|不包括|范围|名义|[旧老]标准|收回|作废|改发|换发|有变|别`)

// bindsAround: the word of the list is 但 or 不.
var bindsAround = re(`不含|不包括|可评|应评|视为|名义|前提|的话$|不看`)

// voids: of such words, and of such figures, no tone makes an ordinary sentence.
var voids = re(`(?:设计|标准|允许|限|规定)值?的?(?:近|约|将近)?(?:[一二两三四五六七八九十几数]+|[1-9][0-9.]*)倍|(?:米|m)(?:以内|之内|内|范围内?)[^。;]{0,6}(?:别|不要|不得|不准|勿|禁止|严禁)|不(?:好|便|方便|宜)(?:写|说|明|讲)|与[^,。;]{0,8}(?:房屋|实况|实际|本房)[^,。;]{0,4}(?:无关|不符)|[仅只]作[^,。;]{0,12}之用|(?:(?:[0-9]{3,4}、){2,}[0-9]{3,4}[室户房号]?|(?:^|[^0-9-])(?:[3-9]|[1-9][0-9]|[三四五六七八九十]+)[户间])[^。;]{0,10}(?:未能?|无法)(?:入户|进入|入内|查看)|(?:其余|其他|以上|上述|本报告)[^,。;]{0,4}内容[^,。;]{0,2}无效|(?:与|和|同)[^,。;]{0,16}(?:看法|意见|判断)[^,。;]{0,4}(?:相左|不同|不一|相反|有别|有出入)|勘误|更正(?:如下|为)|(?:歪闪?|外?闪|开裂|裂缝|鼓凸?|倾斜|变形)处被[^,。;]{1,8}(?:挡|遮|盖|堵|压)|[是系]听[^,。;]{1,12}(?:说|讲|摆|述|道)的|作废|样本|范本|演示|练习|模拟|虚构|伪造|编造|代签|冒用|收回|不(?:再)?(?:有效|生效|成立)`)

const (
	// calmClauses is how alarming two clauses of an ordinary sentence may sound alone.
	calmClauses     = 0.25
	calmBesideGrave = 0.5
	stronger        = 0.5
	// ofNoHouse is that for a word with which no sentence tells of a house, or that
	// stands beside one about the grade.
	ofNoHouse = 0.4
	// quieterAlone is by how much the clause of a word may sound less ordinary than
	// its sentence must.
	quieterAlone = 0.5
	// quieterOfHouse is that for a word that tells of the house.
	quieterOfHouse = 0.6
	// shortestClause is how many characters a clause needs to be heard alone.
	shortestClause = 7
	// shortestOrdinary is how many characters a sentence needs for its tone to weigh
	// more than one of its words.
	shortestOrdinary = 12
)
