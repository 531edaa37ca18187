package reading

import (
	"slices"

	"jianding/schemas"
)

// What an earlier report found holds until somebody mends it. A danger that is told
// as history, and of which the report says that nothing was done, is there today,
// whatever grade stands beside it; and what follows such words is of today.
var (
	// 未整改, 至今没有处理, 一直未动, 现状与当时相同.
	unmended = re(`(?:至今|迄今|一直|始终|从未|此后|其后|之后|事后|后来|期间|多年来?|[现目]今?前?|当前)*(?:都|均|也|亦|仍|尚|还|却|并)*(?:未|没有?|无人|不曾|拒不|迟迟[未不没])(?:见|能|有|予|予以|经|按|按要求|按期|作|做|进行|采取|实施|落实|开展|组织|得到|安排|过|曾|任何|有效|及时|彻底|再|完成|全部|对其|加以|被|相应|实质性?|工程|的|安全)*(?:整改|整治|处理|处置|治理|加固|维修|修缮|修复|修理|翻修|拆除|拆掉|重建|解危|排危|排险|消除|解除|消失|措施|改造|理会|动工|行动|改善|好转|改观|变化|缓解|搬离|撤离|停用|腾空)` +
		`|危险(?:状态|状况|程度|性|情况)?(?:至今)?(?:依旧|依然|仍然|仍|尚|还)?(?:存在|未变|未除|如故|照旧|依旧)|(?:隐患|险情|病害)(?:至今)?(?:依旧|依然|仍然|仍|尚|还)(?:存在|未除|在)` +
		`|(?:现状|现在|目前|如今|当前|至今|情况|状况|状态|现况)[^,。;]{0,6}(?:依旧|依然|仍然|照旧|如故|如初|如此|一样|相同|没变|未变|不变|无变化|没有变化)|与(?:当时|那时|当年|原来|此前|鉴定时)(?:的情况|的状况|的状态)?(?:相同|一样|一致|无异|没有两样|无变化|没有变化)|(?:维持|保持)(?:原状|原样|旧貌)|原样未动|原封不动|放任(?:不管|至今)|听之任之|置之不理|不了了之|搁置|带(?:病|险)(?:使用|居住|运行)|(?:更|越)(?:加|发|为)?(?:严重|危险|恶化)|(?:继续|进一步|持续|日趋|日益|逐年|不断)(?:恶化|加剧|加重|严重|发展)`)
	// mended: works that ended it. 未整改 holds 整改: the words above are blotted first.
	// 该评级对应火灾受损未修复状态,不反映房屋现状: which state it was of.
	stateThen = re(`(?:对应|反映|针对|代表|描述|指)[^,。;]{0,14}(?:未|尚未)(?:经|予)?(?:修复|加固|处理|修缮|整治|治理|整改|维修)(?:的|前的?)?(?:状态|状况|情况|阶段|房屋|情形)`)
	noLonger  = re(`(?:不|已不|不再|不能)(?:再)?(?:反映|代表|适用于?|说明)[^,。;]{0,8}(?:现状|目前|当前|现在)`)
	mended    = re(`加固|整改|整治|治理|修缮|维修|修复|翻修|大修|解危|排危|排险|拆除|拆掉|重建|新建|翻建|改建|改造|更换|支护|消除|解除|处理|处置|摘帽|销号`)
	// condemned: what it was found to be, where no grade is named.
	condemned     = re(`(?:为|是|属于?|成|:)["“]?D(?:su)?级|(?:整[幢栋座]|[CD]级)?危(?:险房屋|房)|整体(?:均|已|处于)*危险|处于危险状态|危险状态`)
	notACondemned = re(`(?:不|非|未|无)[^,。;]{0,8}危|危(?:险房屋|房)(?:鉴定|改造|排查|普查|整治|治理|解危|摸底|管理|隐患|标准|台账|名单|认定|等级)|《[^》]*危[^》]*》`)
)

// checkUnmended asks for a human where an earlier report found the house to be one in
// danger, nothing was done since, and it is graded mildly now.
func (r *reader) checkUnmended(items []*item, fs []schemas.Finding) {
	worst := worstOf(fs)
	if worst == 0 || worst >= gravest {
		return
	}
	for _, it := range items {
		if it.section == secBasis || it.section == secDeclaration || it.section == secNeighbours || it.section == secEquipment {
			continue
		}
		for _, p := range passagesOf(it) {
			if !unmended.MatchString(p.text) {
				continue
			}
			ss := sentencesOf(p, it)
			for i, s := range ss {
				at := r.foundInDanger(s, worst)
				if at < 0 {
					continue
				}
				told := s.text[at:]
				for _, next := range ss[i+1 : min(len(ss), i+1+sentencesAfter)] {
					told += next.text
				}
				if leftAsItWas(told) {
					r.reason("grade_contradicts_statement", s.page, clip(s.text, 60), s.whole())
				}
			}
		}
	}
}

// sentencesAfter is how far behind a finding its sequel may stand.
const sentencesAfter = 2

// leftAsItWas tells whether the words that follow a danger say that nothing was done
// about it, before any that tell of works.
func leftAsItWas(told string) bool {
	first := unmended.FindStringIndex(told)
	if first == nil || elsewhere(told[:first[0]]) {
		return false
	}
	left := []byte(told)
	if noLonger.MatchString(told) {
		for _, m := range stateThen.FindAllStringIndex(told, -1) {
			blot(left[m[0]:m[1]])
		}
		if !unmended.MatchString(string(left)) {
			return false
		}
	}
	for _, m := range unmended.FindAllStringIndex(told, -1) {
		blot(left[m[0]:m[1]])
	}
	return !mended.MatchString(string(left))
}

// foundInDanger returns the byte behind the words by which a sentence tells that the
// house was found to be in danger, graver than it is graded now; or -1.
func (r *reader) foundInDanger(s sentence, worst int) int {
	if elsewhere(s.text) || regulation.MatchString(s.text) {
		return -1
	}
	for _, m := range r.mentionsOf(s) {
		if m.role == schemas.RoleHistory && m.scope.Speaks() && weighty(m.aspect) && rank(m.grade) > max(worst, 2) {
			return m.to
		}
	}
	for _, m := range condemned.FindAllStringIndex(s.text, -1) {
		if past(s.text[:m[0]], r.year) && !slices.ContainsFunc(notACondemned.FindAllStringIndex(s.text, -1), func(n []int) bool { return n[0] <= m[0] && n[1] > m[0] }) {
			return m[1]
		}
	}
	return -1
}

// sinceUnmended returns what follows the last words that say that what was found
// before is still so: 2019年经鉴定为D级危房,未整改,房屋整体处于危险状态.
func sinceUnmended(before string) string {
	if at := lastEnd(unmended, before); at >= 0 && !mended.MatchString(before[at:]) {
		return before[at:]
	}
	return before
}
