package schemas

func readingReasons() []ReasonInfo {
	return []ReasonInfo{}
}
