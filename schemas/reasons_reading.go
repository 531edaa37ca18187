package schemas

// readingReasons are what reading a report can find. Review codes end
// acceptance; notes are said and decide nothing by themselves.
func readingReasons() []ReasonInfo {
	return []ReasonInfo{
		// Pages
		{"page_scanned", "该页为扫描图像，没有可读文字", WeightReview, "DESIGN §3"},
		{"page_garbled", "该页文字编码错误，无法读出", WeightReview, "DOMAIN §2"},
		{"page_partly_unreadable", "该页部分内容不能读出或不能证明与所见一致", WeightReview, "DOMAIN §2"},
		{"page_failed", "该页无法读取", WeightReview, "DESIGN §3"},
		{"hidden_text", "该页含有不可见的文字，内容涉及等级或结论", WeightReview, "DESIGN §1"},
		{"struck_out", "该页有文字被划去，须人工核对", WeightReview, "DESIGN §1"},
		{"drawn_character", "鉴定结论或建议的语句中有以图形绘出、不能作为文字读出的内容", WeightReview, "DESIGN §1"},
		{"read_by_ocr", "部分内容由图像识别得出，须人工核对", WeightReview, "DESIGN §3"},
		// Conclusion
		{"conclusion_missing", "未找到鉴定结论", WeightReview, "district plan 附件2 四(六)"},
		{"grade_missing", "未找到房屋的安全性等级或危险性等级", WeightReview, "district plan 附件2 四(六)"},
		{"grade_mention_unclear", "文中出现的等级无法确定所指", WeightReview, "DESIGN §1"},
		{"conclusion_contradicts_itself", "鉴定结论前后不一致", WeightReview, "DOMAIN §2"},
		{"conclusion_contradicts_table", "鉴定结论与评级表不一致", WeightReview, "DOMAIN §2"},
		{"tables_contradict", "评级表之间不一致", WeightReview, "DOMAIN §2"},
		{"conclusion_provisional", "鉴定结论是暂定的", WeightReview, "district plan 附件2 四(六): 明确的鉴定结论"},
		{"conclusion_not_understood", "鉴定结论中有不能确定其含义的限定用语，须人工阅读", WeightReview, "DESIGN §1"},
		{"report_qualified", "报告中有关于其依据或效力的说明，须人工阅读", WeightReview, "DESIGN §1"},
		{"unusual_statement", "报告中有少见的说法，可能影响鉴定结论，须人工阅读", WeightReview, "DESIGN §1"},
		{"unit_without_conclusion", "评级表中的单体在鉴定结论中没有等级", WeightReview, "DOMAIN §2"},
		{"conclusion_contradicts_sub_unit", "鉴定单元等级高于其子单元的评定结果", WeightReview, "GB 50292-2015 9.1.2"},
		{"unit_graver_than_sub_units", "鉴定单元等级低于其子单元的评定结果，须核对直接评级的依据", WeightReview, "GB 50292-2015 9.1.2, 9.1.3"},
		{"reliability_contradicts_safety", "可靠性等级与安全性等级不符", WeightReview, "GB 50292-2015 10.0.3"},
		{"conclusion_contradicts_calculation", "危险性等级与危险构件综合比例不符", WeightReview, "JGJ 125-2016 6.3.6"},
		{"danger_without_standard", "有危险性等级，但未写明危险房屋鉴定标准", WeightReview, "DOMAIN §2"},
		{"scales_far_apart", "安全性等级与危险性等级相差悬殊", WeightReview, "DOMAIN §2"},
		{"grade_contradicts_statement", "等级与文字表述矛盾", WeightReview, "GB 50292-2015 表3.3.1"},
		{"statements_contradict", "关于整体影响的表述前后矛盾", WeightReview, "district plan 附件2 四(五)"},
		{"advice_contradicts_grade", "处理建议与等级不相称", WeightReview, "district plan 附件2 四(六)"},
		{"advice_missing", "未找到处理建议", WeightReview, "district plan 附件2 四(六)"},
		// Kind of report
		{"survey_report", "这是排查报告，不是鉴定报告", WeightReject, "DOMAIN §3"},
		{"seismic_only", "这是抗震鉴定报告，没有安全性结论", WeightReview, "DOMAIN §2"},
		{"not_final", "报告标有“作废”“草稿”“征求意见稿”等字样，不是正式报告", WeightReview, "district plan 附件2 四(六): 明确的鉴定结论"},
		{"partial_appraisal", "鉴定范围只是房屋的一部分", WeightReview, "DOMAIN §2"},
		{"consulting_report", "报告以“咨询”命名", WeightNote, "DOMAIN §3"},
		// Particulars
		{"field_missing", "缺少必填内容", WeightReview, "DOMAIN §3"},
		{"field_missing_note", "未找到内容", WeightNote, "DOMAIN §3"},
		{"report_no_differs", "报告编号前后不一致", WeightReview, "DOMAIN §3"},
		{"agency_differs", "鉴定机构名称前后不一致", WeightReview, "DOMAIN §3"},
		{"address_differs", "房屋地址前后不一致", WeightReview, "DOMAIN §3"},
		{"field_differs", "同一内容前后不一致", WeightReview, "DOMAIN §3"},
		{"field_differs_note", "同一内容前后写法不一致", WeightNote, "DOMAIN §3"},
		{"issue_date_differs", "签发日期前后不一致", WeightReview, "DOMAIN §3"},
		{"issued_before_inspection", "签发日期早于现场检查日期", WeightReview, "DOMAIN §3"},
		{"inspection_long_ago", "签发日期距现场检查一年以上", WeightReview, "DESIGN §1"},
		{"standard_missing", "未写明鉴定所依据的标准", WeightReview, "DOMAIN §3"},
	}
}
