package reading

import (
	"testing"

	"jianding/schemas"
)

// 不, 未 and 无 belong to many words that deny nothing.
func TestHarmBehindAWordWithANegation(t *testing.T) {
	for _, s := range []string{
		"地基不均匀沉降危及房屋整体安全", "墙体承载力不足影响房屋整体安全使用", "房屋无圈梁构造柱影响整体稳定",
		"基础未经处理危及房屋整体安全", "结构布置不对称影响房屋整体承载", "不良地基影响房屋整体安全使用",
		"构件连接不可靠影响房屋整体承载", "未按图施工影响房屋整体承载",
	} {
		if kind, rule := statementKind(s, false); kind != schemas.StatementWhole {
			t.Errorf("%s: %q by %s", s, kind, rule)
		}
	}
	for _, s := range []string{
		"不影响房屋整体承载", "未对房屋整体安全造成影响", "尚未达到影响房屋整体承载的程度", "未发现影响房屋整体安全使用的隐患",
		"不会危及房屋整体安全", "无影响房屋整体承载的隐患", "不存在整体倒塌的危险", "对房屋整体承载无显著影响", "未明显影响整体承载",
	} {
		if kind, rule := statementKind(s, false); kind != schemas.StatementNegated {
			t.Errorf("%s: %q by %s", s, kind, rule)
		}
	}
}

// 不仅影响局部 limits nothing.
func TestNotOnlyLocal(t *testing.T) {
	for _, s := range []string{"该问题不仅影响局部构件", "隐患不限于局部构件", "该隐患并非局部问题"} {
		if kind, rule := statementKind(s, false); kind == schemas.StatementLocal {
			t.Errorf("%s is local by %s", s, rule)
		}
	}
}
