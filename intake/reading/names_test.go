package reading

import "testing"

// What only names says nothing, and what narrows is no name.
func TestWithoutNames(t *testing.T) {
	text := setText(`长江路小学旧教学楼安全性鉴定报告
报告编号：AB-2026-001
委托单位：江津区德感街道长江路小学
房屋名称：德感街道长江路小学旧教学楼
房屋地址：江津区德感街道长江路118号
鉴定单位：重庆某检测鉴定有限公司
签发日期：2026年6月10日
一、工程概况
中山古镇旅游接待中心位于江津区德感街道长江路118号。
东侧三层部分位于江津区德感街道长江路118号。
白沙镇友谊旅馆（以下简称“受检单位”）委托我公司鉴定。
`)
	r := &reader{roles: roleRules()}
	pages, _, _ := r.load(text, Options{})
	items := markSections(assemble([][]*line{pages[0].lines}))
	title, _ := titleOf(items)
	r.names = namesOf(items, r.fields(items, nil), title)
	for _, c := range []struct{ text, word string }{
		{"旧教学楼安全性等级评定为Bsu级", "旧"},
		{"中山古镇旅游接待中心安全性等级评定为Bsu级", "待"},
		{"受检单位的安全性等级评定为Bsu级", "受检"},
	} {
		if left := r.withoutNames(c.text); left == c.text || ofConclusion.any(left) && !ofConclusion.any(left[len(left)-len("安全性等级评定为Bsu级"):]) {
			t.Errorf("%s: %s", c.text, left)
		}
	}
	for _, s := range []string{"三层部分安全性等级评定为Bsu级", "这话是户主自己讲的", "房屋安全性等级评定为Bsu级", "原报告评定为Bsu级"} {
		if left := r.withoutNames(s); left != s {
			t.Errorf("%s taken for a name: %s", s, left)
		}
	}
}
