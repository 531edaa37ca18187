package schemas

// Grade is a grade in plain notation: "Dsu", "Du", "du", "D", "IV".
type Grade string

// Scale is one grading scale. Grades run from best to worst; scales are never
// mapped onto one another (DOMAIN §2).
type Scale struct {
	Name   string
	Aspect Aspect
	Scopes []Scope
	Grades []Grade
}

// Scales lists every scale that a report may carry.
func Scales() []Scale {
	return []Scale{
		{"safety/unit", AspectSafety, []Scope{ScopeUnit}, []Grade{"Asu", "Bsu", "Csu", "Dsu"}},
		{"safety/sub_unit", AspectSafety, []Scope{ScopeSubUnit}, []Grade{"Au", "Bu", "Cu", "Du"}},
		{"safety/member", AspectSafety, []Scope{ScopeMember}, []Grade{"au", "bu", "cu", "du"}},
		{"serviceability/unit", AspectServiceability, []Scope{ScopeUnit}, []Grade{"Ass", "Bss", "Css"}},
		{"serviceability/sub_unit", AspectServiceability, []Scope{ScopeSubUnit}, []Grade{"As", "Bs", "Cs"}},
		{"serviceability/member", AspectServiceability, []Scope{ScopeMember}, []Grade{"as", "bs", "cs"}},
		{"reliability/unit", AspectReliability, []Scope{ScopeUnit}, []Grade{"I", "II", "III", "IV"}},
		{"reliability/sub_unit", AspectReliability, []Scope{ScopeSubUnit}, []Grade{"A", "B", "C", "D"}},
		{"reliability/member", AspectReliability, []Scope{ScopeMember}, []Grade{"a", "b", "c", "d"}},
		{"reparability/unit", AspectReparability, []Scope{ScopeUnit}, []Grade{"Ar", "Br", "Cr", "Dr"}},
		{"danger/house", AspectDanger, []Scope{ScopeHouse}, []Grade{"A", "B", "C", "D"}},
		{"danger/storey", AspectDanger, []Scope{ScopeStorey}, []Grade{"Au", "Bu", "Cu", "Du"}},
		{"seismic/house", AspectSeismic, []Scope{ScopeHouse, ScopeUnit}, []Grade{"满足", "不满足"}},
	}
}

// Severity ranks g on the scale of the aspect and scope: 1 is the best grade.
// It returns 0 for a grade that is not on the scale.
func (g Grade) Severity(aspect Aspect, scope Scope) int {
	for _, s := range Scales() {
		if s.Aspect != aspect {
			continue
		}
		for _, sc := range s.Scopes {
			if sc != scope {
				continue
			}
			for i, x := range s.Grades {
				if x == g {
					return i + 1
				}
			}
		}
	}
	return 0
}

// RecommendationCode is a suggested measure, normalised.
type RecommendationCode string

const (
	NormalUse          RecommendationCode = "normal_use"
	ObserveUse         RecommendationCode = "observe_use"
	TreatUse           RecommendationCode = "treat_use"
	RestrictUse        RecommendationCode = "restrict_use"
	SuspendUse         RecommendationCode = "suspend_use"
	StopBusiness       RecommendationCode = "stop_business"
	StopUse            RecommendationCode = "stop_use"
	Demolish           RecommendationCode = "demolish"
	DemolishPart       RecommendationCode = "demolish_part"
	Reinforce          RecommendationCode = "reinforce"
	Repair             RecommendationCode = "repair"
	Shore              RecommendationCode = "shore"
	Evacuate           RecommendationCode = "evacuate"
	SealOff            RecommendationCode = "seal_off"
	Relocate           RecommendationCode = "relocate"
	GeohazardTreatment RecommendationCode = "geohazard_treatment"
	Monitor            RecommendationCode = "monitor"
	FixNow             RecommendationCode = "fix_now"
)

// AspectNames maps each aspect to the standards' term.
func AspectNames() map[Aspect]string {
	return map[Aspect]string{
		AspectSafety: "安全性", AspectServiceability: "使用性", AspectReliability: "可靠性",
		AspectReparability: "适修性", AspectDanger: "危险性", AspectSeismic: "抗震",
	}
}

// ScopeNames maps each scope to the standards' term.
func ScopeNames() map[Scope]string {
	return map[Scope]string{ScopeMember: "构件", ScopeSubUnit: "子单元", ScopeStorey: "楼层", ScopeUnit: "鉴定单元", ScopeHouse: "房屋"}
}

// RecommendationNames maps each code to the term of the district plan or of
// the field (DESIGN §3).
func RecommendationNames() map[RecommendationCode]string {
	return map[RecommendationCode]string{
		NormalUse: "正常使用", ObserveUse: "观察使用", TreatUse: "处理使用", RestrictUse: "限制用途",
		SuspendUse: "暂停使用", StopBusiness: "停止经营", StopUse: "停止使用", Demolish: "整体拆除",
		DemolishPart: "局部拆除", Reinforce: "加固", Repair: "修缮", Shore: "支顶排险",
		Evacuate: "疏散撤离", SealOff: "封闭警戒", Relocate: "避让搬迁",
		GeohazardTreatment: "地质灾害工程治理", Monitor: "监测", FixNow: "立查立改",
	}
}
