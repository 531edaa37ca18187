package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// layer says what the packages below a path may import of this module. The
// longest matching path decides. It is the import rule of the house: imports
// point one way.
type layer struct {
	path string
	may  []string // prefixes of module-relative paths; "" is the package itself and what lies below it
}

var layers = []layer{
	{"schemas", nil},
	{"intake/pdf", []string{"schemas"}},
	{"intake/signature", []string{"schemas", "intake/signature", "intake/pdf"}},
	{"intake/reading", []string{"schemas", "intake/reading", "intake/pdf"}},
	{"intake/triage", []string{"schemas", "intake/triage"}},
	{"intake/agencies", []string{"schemas", "intake/agencies", "intake/signature"}},
	{"intake/receipts", []string{"schemas", "intake/receipts"}},
	{"intake/assessment", []string{"schemas", "intake/assessment", "intake/pdf", "intake/signature", "intake/reading", "intake/triage"}},
	{"intake/web", []string{"schemas", "intake"}},
	{"storage/ledger", []string{"schemas", "storage/ledger"}},
	{"storage/originals", []string{"schemas", "storage/originals"}},
	{"integrations/municipal", []string{"schemas", "integrations/municipal"}},
	{"integrations/sandbox", []string{"schemas", "integrations/sandbox"}},
	{"integrations/notify", []string{"schemas", "integrations/notify"}},
	{"integrations/ocr", []string{"schemas", "integrations/ocr"}},
	{"workers", []string{"schemas", "workers", "intake/"}},
	{"cmd", []string{"schemas", "intake", "workers", "storage", "integrations", "cmd"}},
}

// only names libraries that have one place in the house (issue: asynq is the
// only queue, minio-go the only S3 client, resty the only outbound client).
var only = map[string][]string{
	"github.com/hibiken/asynq":        {"workers", "cmd"},
	"github.com/minio/minio-go/v7":    {"storage/originals"},
	"github.com/pdfcpu/pdfcpu":        {"intake/pdf", "intake/signature"},
	"github.com/go-resty/resty/v2":    {"integrations", "cmd"},
	"modernc.org/sqlite":              {"storage/ledger"},
	"github.com/jackc/pgx/v5":         {"storage/ledger"},
	"github.com/klippa-app/go-pdfium": {"intake/pdf"},
}

func TestImportsPointOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		// Tests may wire rooms together; what ships may not.
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		return checkImports(t, file, filepath.ToSlash(rel))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, file, pkg string) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	rule := layerOf(pkg)
	if rule == nil {
		t.Errorf("%s: package %s has no place in the house", file, pkg)
		return nil
	}
	for _, spec := range f.Imports {
		imp := strings.Trim(spec.Path.Value, `"`)
		inner, own := strings.CutPrefix(imp, "jianding/")
		switch {
		case own && !within(inner, rule.may):
			t.Errorf("%s: %s may not import %s", file, pkg, inner)
		case own && inner == "intake/web" && rule.path == "workers":
			t.Errorf("%s: workers may not import the HTTP door", file)
		case !own && rule.path == "schemas" && strings.Contains(strings.SplitN(imp, "/", 2)[0], "."):
			t.Errorf("%s: schemas may only use the standard library, not %s", file, imp)
		}
		if own && (inner == "cmd" || strings.HasPrefix(inner, "cmd/")) && rule.path != "cmd" {
			t.Errorf("%s: nothing imports cmd", file)
		}
		for lib, places := range only {
			if (imp == lib || strings.HasPrefix(imp, lib+"/")) && !within(pkg, places) {
				t.Errorf("%s: %s belongs to %v alone", file, lib, places)
			}
		}
	}
	return nil
}

func layerOf(pkg string) *layer {
	var best *layer
	for i := range layers {
		if l := &layers[i]; within(pkg, []string{l.path}) && (best == nil || len(l.path) > len(best.path)) {
			best = l
		}
	}
	return best
}

func within(pkg string, prefixes []string) bool {
	for _, p := range prefixes {
		if pkg == p || strings.HasPrefix(pkg, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}

// The top level is fixed by those who asked for the project.
func TestTopLevelHoldsWhatWasAskedFor(t *testing.T) {
	want := map[string]bool{"cmd": true, "intake": true, "workers": true, "integrations": true, "storage": true,
		"schemas": true, "go.mod": true, "go.sum": true, "README.md": true}
	entries, err := os.ReadDir(path.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && !want[name] && name != "jianding" {
			t.Errorf("unexpected at the top level: %s", name)
		}
		delete(want, e.Name())
	}
	for name := range want {
		t.Errorf("missing at the top level: %s", name)
	}
}
