package reading

import "testing"

// Only what is ticked is said, whichever side the mark stands on.
func TestOnlyWhatIsTickedIsSaid(t *testing.T) {
	for in, want := range map[string]string{
		"危险性等级评定为：□A级 □B级 ☑C级 □D级。构成局部危房。": "危险性等级评定为:C级。构成局部危房。",
		"鉴定等级：A级□ B级□ C级□ D级☑":             "鉴定等级:D级",
		"□正常使用 ■限制用途 ■加固 □整体拆除":            "限制用途、加固",
		"安全性等级：□Asu □Bsu □Csu □Dsu":        "安全性等级:",
		"\uF0A8停止使用 \uF0FE观察使用":            "观察使用",
		"■ 立即停止使用":                         "■立即停止使用", // a bullet: nothing is left unticked
		"房屋危险性等级：A级（　）　B级（ ）　C级（）　D级（√）":   "房屋危险性等级:D级",
		"A级（　）":   "",
		"D级（√）":   "D级(√)",
		"结构类型（√）": "结构类型(√)",
		"□整体拆除":   "",
	} {
		if got := chosen(plain(in, 1)).text; got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
