package triage

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"jianding/schemas"
)

// compare holds the declaration and the register against the report. Nothing
// declared is nothing to differ from.
func compare(in Input) []schemas.Reason {
	var out []schemas.Reason
	add := func(code schemas.ReasonCode, detail string) {
		out = append(out, schemas.NewReason(code, 0, detail))
	}
	f, d := in.Reading.Fields, in.Declared
	if d.AgencyID != "" && in.Signature.AgencyID != "" && d.AgencyID != in.Signature.AgencyID {
		add("uploader_is_not_signer", d.AgencyID+" / "+in.Signature.AgencyID)
	}
	if in.AgencyName != "" && f.Agency != "" && !sameAgency(in.AgencyName, f.Agency) {
		add("agency_named_is_not_signer", f.Agency+" / "+in.AgencyName)
	}
	if in.Unread {
		return out
	}
	if d.ReportNo != "" && plain(d.ReportNo) != plain(f.ReportNo) {
		add("declared_report_no_differs", d.ReportNo+" / "+f.ReportNo)
	}
	if d.Address != "" && !samePlace(d.Address, f.Address) {
		add("declared_address_differs", d.Address+" / "+f.Address)
	}
	if d.Town != "" && f.Town != "" && plain(d.Town) != plain(f.Town) {
		add("declared_town_differs", d.Town+" / "+f.Town)
	}
	if d.HouseCode != "" && f.HouseCode != "" && plain(d.HouseCode) != plain(f.HouseCode) {
		add("declared_house_code_differs", d.HouseCode+" / "+f.HouseCode)
	}
	if d.Grade != "" && !gradeAmong(d.Grade, Overall(in.Reading.Findings)) {
		add("declared_grade_differs", string(d.Grade))
	}
	if d.IssuedOn != "" && d.IssuedOn != f.IssuedOn {
		add("declared_issue_date_differs", d.IssuedOn+" / "+f.IssuedOn)
	}
	if end, ok := EndOfDate(f.IssuedOn); ok && !in.At.IsZero() && end.Add(-24*time.Hour).After(in.At.Add(clockSkew)) {
		add("issued_after_receipt", f.IssuedOn)
	}
	return out
}

// plain is a value without the differences of typesetting.
func plain(s string) string {
	s = norm.NFKC.String(schemas.FoldRadicals(s))
	s = strings.NewReplacer("—", "-", "–", "-", "－", "-", "‐", "-", "〔", "[", "〕", "]", "【", "[", "】", "]").Replace(s)
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}

// sameAgency: the full name as on the seal. A branch signs for itself and is
// not its head office.
func sameAgency(a, b string) bool { return plain(a) == plain(b) }

// samePlace: the same address, whichever of the two leaves out the city or the
// district.
func samePlace(a, b string) bool {
	short := func(s string) string {
		s = plain(s)
		for _, p := range []string{"重庆市", "重庆", "江津区"} {
			s = strings.TrimPrefix(s, p)
		}
		return s
	}
	return short(a) == short(b)
}

// gradeAmong tells whether g is one of the concluded worst grades.
func gradeAmong(g schemas.Grade, o schemas.Overall) bool {
	return g == o.Safety || g == o.Danger || g == o.Reliability
}
