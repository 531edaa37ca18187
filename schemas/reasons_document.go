package schemas

func documentReasons() []ReasonInfo {
	return []ReasonInfo{}
}
