package reading

import (
	"regexp"
	"slices"
	"strings"
)

// A place is an address as its own shape shows it: the district or one of its
// towns, and names that end in a number (慈云镇刁家村四社石坝子9号). The words round
// it say whose it is; they find nothing.
type place struct {
	from, to int
	subject  bool // words before it say that the house stands there
}

const (
	placeNumber = `(?:[0-9]{1,4}(?:[-、][0-9]{1,4})*|[一二三四五六七八九十百零〇]{1,5})`
	placeUnit   = `(?:号院内?|号(?:楼|库房?|仓库?|车间|厂房|宿舍|附[0-9]{1,3}号)?|社区?|村民小组|组|队)`
	blockNumber = `[0-9A-Z]{1,3}(?:栋|幢|座|单元|#)`
)

var (
	placeStart = func() *guarded {
		return re(`(?:重庆市?)?(?:江津(?:区|市)?)?(?:` + strings.Join(strings.Fields(townsData), "|") + `)|(?:重庆市?)?江津区`)
	}()
	placeEnd  = regexp.MustCompile(`^([\p{Han}A-Za-z#·]{0,16}?)((?:` + placeNumber + placeUnit + `|` + blockNumber + `))(附[0-9]{1,3}号|之[一二三四五六七八九十0-9]{1,2})?`)
	placeMore = regexp.MustCompile(`^([\p{Han}A-Za-z]{0,6}?)((?:` + placeNumber + placeUnit + `|` + blockNumber + `))(附[0-9]{1,3}号|之[一二三四五六七八九十0-9]{1,2})?`)
	nickname  = regexp.MustCompile(`^(?:院内|[(](?:小地名|地名|原名?|又名|土名)[^()]{1,16}[)])`)
	// notInPlace: words that no name of a place holds; behind them another
	// matter begins.
	notInPlace = re(`的|了|委托|鉴定|检测|检查|进行|房屋|住房|住宅|民房|农户|村民[^小委]|居民|户主|业主|政府|公司|委员会|办事处|有限|位于|坐落|为[^民]|系|共|由|被|对[^面]|其|与|和[^平谐睦]|及|层|结构|公里|米`)
	// ofOthers: whose address it is, if not the house's.
	ofOthers = re(`(?:邻[房居楼栋]|隔壁|公司|单位|机构|办公|通讯|通信|联系|联络|注册|邮寄|经营|实验室|中心|本所|我所|我院|委托人|委托方|申请人)(?:的|详细)*(?:地址|地点|住址|所在地)(?:为|在|是|:)*$|(?:^|[^在])(?:住址|住所地?|现住|家住|户籍(?:地|所在地)?|身份证(?:住址)?|居住在|住在|住于|办公于|注册于)(?:为|在|是|:)*$`)
	// besideIt: a neighbour's, or one to measure from.
	besideIt = re(`(?:相邻|毗邻|紧邻|邻近|邻|隔壁|对面|毗连|相连|靠近|紧靠|东[侧面邻临接]|西[侧面邻临接]|南[侧面邻临接]|北[侧面邻临接]|左侧|右侧|附近|周边|距离?|参照|类似|同类|另一?[处栋幢]|此前|先前|曾)[^,。;:]{0,6}$`)
	// besideAfter: what follows names what stands there, and it is no subject.
	besideAfter = re(`^(?:[^,。;]{0,6})(?:相邻|毗邻|相接|相连|隔壁|附近|对面|以[东西南北])`)
	// ofPerson: the village group of somebody.
	ofPerson = re(`^(?:村民|居民|社员|农户|住户|农民)`)
	// houseOf: an address with whose house it is behind it.
	houseOf = re(`^(.*[0-9一二三四五六七八九十](?:号|社|组))(?:(?:村民|居民|农户)?\p{Han}{2,4}(?:户|家))?(?:的)?(?:房屋|住房|住宅|自建房|农房)?$`)
	// 地址:重庆市九龙坡区科园一路;本机构具有检测资质
	ofAgency = re(`(?:本|我)(?:机构|公司|单位|院|所|中心|站)|资质`)
	contact  = re(`电话|传真|邮编|邮政编码|网址|邮箱|E-?mail|https?|www`)
	standsAt = re(`(?:位于|坐落(?:于|在)?|座落(?:于|在)?|地处|建于|(?:房屋|工程|项目|建筑物?|楼宇|住房|住宅)?(?:地址|坐落|座落|位置|地点|所在地)(?:为|在|于|是|:)?|(?:房屋|住房|住宅|建筑物?|楼房|房子)(?:现)?在|对|鉴定对象(?:为|是|:)?|关于)$`)
)

