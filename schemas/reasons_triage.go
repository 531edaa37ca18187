package schemas

// triageReasons are what the comparison of signature, content and declaration
// can find.
func triageReasons() []ReasonInfo {
	return []ReasonInfo{
		{"uploader_is_not_signer", "上传的机构与签名的机构不一致", WeightReview, "DESIGN §2"},
		{"agency_named_is_not_signer", "报告所载的鉴定机构与签名的机构不一致", WeightReview, "DESIGN §2"},
		{"declared_report_no_differs", "申报的报告编号与报告不一致", WeightReview, "DOMAIN §3"},
		{"declared_address_differs", "申报的房屋地址与报告不一致", WeightReview, "DOMAIN §3"},
		{"declared_town_differs", "申报的镇街与报告不一致", WeightReview, "DOMAIN §3"},
		{"declared_house_code_differs", "申报的房屋编码与报告不一致", WeightReview, "DOMAIN §3"},
		{"declared_grade_differs", "申报的等级与报告不一致", WeightReview, "DOMAIN §3"},
		{"declared_issue_date_differs", "申报的签发日期与报告不一致", WeightReview, "DOMAIN §3"},
		{"hazard_doubtful", "不能确定房屋整体是否存在安全隐患", WeightReview, "district plan 附件2 四(五)"},
		{"issued_after_receipt", "签发日期晚于收到报告的时间", WeightReview, "DOMAIN §3"},
		{"signature_unverifiable", "签名存在但无法在此核验", WeightReview, "DOMAIN §6"},
		{"signature_not_valid", "签名不是有效的鉴定机构签名", WeightReject, "DESIGN §3"},
	}
}
