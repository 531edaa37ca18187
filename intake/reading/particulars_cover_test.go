package reading

import "testing"

// A line of a cover tells several days, each behind the words that say of what it is
// the day; the year and the month of the first stand for the others.
func TestDaysOnOneLine(t *testing.T) {
	for line, want := range map[string][3]string{
		"外业2026年5月4日，内业至5月9日，签发5月18日":                   {"2026-05-04", "", "2026-05-18"},
		"检测 2026年5月4日至6日；发出 2026年5月18日":                 {"2026-05-04", "2026-05-06", "2026-05-18"},
		"踏勘2026年5月4日，检测5月5日至5月6日，定稿5月18日":               {"2026-05-04", "", "2026-05-18"},
		"外业：2026年5月4日、5日　　报告：2026年5月18日":                {"2026-05-04", "2026-05-05", "2026-05-18"},
		"委托受理：2026年5月2日  现场：2026年5月4日  报告：2026年5月18日":   {"2026-05-04", "", "2026-05-18"},
		"检测起止：26年5月4日—5月6日\n签章日期：26年5月18日":              {"2026-05-04", "2026-05-06", "2026-05-18"},
		"合同签订：2026年5月2日；进场：5月4日；离场：5月6日\n印发：2026年5月18日": {"2026-05-04", "", "2026-05-18"},
		"现场期：2026年5月4日—5月6日\n报告期：2026年5月18日":            {"2026-05-04", "2026-05-06", "2026-05-18"},
		"定稿2026年5月16日，签发5月18日":                          {"", "", "2026-05-18"},
		"报告 2026年5月18日":             {"", "", "2026-05-18"},
		"正式报告 2026年5月18日":           {"", "", "2026-05-18"},
		"成书：2026年5月18日":             {"", "", "2026-05-18"},
		"写单日：2026年5月18日":            {"", "", "2026-05-18"},
		"出版：2026年5月18日 版次：第1版第0次修改": {"", "", "2026-05-18"},
		// no earlier than the issue, and taken only where it is not told
		"呈送日期：2026年5月18日":                  {"", "", "2026-05-18"},
		"打印日期：2026年5月19日\n签发日期：2026年5月18日": {"", "", "2026-05-18"},
		// days of something else
		"委托日期2026年5月2日，检测日期2026年5月4日": {"2026-05-04", "", ""},
		"委托 2026年5月2日；受理 2026年5月3日":   {"", "", ""},
		"检测报告：2026年5月2日":              {"", "", ""},
		"上次鉴定报告2026年5月2日":             {"", "", ""},
		"报告有效期2026年5月18日至2031年5月17日":  {"", "", ""},
		"检测2026年5月4日，送达5月20日":         {"2026-05-04", "", ""},
	} {
		f := Read(setCover("", line, "", ""), Options{}).Fields
		if got := [3]string{f.InspectedOn, f.InspectedUntil, f.IssuedOn}; got != want {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
	if got := Read(setCover("", "委托　2026年5月2日", "", ""), Options{}).Fields.Client; got != "" {
		t.Errorf("a day is no client: %q", got)
	}
	// who approves the report at its end dates it, where no other day is told
	for end, want := range map[string]string{"授权签字：冯治平　2026年5月18日": "2026-05-18", "编写：何艳　2026年5月10日": "", "户主签字：何艳　2026年5月10日": ""} {
		if got := Read(setCover("", "", "", "四、说明\n本报告一式三份。\n"+end), Options{}).Fields.IssuedOn; got != want {
			t.Errorf("%s: issued on %q, want %q", end, got, want)
		}
	}
}
