package reading

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"jianding/schemas"
)

// A conclusion is drawn of the house that the report is on. One that was left
// over from another report names that one's owner, street, storeys or size: what
// a conclusion says of its house must not be news.

var (
	// 杨光明自建房
	ownersHouse = re(`(?:^|[,。;:为])([` + surnames + `][\p{Han}]{1,3}?)(?:户|家)?(?:的)?(?:自建房|自建住房|住宅|住房|农房|民房|宅|房屋)(?:[(,。;的]|安全|危险|综合|评|结构|主体)`)
	noPerson    = re(`[层边木石土砖混结构临旧老新该本被受鉴定其此全整栋幢号街路村社组区镇楼座排段侧面房屋宅]`)
	// 四层砖混结构
	concludedStoreys = re(`(?:^|[^0-9一二三四五六七八九十、~至-])([0-9]{1,2}|[一二三四五六七八九十]{1,2})层(?:现浇|预制)?(?:[(][^()]{0,8}[)])?(?:(?:` + material + `)+结构|的?(?:房屋|建筑物?|楼房|住宅楼?|教学楼|办公楼|宿舍楼?|综合楼|自建房))`)
	// 后勤食堂楼(地上2层,砖混结构)
	storeysInBrackets = re(`[(](?:地上)?([0-9]{1,2}|[一二三四五六七八九十]{1,2})层[,、;)]`)
	// functional: a building that is called by what it is for.
	functional = re(`(?:` + purposes + `|综合|业务)\p{Han}{0,2}[楼馆舍]`)
	// 后勤食堂楼: what a building is for, which its report says as well.
	servesAs       = re(`(` + purposes + `|体育|幼儿|养老|锅炉|礼堂)(\p{Han}{0,2}[楼馆舍房])(?:[(][^()]*[)])?(?:的|房屋|主体|结构|安全|危险|可靠|评|综合|鉴定|$)`)
	concludedPlace = re(`[\p{Han}]{2,4}?(?:村|路|街|巷|社区|大道)`)
)

// purposes are what buildings are called by.
const purposes = `教学|食堂|餐厅|宿舍|办公|门诊|住院|实验|图书|后勤|医技|行政`

// surnames are the commonest hundred and fifty.
const surnames = `王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵覃武钱戴严莫孔向常汤康易乔赖文樊申殷施洪颜庞童牟阳况冉蒲晏封代骆游敖`

// checkConcluded asks for a human where the conclusion's house is not the
// report's.
func (r *reader) checkConcluded(items []*item, mentions []*mention, f schemas.ReportFields, fs []schemas.Finding) {
	if len(unitsOfFindings(fs)) > 1 {
		return // each house of several has a size and a place of its own
	}
	told := ""
	for _, m := range mentions {
		if !m.concludes() || m.fromTable || m.section != secConclusion {
			continue
		}
		if told == "" {
			told = toldOutside(items, secConclusion, secAdvice) + fold(f.Client+f.Owner+f.Address+f.Agency)
		}
		s := m.sentence
		before := s.text[:m.from]
		for _, form := range []*guarded{concludedStoreys, storeysInBrackets} {
			if x := form.FindStringSubmatch(before); x != nil && f.Storeys != "" && itoa(number(x[1])) != f.Storeys && !strings.Contains(told, x[1]+"层") {
				r.reason("field_differs", s.page, f.Storeys+"层 / "+x[1]+"层", s.whole())
			}
		}
		if x := areaProse.FindStringSubmatch(before); x != nil && f.AreaM2 > 0 && !strings.Contains(told, x[1]) {
			if a := decimal(strings.ReplaceAll(x[1], ",", "")); a > 0 && math.Abs(a-f.AreaM2) > 0.02*f.AreaM2 {
				r.reason("field_differs", s.page, fmt.Sprintf("%.2f㎡ / %s㎡", f.AreaM2, x[1]), s.whole())
			}
		}
		if x := servesAs.FindStringSubmatch(before); x != nil && !strings.Contains(told, x[1]+x[2]) {
			if front := frontOf(items); !strings.Contains(front, x[1]) && functional.MatchString(front) {
				r.reason("field_differs", s.page, functional.FindString(front)+" / "+x[1]+x[2], s.whole())
			}
		}
		if other := r.otherPart(before, told, mentions); other != "" {
			r.reason("partial_appraisal", s.page, other, s.whole())
		}
		if x := ownersHouse.FindStringSubmatch(before); x != nil && !noPerson.MatchString(x[1]) && !strings.Contains(told, x[1]) {
			r.reason("field_differs", s.page, x[1], s.whole())
		}
		if p := newsPlace(before, told); p != "" {
			r.reason("address_differs", s.page, f.Address+" / "+p, s.whole())
		}
	}
}

// frontOf is what stands on the cover and in the overview: it says what house it is.
func frontOf(items []*item) string {
	return toldWhere(items, func(s section) bool { return s == secCover || s == secOverview || s == "" })
}

// otherPart returns the other part of the house where the grade is that of one, 前部,
// and nothing is concluded of the other, of which the report tells.
func (r *reader) otherPart(before, told string, mentions []*mention) string {
	m := gradedPart.FindStringSubmatch(before)
	if m == nil {
		return ""
	}
	for _, o := range counterparts[m[1]] {
		other := string(o) + m[2]
		if strings.Contains(told, other) && !slices.ContainsFunc(mentions, func(x *mention) bool {
			return x.concludes() && strings.Contains(x.sentence.text, other)
		}) {
			return other
		}
	}
	return ""
}

var gradedPart = re(`([前后东西南北左右新旧老])(部|半部|部分|段|半段|侧)(?:[(][^()]{0,20}[)])?(?:的)?(?:房屋|结构|建筑)?(?:的)?(?:安全性|危险性|可靠性|评|综合)[^,。;]*$`)

// newsPlace returns a village or street of which the report tells nowhere else,
// where the words name one for the house.
func newsPlace(before, told string) string {
	m := placeOfHouse.FindStringSubmatch(before)
	if m == nil {
		return ""
	}
	for _, p := range concludedPlace.FindAllString(m[1], -1) {
		// The end of the name tells: 镇龙山村 is 龙山村.
		rs := []rune(p)
		known := false
		for i := 0; i+3 <= len(rs) && !known; i++ {
			known = strings.Contains(told, string(rs[i:]))
		}
		if !known {
			return p
		}
	}
	return ""
}

var placeOfHouse = re(`(?:位于|坐落于|座落于|地处)((?:[\p{Han}]{2,3}市)?(?:[\p{Han}]{1,4}区)?(?:[\p{Han}]{1,6}(?:镇|街道|乡))?[\p{Han}0-9A-Z#-]{2,24})`)
