package schemas

func signatureReasons() []ReasonInfo {
	return []ReasonInfo{}
}
