package reading

import (
	"strings"
	"testing"
)

// An address that its form tears in the middle of a word is whole where the report
// concludes; of two none is taken.
func TestTornAddress(t *testing.T) {
	for conclusion, want := range map[string]string{
		"江津区几江街道琅石大道北段26号房屋安全性等级评定为Bsu级。":                                "江津区几江街道琅石大道北段26号",
		"江津区几江街道琅石大道北段26号房屋安全性等级评定为Bsu级。江津区几江街道琅石大道北段28号房屋安全性等级评定为Bsu级。": "江津区几江街道琅石大",
		"该房屋安全性等级评定为Bsu级。": "江津区几江街道琅石大",
	} {
		items := itemsSet(t, setText(wrapped("四、鉴定结论\n"+conclusion)))
		if got := mendedAddress("江津区几江街道琅石大", items); got != want {
			t.Errorf("%s: %q", conclusion, got)
		}
		if got := mendedAddress("江津区几江街道琅石大道", items); !strings.HasSuffix(got, "道") {
			t.Errorf("a whole address became %q", got)
		}
	}
}
