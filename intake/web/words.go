package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"jianding/intake/agencies"
	"jianding/intake/signature"
	"jianding/schemas"
)

// The words of the pages. Codes are for programs; people read these.

func reportStatusWords() map[schemas.ReportStatus]string {
	return map[schemas.ReportStatus]string{
		schemas.ReportReceived: "识别中", schemas.ReportAccepted: "已采用", schemas.ReportNeedsReview: "待人工复核", schemas.ReportRejected: "已退回",
	}
}

func caseStatusWords() map[schemas.CaseStatus]string {
	return map[schemas.CaseStatus]string{
		schemas.CaseOpen: "待通知", schemas.CaseNotified: "已通知，待确认", schemas.CaseAcknowledged: "已确认，待处置",
		schemas.CaseDisposed: "已处置，待销号", schemas.CaseClosed: "已销号", schemas.CaseDismissed: "已解除",
	}
}

func deliveryStatusWords() map[schemas.DeliveryStatus]string {
	return map[schemas.DeliveryStatus]string{
		schemas.DeliveryPending: "待报送", schemas.DeliverySubmitted: "已报送，待平台确认", schemas.DeliveryAcknowledged: "平台已收",
		schemas.DeliveryReturned: "平台退回", schemas.DeliveryManual: "人工报送", schemas.DeliveryDead: "未能报送",
	}
}

func levelWords() map[schemas.HazardLevel]string {
	return map[schemas.HazardLevel]string{
		schemas.HazardRed: "红色", schemas.HazardAmber: "橙色", schemas.HazardNone: "未见整体隐患", "": "—",
	}
}

func roleWords() map[schemas.UserRole]string {
	return map[schemas.UserRole]string{
		schemas.RoleClerk: "机构经办", schemas.RoleOfficer: "值班处置", schemas.RoleReviewer: "复核", schemas.RoleTown: "镇街／部门", schemas.RoleAdmin: "管理员",
	}
}

func signatureWords() map[schemas.SignatureStatus]string {
	return map[schemas.SignatureStatus]string{
		schemas.SignatureValid: "签名有效", schemas.SignatureModified: "签名后被改动", schemas.SignatureUntrusted: "签名不受信任",
		schemas.SignatureInvalid: "签名无效", schemas.SignatureUnsigned: "没有电子签名", schemas.SignatureUnverifiable: "有签名但无法验证",
	}
}

func notificationWords() map[schemas.NotificationStatus]string {
	return map[schemas.NotificationStatus]string{
		schemas.NotificationPending: "待发送", schemas.NotificationSent: "已送达", schemas.NotificationFailed: "发送失败", schemas.NotificationCancelled: "已取消",
	}
}

func channelWords() map[string]string {
	return map[string]string{"email": "电子邮件", "webhook": "系统对接", "wecom": "企业微信", "dingtalk": "钉钉", "dgwork": "政务钉钉", "sms": "短信"}
}

// basisWords says on what a hazard's level rests.
func basisWords(code string) string {
	kind, rest, _ := strings.Cut(code, ":")
	if code == "statement:notice" {
		return "机构先行报告"
	}
	switch kind {
	case "grade":
		return "等级结论：" + gradeBasisWords(rest)
	case "statement":
		return "机构在报告中的明确表述"
	case "geo":
		return "地质灾害影响房屋整体"
	case "doubt":
		return "存疑，须人工判断"
	}
	return code
}

// gradeBasisWords reads "unit_safety_Dsu" (scope, aspect, grade).
func gradeBasisWords(code string) string {
	for sc, scope := range schemas.ScopeNames() {
		rest, ok := strings.CutPrefix(code, string(sc)+"_")
		if !ok {
			continue
		}
		for as, aspect := range schemas.AspectNames() {
			if g, ok := strings.CutPrefix(rest, string(as)+"_"); ok {
				return scope + aspect + " " + g + " 级"
			}
		}
	}
	return strings.ReplaceAll(code, "_", " ")
}

