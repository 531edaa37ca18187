package schemas

func triageReasons() []ReasonInfo {
	return []ReasonInfo{}
}
