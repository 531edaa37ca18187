package sandbox

import (
	"bytes"
	"io/fs"
	"net/http/httptest"
	"strings"
	"testing"

	"jianding/schemas"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contractSchema compiles one of the published JSON Schemas.
func contractSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	files, err := fs.Glob(schemas.PlatformFiles, "platform/*.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, f := range files {
		doc := readJSON(t, f)
		id := doc.(map[string]any)["$id"].(string)
		ids[strings.TrimSuffix(strings.TrimPrefix(f, "platform/"), ".schema.json")] = id
		if err := c.AddResource(id, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(ids[name])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

func readJSON(t *testing.T, file string) any {
	t.Helper()
	data, err := schemas.PlatformFiles.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return doc
}

func TestSamplesFollowTheirSchemas(t *testing.T) {
	files, err := fs.Glob(schemas.PlatformFiles, "platform/samples/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d samples (%v)", len(files), err)
	}
	for _, f := range files {
		kind, _, _ := strings.Cut(strings.TrimSuffix(f[strings.LastIndex(f, "/")+1:], ".json"), "-")
		if err := contractSchema(t, kind).Validate(readJSON(t, f)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	// A schema that lets anything pass would pass the samples as well.
	for _, kind := range []string{"submission", "record", "answer", "callback"} {
		if contractSchema(t, kind).Validate(map[string]any{"surplus": 1}) == nil {
			t.Errorf("%s takes anything", kind)
		}
	}
}

func TestOpenAPIIsSoundAndNamesEveryRoute(t *testing.T) {
	data, err := schemas.PlatformFiles.ReadFile("platform.openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(loader.Context); err != nil {
		t.Fatal(err)
	}
	s := newServer(t, Options{})
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			_, got := s.mux.Handler(httptest.NewRequest(method, Prefix+path, nil))
			if got != method+" "+Prefix+path {
				t.Errorf("%s %s is published, %q would serve it", method, path, got)
			}
		}
	}
	// Properties that openapi repeats must be those of the JSON Schemas.
	for name, kind := range map[string]string{"Submission": "submission", "Record": "record", "Answer": "answer", "Callback": "callback"} {
		full := readJSON(t, "platform/"+kind+".schema.json").(map[string]any)
		props := full["properties"].(map[string]any)
		schema := doc.Components.Schemas[name].Value
		for p := range schema.Properties {
			if _, ok := props[p]; !ok {
				t.Errorf("openapi: %s.%s is not in %s.schema.json", name, p, kind)
			}
		}
		var required []string
		for _, r := range full["required"].([]any) {
			required = append(required, r.(string))
		}
		if strings.Join(required, " ") != strings.Join(schema.Required, " ") {
			t.Errorf("openapi: %s requires %v, the JSON Schema %v", name, schema.Required, required)
		}
	}
}