// eventWords says what happened, for timelines.
func eventWords(k schemas.EventKind) string {
	w, ok := map[schemas.EventKind]string{
		schemas.EventReportReceived: "收到报告，出具回执", schemas.EventReportDuplicate: "重复上传同一文件", schemas.EventReportAssessed: "完成识别",
		schemas.EventReportDecided: "复核决定", schemas.EventReportSuperseded: "被新修订取代", schemas.EventReportReassess: "要求重新识别",
		schemas.EventReviewOverdue: "复核超时", schemas.EventReportReopened: "平台退回，重新进入复核",
		schemas.EventNoticeReceived: "收到隐患先报", schemas.EventNoticeLinked: "先报与报告关联", schemas.EventNoticeUnlinked: "报告不再作为先报的补报，补报时限继续",
		schemas.EventNoticeReminded: "提醒机构补报", schemas.EventNoticeBreach: "报送超时（24 小时未补报）",
		schemas.EventCaseOpened: "立案", schemas.EventCaseRaised: "升级为红色", schemas.EventCaseAmberExpired: "橙色超时未决，自动转红",
		schemas.EventCaseNotified: "首次送达通知", schemas.EventCaseStep: "通知下一级", schemas.EventCaseStepSkipped: "该级无人可通知，直接进入下一级",
		schemas.EventCaseAcknowledged: "确认收到", schemas.EventCaseDisposed: "作出处置", schemas.EventCaseMeasure: "落实措施",
		schemas.EventCaseDowngraded: "降为橙色", schemas.EventCaseDismissed: "解除", schemas.EventCaseClosed: "销号", schemas.EventCaseOverdue: "超过时限",
		schemas.EventCaseUndelivered: "通知未能送达任何人", schemas.EventCaseLinked: "关联报告", schemas.EventCasePlace: "同案发现另一处房屋，重新通知",
		schemas.EventNotificationSent: "通知已送达", schemas.EventNotificationFailed: "通知发送失败",
		schemas.EventDeliveryOwed: "应报送智慧房安平台", schemas.EventDeliverySubmitted: "已报送平台", schemas.EventDeliveryAcknowledged: "平台确认收到",
		schemas.EventDeliveryReturned: "平台退回", schemas.EventDeliveryManual: "改为人工报送", schemas.EventDeliveryDead: "未能报送，待人工处理", schemas.EventDeliveryReplayed: "重新报送",
		schemas.EventDeliveryDifference: "对账发现差异",
	}[k]
	if !ok {
		return string(k)
	}
	return w
}

// noticeWords are what a page says after a command, by the code in ?ok=.
func noticeWords() map[string]string {
	return map[string]string{
		"acknowledged": "已确认收到。请尽快作出处置。", "disposed": "处置决定已记录。", "closed": "已销号。", "downgraded": "等级已调整。", "raised": "已升级为红色。",
		"measure": "措施已记录。", "accepted": "已采用该报告。", "rejected": "已退回该报告，机构将看到理由。", "reassess": "已安排重新识别。",
		"replayed": "已安排重新报送。", "manual": "已改为人工报送。", "automatic": "已恢复自动报送。", "receipt": "平台回执已登记。", "resolved": "差异已处理。",
		"saved": "已保存。", "imported": "名录已导入。", "revoked": "令牌已吊销。", "linked": "已关联报告。", "uploaded": "报告已收下，回执如下。", "noticed": "先报已收下，已通知主管部门。",
		"duplicate": "此文件此前已经收过，回执不变。", "password": "密码已修改。",
	}
}

// forbiddenChanges words what was changed after signing and may not be.
func forbiddenChanges(list []schemas.Change) []string {
	var out []schemas.Change
	for _, c := range list {
		if !c.Legal {
			out = append(out, c)
		}
	}
	return signature.ChangeLines(out)
}

// pageFuncs are the functions of all templates.
func pageFuncs() template.FuncMap {
	return template.FuncMap{
		"reportStatus": func(s schemas.ReportStatus) string { return word(reportStatusWords(), s) },
		"caseStatus":   func(s schemas.CaseStatus) string { return word(caseStatusWords(), s) },
		"delivery":     func(s schemas.DeliveryStatus) string { return word(deliveryStatusWords(), s) },
		"level":        func(l schemas.HazardLevel) string { return word(levelWords(), l) },
		"role":         func(r schemas.UserRole) string { return word(roleWords(), r) },
		"signature":    func(s schemas.SignatureStatus) string { return word(signatureWords(), s) },
		"explain":      signature.Explain,
		"forbidden":    forbiddenChanges,
		"aspect":       func(a schemas.Aspect) string { return word(schemas.AspectNames(), a) },
		"scope":        func(a schemas.Scope) string { return word(schemas.ScopeNames(), a) },
		"notification": func(s schemas.NotificationStatus) string { return word(notificationWords(), s) },
		"channel":      func(s string) string { return word(channelWords(), s) },
		"recommend":    func(c schemas.RecommendationCode) string { return word(schemas.RecommendationNames(), c) },
		"disposition":  func(c schemas.DispositionCode) string { return word(schemas.DispositionNames(), c) },
		"formKey":      func() string { return agencies.NewToken("f_") },
		"seen":         seen,
		"event":        eventWords,
		"basis":        basisWords,
		"at":           at,
		"day":          func(v any) string { return format(v, "2006年1月2日") },
		"iso":          func(v any) string { return format(v, time.RFC3339) },
		"size":         sizeWords,
		"left":         left,
		"since":        func(t, now time.Time) string { return span(now.Sub(t)) },
		"span":         span,
		"hours":        hoursLong,
		"short":        func(s string) string { return s[:min(12, len(s))] },
		"statuses":     reportStatusWords,
		"caseStatuses": caseStatusWords,
		"levels": func() []schemas.HazardLevel {
			return []schemas.HazardLevel{schemas.HazardRed, schemas.HazardAmber, schemas.HazardNone}
		},
		"deliveryStatuses": func() []schemas.DeliveryStatus {
			return []schemas.DeliveryStatus{schemas.DeliveryPending, schemas.DeliverySubmitted, schemas.DeliveryManual, schemas.DeliveryReturned, schemas.DeliveryDead, schemas.DeliveryAcknowledged}
		},
		"grades":          conclusionGrades,
		"gradesOf":        gradesOf,
		"recommendations": schemas.RecommendationNames,
		"advised": func(a schemas.Assessment, code schemas.RecommendationCode) bool {
			return slices.ContainsFunc(a.Recommendations, func(r schemas.Recommendation) bool { return r.Code == code })
		},
		"difference": func(k string) string { return word(differenceWords(), k) },
		"filing":     func(r schemas.FilingResult) string { return word(filingWords(), r) },
		"said":       said,
		"year":       func(t time.Time) int { return t.In(shanghai()).Year() },
		"dict":       dict,
		"join":       strings.Join,
		"add":        func(a, b int) int { return a + b },
	}
}

