package municipal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// compiler checks a profile's expressions. They see only the environment and
// pure functions: no clock, no files, no network. The library bounds nodes and
// lists, but not time: see bounded.
type compiler struct{ codes map[string]map[string]string }

func (c compiler) options(env any) []expr.Option {
	return []expr.Option{
		expr.Env(env),
		expr.DisableBuiltin("now"),    // a request must not depend on when it is looked at
		expr.DisableBuiltin("repeat"), // it grows a text beyond all memory
		expr.MaxNodes(2000),
		expr.Function("code", func(p ...any) (any, error) {
			list, value := p[0].(string), p[1].(string)
			if value == "" {
				return "", nil
			}
			if v, ok := c.codes[list][value]; ok {
				return v, nil
			}
			return nil, fmt.Errorf("代码表 %s 没有“%s”", list, value)
		}, new(func(string, string) string)),
		expr.Function("object", func(p ...any) (any, error) { // object("a", 1, "b", ""): {a: 1}; empty values are left out
			if len(p)%2 != 0 {
				return nil, errors.New("object 的参数应成对")
			}
			out := map[string]any{}
			for i := 0; i < len(p); i += 2 {
				name, ok := p[i].(string)
				if !ok {
					return nil, errors.New("object 的键应为文本")
				}
				if !empty(p[i+1]) {
					out[name] = p[i+1]
				}
			}
			return out, nil
		}, new(func(...any) map[string]any)),
		expr.Function("cut", func(p ...any) (any, error) { // the first n characters
			text, n := []rune(clean(p[0].(string))), p[1].(int)
			return string(text[:max(0, min(n, len(text)))]), nil
		}, new(func(string, int) string)),
	}
}

func (c compiler) compile(source string, env any, extra ...expr.Option) (*vm.Program, error) {
	unknown := &unknownLists{codes: c.codes}
	size := &bounded{}
	opts := append(c.options(env), append(extra, expr.Patch(unknown), expr.Patch(size))...)
	p, err := expr.Compile(source, opts...)
	if err == nil && size.why != "" {
		err = errors.New(size.why)
	}
	if err == nil && unknown.name != "" {
		err = fmt.Errorf("没有代码表 %q，已有：%s", unknown.name, strings.Join(sortedKeys(c.codes), " "))
	}
	return p, err
}

// unknownLists finds code("list", …) whose list does not exist, so that it is
// told when the profile is loaded and not when the first report is filed.
type unknownLists struct {
	codes map[string]map[string]string
	name  string
}

func (u *unknownLists) Visit(node *ast.Node) {
	call, ok := (*node).(*ast.CallNode)
	if !ok || len(call.Arguments) == 0 {
		return
	}
	if callee, ok := call.Callee.(*ast.IdentifierNode); !ok || callee.Value != "code" {
		return
	}
	if s, ok := call.Arguments[0].(*ast.StringNode); ok {
		if _, known := u.codes[s.Value]; !known {
			u.name = s.Value
		}
	}
}

// maxRange is how long a list an expression may count out.
const maxRange = 1000

// bounded refuses expressions that could keep a worker busy for ever: nothing
// can stop one while it runs. Two loops in each other are enough to look for
// something in something; lists that are counted out are short.
type bounded struct{ why string }

// Visit implements ast.Visitor.
func (b *bounded) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BuiltinNode:
		if n.Name == "reduce" { // doubling a text sixty times takes one line
			b.why = "不支持 reduce"
		}
	case *ast.PredicateNode:
		if depth(n.Node) > 1 {
			b.why = "循环最多嵌套两层"
		}
	case *ast.BinaryNode:
		if n.Operator != ".." {
			return
		}
		from, ok1 := n.Left.(*ast.IntegerNode)
		to, ok2 := n.Right.(*ast.IntegerNode)
		if !ok1 || !ok2 || to.Value-from.Value >= maxRange {
			b.why = fmt.Sprintf("a..b 的两端应为整数，且不超过 %d 项", maxRange)
		}
	}
}

// depth is how deep loops are nested in a node.
func depth(node ast.Node) int {
	d := &deepest{}
	ast.Walk(&node, d)
	return d.most
}

type deepest struct{ most int }

// Visit implements ast.Visitor; it comes to what is inside of a loop before
// the loop itself.
func (d *deepest) Visit(node *ast.Node) {
	if p, ok := (*node).(*ast.PredicateNode); ok {
		d.most = max(d.most, 1+depth(p.Node))
	}
}