// placesIn finds the addresses in a text.
func placesIn(t string) []place {
	var out []place
	for at := 0; at < len(t); {
		m := placeStart.FindStringIndex(t[at:])
		if m == nil {
			break
		}
		from, to := at+m[0], at+m[1]
		end := placeTail(t, to)
		if end == 0 {
			at = to
			continue
		}
		at = end
		if p, ok := judgePlace(t, from, end); ok {
			out = append(out, p)
		}
	}
	return out
}

// placeTail returns where the address ends whose district or town ends at to, or 0.
func placeTail(t string, to int) int {
	m := placeEnd.FindStringSubmatchIndex(t[to:])
	if m == nil || notInPlace.MatchString(t[to:to+m[3]]) {
		return 0
	}
	end := to + m[1]
	for {
		m := placeMore.FindStringSubmatchIndex(t[end:])
		if m == nil || notInPlace.MatchString(t[end:end+m[3]]) {
			break
		}
		end += m[1]
	}
	if m := nickname.FindStringIndex(t[end:]); m != nil {
		end += m[1]
	}
	return end
}

// judgePlace says what the words round an address make of it; false: it is
// somebody else's.
func judgePlace(t string, from, to int) (place, bool) {
	clause := t[strings.LastIndexAny(t[:from], ",。;")+1 : from]
	before := tailOf(t[:from], 24)
	if ofOthers.MatchString(before) || besideIt.MatchString(clause) || besideAfter.MatchString(t[to:]) || contact.MatchString(t) && strings.HasPrefix(t, "地址") {
		return place{}, false
	}
	if strings.HasPrefix(t, "地址") && orgEnd.MatchString(t[:from]) {
		return place{}, false
	}
	s := t[strings.LastIndexAny(t[:from], "。;")+1 : from]
	if histCue.MatchString(tailOf(s, 12)) || otherReport.MatchString(tailOf(clause, 12)) {
		return place{}, false
	}
	return place{from, to, standsAt.MatchString(before) && !ofPerson.MatchString(t[to:])}, true
}

// named is an address that the running text gives, with how often it does.
type named struct {
	candidate
	times   int
	subject bool
}

// fromPlaces takes the house's address from running text where no label gives
// it: of the addresses that words say the house stands at, else of all, the one
// named most often, the first of several. Two that are named alike are a
// question for a human.
func (r *reader) fromPlaces(c candidates, items []*item) {
	if v, ok := pick(c[fAddress], addressForm); ok && v.weight >= 2 {
		return
	}
	var found []named
	for _, it := range items {
		if it.table != nil || !tellsOfHouse(it) {
			continue
		}
		for _, p := range placesIn(it.text.text) {
			gs := it.text.sub(p.from, p.to)
			x := candidate{value: printed(gs), folded: it.text.text[p.from:p.to], page: it.page, weight: 1, ev: evidenceOf(gs, it.page)}
			i := slices.IndexFunc(found, func(n named) bool { return !differs(fAddress, n.folded, x.folded) })
			if i < 0 {
				found = append(found, named{x, 1, p.subject})
				continue
			}
			found[i].times++
			found[i].subject = found[i].subject || p.subject
			if len(plainValue(x.folded)) > len(plainValue(found[i].folded)) || len(plainValue(x.folded)) == len(plainValue(found[i].folded)) && len(x.folded) > len(found[i].folded) {
				found[i].candidate = x // told more fully
			}
		}
	}
	if slices.ContainsFunc(found, func(n named) bool { return n.subject }) {
		found = slices.DeleteFunc(found, func(n named) bool { return !n.subject })
	}
	if len(found) == 0 {
		return
	}
	best := found[0]
	for _, n := range found[1:] {
		if n.times > best.times {
			best = n
		}
	}
	for _, n := range found {
		if n.times == best.times && n.folded != best.folded {
			r.reason("address_differs", n.page, best.folded+" / "+n.folded, best.ev, n.ev)
			break
		}
	}
	c[fAddress] = []candidate{best.candidate}
}

// tellsOfHouse: parts of a report in which its own house is spoken of.
func tellsOfHouse(it *item) bool {
	switch it.section {
	case secOverview, secCover, secInspection, secConclusion, "":
		return true
	}
	return false
}
