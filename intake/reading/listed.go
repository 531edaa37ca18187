package reading

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jianding/schemas"
)

// listHead: what the first entry of a scale may have before its grade: 附录 JGJ 125-2016
// 房屋危险性等级 A级：….
const listHead = `(?:附?注:?|附[录件表][A-Z0-9一二三四五六七八九十]{0,2}[:、.]?)?(?:(?:[A-Z]{2,4}/?T?[0-9-]{3,12}|《[^》]{4,24}》)(?:规定)?的?)?(?:\p{Han}{0,10}(?:等级|级别)(?:[(][^()]{2,30}[)])?:?)?`

var headsList = re(`^` + listHead + `["“]?$`)

// listMeaning: a sentence that gives the meaning of a grade in the words of GB
// 50292-2015 表3.3.1, JGJ 125-2016 6.3.5 or JGJ/T 363-2014, and nothing else.
var listMeaning = re(`^` + listHead + `(?:[(]?[0-9①-⑳]{1,2}[)、.]?)?["“]?([A-D])(?:su)?["”]?(?:级["”]?(?:[:,(]|-{1,2}|—|系?指|是指|表示|即|为)*|["”]?[:,(](?:即)?)(?:无危险(?:构件|点)|个别(?:结构|承重)?构件|部分(?:主要)?承重结构|承重结构已|局部危房|整[幢栋]危房|(?:(?:略|稍)?低于|(?:严重|极)?不符合|符合)(?:本|该|规定|标准|国家|规范|上述)|(?:尚)?不(?:显著)?影响整体承载|(?:显著|严重)影响整体承载|(?:房屋)?结构(?:基本)?(?:上)?能(?:够)?满足|安全性(?:符合|略低于|不符合|严重不符合|极不符合)|可靠性(?:符合|略低于|不符合|严重不符合|极不符合))`)

var (
	// 名词解释（摘自标准）：Csu级——显著影响整体承载；Dsu级——……: a paragraph that says it explains.
	glossary = re(`^(?:附?注:?)?(?:名词|术语|用语|等级)(?:解释|释义|含义|定义)(?:[(][^()]{2,24}[)])?:`)
	// glossEntry names a grade and its meaning, and no house.
	glossEntry = re(`^(?:[^:]{2,34}:)?["“]?[A-D](?:su)?["”]?级?["”]?(?:-+|:|,|指|为|即)+[^该本此房楼栋幢]+$`)
)

// meaning: Csu级为显著影响整体承载.
var meaning = re(`(?:^|[,:;])["“]?([A-D])su["”]?级?["”]?(?:为|即|指|表示|-+|:)(?:安全性[^,;]{0,14})?(?:不|尚不显著|显著|严重)影响整体承载`)

// scaleInOne tells whether a sentence explains three grades at least in the words
// of the standard: a house has one.
func scaleInOne(s string) bool {
	seen := map[string]bool{}
	for _, m := range meaning.FindAllStringSubmatch(s, -1) {
		seen[m[1]] = true
	}
	return len(seen) >= 3
}

var (
	// scaleEntryOf: a grade at the start of a clause with what it means.
	scaleEntryOf = re(`(?:^|[:;。,)])(?:附?注:?)?(?:其中)?(?:[(]?[0-9①-⑳]{1,2}[)、.])?["“]?([A-D](?:su)?|I{1,3}|IV|[一二三四]级)["”]?级?["”]?(?:[:,-]|—|为|即|系?指|是|表示|的?含义)*([^;。,]*)`)
	// namesHouse: what a meaning does not name. Class D means 整幢危房, of any house.
	namesHouse = re(`[0-9一二三四五六七八九十A-Z甲乙丙丁](?:#|号|栋|幢|座)|[该本此]|楼`)
	// meansGrade: words with which a grade is explained. 门卫室 explains none, it has it.
	meansGrade   = re(`影响|满足|符合|低于|要求|规定|构件|承重|承载|危险|危房|可靠|安全|使用|措施|险情|损坏|完好|良好|缺陷|损伤`)
	thisHouse    = re(`(?:该|本|此|被鉴定|受检|受鉴|所鉴)(?:次)?(?:鉴定)?(?:房屋|建筑|楼|栋|幢|住宅|工程|项目|单体|厂房|校舍|住房|对象|单元|民房|农房|房)`)
	inGeneral    = re(`整[幢栋]|楼层|楼板|楼面`)
	gradesListed = re(`(?:分为|分成|划分(?:为|成)|划为|共分|分|设|有|包括)[^。;,]{0,6}["“]?A(?:su)?["”]?级?["”]?[、,/]["“]?B(?:su)?["”]?级?["”]?[、,/]["“]?C(?:su)?["”]?级?["”]?(?:[、,/和及与]*["“]?D(?:su)?["”]?级?["”]?)?(?:共?[三四]个?(?:等)?级(?:别)?|[;。,])|(?:分为|分成|划分(?:为|成)|划为|共分|分)[^。;,]{0,6}一级?、二级?、三级?(?:[、和及与]四)?级?`)
)

