package schemas

import "testing"

func TestSamePlace(t *testing.T) {
	for _, x := range []struct {
		a, b string
		same bool
	}{
		{"鼎山街道滨江路1号", "重庆市江津区鼎山街道滨江路１号", true},
		{"滨江路1号", "江津区鼎山街道滨江路 1 号", true},
		{"滨江路1号", "滨江路1号2幢（老供销社）", true},
		{"", "滨江路1号", true},
		{"滨江路1号", "滨江路11号", false},
		{"滨江路1号", "滨江路2号", false},
		{"滨江路11", "滨江路110号", false},
		{"滨江路1号1幢", "滨江路1号2幢", false},
		{"几江街道中山路8号", "白沙镇中山路8号", false},
		{"1号", "滨江路1号", false},
		{"11号滨江路1号", "滨江路1号", true},
		{"滨江路1号一号楼", "滨江路1号1＃楼", true},
		{"滨江路十二号", "滨江路12号", true},
		{"滨江路1号二十一幢", "滨江路1号21幢", true},
		{"白沙镇五福村三社2号", "白沙镇五福村3社2号", true},
		{"滨江路1号一号楼", "滨江路1号二号楼", false},
		{"五一路8号", "五一路十八号", false},
	} {
		if SamePlace(x.a, x.b) != x.same || SamePlace(x.b, x.a) != x.same {
			t.Errorf("%q and %q: same %v, want %v", x.a, x.b, !x.same, x.same)
		}
	}
}
