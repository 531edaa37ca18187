package reading

import (
	"go/ast"
	"go/constant"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Expressions are read when they are first asked. All that stand in the sources
// can be.
func TestEveryExpressionCanBeRead(t *testing.T) {
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	fset := gotoken.NewFileSet()
	var files []*ast.File
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, n.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}
	// What the package imports is not looked at: its constants are its own.
	config := types.Config{Error: func(error) {}}
	_, _ = config.Check("reading", fset, files, &info)
	read := 0
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			name, ok := call.Fun.(*ast.Ident)
			if !ok || !slices.Contains([]string{"re", "guard", "guardLongest"}, name.Name) {
				return true
			}
			if v := info.Types[call.Args[0]].Value; v != nil {
				read++
				if _, err := regexp.Compile(constant.StringVal(v)); err != nil {
					t.Errorf("%v: %v", fset.Position(call.Pos()), err)
				}
			}
			return true
		})
	}
	if read < 500 {
		t.Errorf("only %d expressions found", read)
	}
	for name, c := range map[string]caution{"conclusion": ofConclusion, "core": ofCore, "advice": ofAdvice, "anywhere": ofReport, "facts": ofFacts,
		"unabated": ofUnabated, "lightened": ofLightened} {
		if n := c.words.engine().NumSubexp() + c.whole.engine().NumSubexp(); n > 0 {
			t.Errorf("%s: %d groups in words or in phrases without a gap", name, n)
		}
		for _, g := range c.gapped {
			if g.engine().NumSubexp() == 0 {
				t.Errorf("%s: no gap in %s", name, g)
			}
		}
	}
}
