package readingtest

import (
	"testing"

	"jianding/schemas"
)

// What sound reports say beside their conclusion holds none of them.
func TestBesideASoundConclusion(t *testing.T) {
	w := load(t)
	if len(w.Benign) < 50 {
		t.Fatalf("only %d sentences", len(w.Benign))
	}
	for _, x := range w.Benign {
		for _, base := range []struct{ standard, conclusion, advice string }{
			{"《民用建筑可靠性鉴定标准》GB 50292-2015", "该房屋安全性等级为Bsu级，尚不显著影响整体承载。", "可继续正常使用。"},
			{"《危险房屋鉴定标准》JGJ 125-2016", "该房屋危险性等级评定为B级。", "观察使用。"},
		} {
			v, err := real(w.BuildBeside(x, base.standard, base.conclusion, base.advice).Pages)
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome != schemas.Accepted || v.Hazard.Level != schemas.HazardNone {
				t.Errorf("%s: %s %s %v", x.Text, v.Outcome, v.Hazard.Level, codes(v.Reasons))
			}
		}
	}
}
