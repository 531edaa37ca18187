package reading

import (
	"slices"
	"strings"
	"testing"
)

// What advice asks for, in the words of those who live and trade in the house.
func TestAdviceInPlainWords(t *testing.T) {
	for said, codes := range map[string]string{
		"房屋可以继续居住和经营。":         "normal_use",
		"该房屋可继续居住，不列入改造名册。":    "normal_use",
		"该楼可用于托育机构正常使用。":       "normal_use",
		"房屋可用作餐饮经营。":           "normal_use",
		"加固后可继续居住。":            "",
		"经维修后，可用于餐饮经营。":        "",
		"等级不低于B级时方可继续经营。":      "",
		"验收合格时可用作餐饮经营。":        "",
		"房屋不可继续居住。":            "",
		"请住户判断是否可继续居住。":        "",
		"后部停用，住户搬至前部居住。":       "evacuate",
		"住户应将杂物搬至院内。":          "",
		"施工完成前每月观察后墙偏移一次。":     "monitor",
		"户主每年汛前自查一次。":          "",
		"广告牌支架除锈补强。":           "",
		"广告牌下方挑梁加固。":           "reinforce",
		"屋面空调机位处女儿墙及挑板加固。":     "reinforce",
		"加固竣工前每周观察裂缝两次。":       "monitor",
		"建议采用粘贴碳纤维布加固方法处理二层楼板": "reinforce",
		"加固方法": "",
	} {
		text := strings.Replace(attackedWith("ADVICE", said), "1、可继续正常使用。\n", "", 1)
		var got []string
		for _, r := range Read(setText(text), Options{}).Recommendations {
			if slices.Contains([]string{"normal_use", "evacuate", "monitor", "reinforce"}, string(r.Code)) {
				got = append(got, string(r.Code))
			}
		}
		if s := strings.Join(got, " "); s != codes {
			t.Errorf("%s: %q, want %q", said, s, codes)
		}
	}
}
