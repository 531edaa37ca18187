package schemas

// Codes of the running service: what only it can know, because it has the
// other revisions, the earlier readings and the clock.
const (
	// MilderRevision: a revision whose grades or hazard are milder than those
	// of a revision before it.
	MilderRevision ReasonCode = "milder_revision"
	// OtherHouse: a revision that is about another house than the one before it.
	OtherHouse ReasonCode = "revision_other_house"
	// ReassessmentDiffers: a later reading came to another outcome.
	ReassessmentDiffers ReasonCode = "reassessment_differs"
	// DateImplausible: a stated instant in the future or implausibly old.
	DateImplausible ReasonCode = "date_implausible"
	// OCRFailed: a scanned page could not be recognised; the detail says why.
	OCRFailed ReasonCode = "ocr_failed"
)

func serviceReasons() []ReasonInfo {
	return []ReasonInfo{
		{MilderRevision, "本版的等级或隐患程度轻于同一编号的前一版，须人工复核", WeightReview, "DESIGN §2"},
		{OtherHouse, "本版与同一编号的前一版鉴定的不是同一处房屋，须人工核对", WeightReview, "DESIGN §2"},
		{ReassessmentDiffers, "重新评定的结果与此前不同，须人工复核", WeightReview, "DESIGN §2"},
		{OCRFailed, "扫描页未能完成文字识别，须人工阅读该页", WeightReview, "DESIGN §3"},
		{DateImplausible, "所载时间不合常理，须人工核对", WeightReview, "DESIGN §2"},
	}
}
