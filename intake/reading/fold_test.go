package reading

import "testing"

// A name is written with the characters that a reader sees: producers write
// radicals for ideographs that look the same, and no search finds those.
func TestNamesAreWrittenInIdeographs(t *testing.T) {
	p := plain("重庆市⼏江建设⼯程质量检测中⼼有限公司 ⿍⼭街道 黄庄街 ⻔⻓⻰⺠ 級別 Ⅲ級 凉", 1)
	if got, want := printed(p.glyphs), "重庆市几江建设工程质量检测中心有限公司鼎山街道黄庄街门长龙民級別Ⅲ級凉"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