// reprintsScale tells whether a paragraph explains grades, in whatever words:
// three of them at least, each once and in order, at the start of a clause and
// without a house in sight, or that they are four and some of them.
func reprintsScale(text string) bool {
	text = meaningAside.ReplaceAllString(text, "$1")
	if gradesListed.MatchString(text) && !thisHouse.MatchString(text) {
		return !ratedBeside(text)
	}
	var seen []int
	for _, m := range scaleEntryOf.FindAllStringSubmatch(text, -1) {
		n := rank(schemas.Grade(strings.NewReplacer("一级", "I", "二级", "II", "三级", "III", "四级", "IV").Replace(m[1])))
		if !meansGrade.MatchString(m[2]) || namesHouse.MatchString(inGeneral.ReplaceAllString(m[2], "")) || utf8.RuneCountInString(m[2]) < 3 || slices.Contains(seen, n) {
			return false
		}
		seen = append(seen, n)
	}
	return len(seen) >= 3 && slices.IsSorted(seen)
}

// meaningAside: 一级(符合要求,可正常使用)、二级(略低于要求)、…
var meaningAside = re(`((?:["“]?[A-D](?:su)?["”]?级?|[一二三四]级))[(][^()该本此]{4,60}[)]`)

// ratedBeside tells whether a paragraph that says which grades there are goes on
// to give one: to something named before it in its clauses, or with no meaning of
// another grade beside it.
func ratedBeside(text string) bool {
	rest := gradesListed.ReplaceAllString(text, "_")
	explained := map[string]bool{}
	for _, s := range strings.FieldsFunc(rest, func(r rune) bool { return r == '。' || r == ';' }) {
		for _, m := range scaleEntryOf.FindAllStringSubmatchIndex(s, -1) {
			if m[2] > 0 && ratesBefore.MatchString(s[:m[2]]) {
				return true
			}
			explained[s[m[2]:m[3]]] = true
		}
	}
	return len(explained) == 1 && !strings.Contains(rest, "其中")
}

// ratesBefore: words that lead to the grade of something.
var ratesBefore = re(`评定|评为|鉴定(?:结果|结论)|综合|结果|属于?|定为`)

// grades counts the grades that sentences explain so. Three at least are a
// scale: a paragraph, or paragraphs one after the other, that a conclusion
// reprints before it rates the house in another sentence.
func grades(ss []sentence) int {
	seen := make(map[string]bool)
	for _, s := range ss {
		if m := listMeaning.FindStringSubmatch(s.text); m != nil {
			seen[m[1]] = true
		}
	}
	return len(seen)
}

// markListed marks the paragraphs of a scale whose entries are paragraphs of
// their own.
func markListed(items []*item) {
	for i := 0; i < len(items); i++ {
		seen := make(map[string]bool)
		n := i
		for ; n < len(items) && items[n].table == nil; n++ {
			m := listMeaning.FindStringSubmatch(items[n].text.text)
			if m == nil {
				break
			}
			seen[m[1]] = true
		}
		for ; i < n && len(seen) >= 3; i++ {
			items[i].listed = true
		}
		i = max(i, n-1)
	}
}

// numbersOfHouses: "1、2、3号楼" begins with the numbers of houses, or with the
// number of an item about 2、3号楼.
var numbersOfHouses = re(`^([0-9]{1,2})[、,和及与]([0-9]{1,3})(?:[、,和及与][0-9]{1,3})*(?:#|号楼|号房|号厂|号仓|号住|号教|号宿|栋|幢|座)`)

func beginsWithHouses(text string) bool {
	m := numbersOfHouses.FindStringSubmatch(text)
	return m != nil && atoi(m[2]) > atoi(m[1]) // "5、1幢" is item 5
}

// markNumbered marks the paragraphs whose number belongs to a list: the next
// paragraph has the number after it, or the last one the number before.
func markNumbered(items []*item) {
	num := func(i int) (string, int) {
		if i < 0 || i >= len(items) || items[i].table != nil {
			return "", 0
		}
		n := itemNumber.FindString(items[i].text.text)
		return partStyle(n), number(numerals1.FindString(n))
	}
	for i, it := range items {
		style, n := num(i)
		if n == 0 {
			continue
		}
		before, a := num(i - 1)
		after, b := num(i + 1)
		it.inList = before == style && a == n-1 && a > 0 || after == style && b == n+1
	}
}