func differenceWords() map[string]string {
	return map[string]string{"missing_there": "平台缺少", "unknown_here": "本系统没有", "differs": "内容不一致"}
}

func filingWords() map[schemas.FilingResult]string {
	return map[schemas.FilingResult]string{
		schemas.FilingAccepted: "平台已收", schemas.FilingSubmitted: "已提交，待确认", schemas.FilingDuplicate: "平台已有", schemas.FilingReturned: "退回",
		schemas.FilingRetry: "未成，稍后重试", schemas.FilingUnknown: "结果不明，先查询", schemas.FilingFinal: "无法报送", schemas.FilingNotFound: "平台没有记录",
	}
}

// conclusionGrades are the grades that a report as a whole may be declared
// with.
func conclusionGrades() []string {
	var out []string
	for _, sc := range conclusionScales() {
		if sc.Aspect != schemas.AspectSafety && sc.Aspect != schemas.AspectDanger && sc.Aspect != schemas.AspectReliability {
			continue
		}
		for _, g := range sc.Grades {
			out = append(out, string(g))
		}
	}
	return out
}

// gradesOf is the scale of a finding, for its correction.
func gradesOf(f schemas.Finding) []schemas.Grade {
	for _, sc := range schemas.Scales() {
		if sc.Aspect == f.Aspect && slices.Contains(sc.Scopes, f.Scope) {
			return sc.Grades
		}
	}
	return []schemas.Grade{f.Grade}
}

// said is what an event's data adds for people: reasons and texts, no ids.
func said(e schemas.Event) string {
	var d struct {
		Reason  string   `json:"reason"`
		Text    string   `json:"text"`
		Note    string   `json:"note"`
		Why     string   `json:"why"`
		Reasons []string `json:"reasons"`
	}
	if json.Unmarshal(e.Data, &d) != nil {
		return ""
	}
	words := []string{d.Reason, d.Text, d.Note, word(whyWords(), d.Why)}
	for _, r := range d.Reasons {
		if info, known := schemas.ReasonCode(r).Info(); known {
			r = info.Message
		} else if strings.Trim(r, "abcdefghijklmnopqrstuvwxyz0123456789_:") == "" {
			continue // a code without a sentence says nothing to a person
		}
		words = append(words, r)
	}
	return strings.Join(trimAll(words), "；")
}

// whyWords says why the ladder did not tell somebody.
func whyWords() map[string]string {
	return map[string]string{"unreachable": "所有渠道均未送达", "empty": "没有值班人员或可用的联系方式", "no address": "抄送对象没有可用的联系方式"}
}

// dict passes several values to a part of a page.
func dict(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		k, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: key %v", pairs[i])
		}
		m[k] = pairs[i+1]
	}
	return m, nil
}

func word[K ~string](m map[K]string, k K) string {
	if w, ok := m[k]; ok {
		return w
	}
	return string(k)
}

// at prints an instant as a person in Chongqing reads it.
func at(v any) string { return format(v, "2006-01-02 15:04") }

func format(v any, layout string) string {
	switch t := v.(type) {
	case time.Time:
		if !t.IsZero() {
			return t.In(shanghai()).Format(layout)
		}
	case *time.Time:
		if t != nil && !t.IsZero() {
			return t.In(shanghai()).Format(layout)
		}
	}
	return "—"
}

// left says how long is left until an instant, or by how much it passed.
func left(until, now time.Time) string {
	if until.IsZero() {
		return "—"
	}
	d := until.Sub(now)
	if d < 0 {
		return "已超时 " + span(-d)
	}
	return "剩余 " + span(d)
}

// span says a duration with its two largest units.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d 天 %d 小时", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%d 小时 %d 分", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%d 分", d/time.Minute)
	}
	return fmt.Sprintf("%d 秒", max(0, d/time.Second))
}
