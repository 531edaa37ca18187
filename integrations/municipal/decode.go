package municipal

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"jianding/schemas"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decoder fills a struct from YAML and collects every problem: the library's
// own strict mode stops at the first one, and whoever writes a profile wants
// all of them at once.
type decoder struct{ problems []schemas.Problem }

func decodeStrict(data []byte, into any) []schemas.Problem {
	d := &decoder{}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return []schemas.Problem{{Code: "yaml_syntax", Message: "不是有效的 YAML：" + firstLine(err)}}
	}
	var docs []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			docs = append(docs, doc.Body)
		}
	}
	if len(docs) != 1 {
		return []schemas.Problem{{Code: "yaml_syntax", Message: fmt.Sprintf("应恰有一个 YAML 文档，实际 %d 个", len(docs))}}
	}
	d.value(docs[0], reflect.ValueOf(into).Elem(), "")
	return d.problems
}

func (d *decoder) add(node ast.Node, path, code, format string, args ...any) {
	line := 0
	if t := node.GetToken(); t != nil && t.Position != nil {
		line = t.Position.Line
	}
	d.problems = append(d.problems, schemas.Problem{
		Field: path, Code: code, Message: fmt.Sprintf("第 %d 行：", line) + fmt.Sprintf(format, args...),
	})
}

func (d *decoder) value(node ast.Node, v reflect.Value, path string) {
	switch n := node.(type) {
	case *ast.NullNode:
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.add(node, path, "yaml_feature", "不支持锚点、引用和标签")
		return
	case *ast.MappingValueNode: // some positions hold a single pair bare
		d.value(ast.Mapping(n.GetToken(), false, n), v, path)
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		d.value(node, v.Elem(), path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(node, v, path)
	case reflect.Map:
		d.mapping(node, v, path)
	case reflect.Slice:
		seq, ok := node.(*ast.SequenceNode)
		if !ok {
			d.add(node, path, "wrong_type", "应为列表")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
		for i, item := range seq.Values {
			d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	default:
		d.scalar(node, v, path)
	}
}

func (d *decoder) structure(node ast.Node, v reflect.Value, path string) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		d.add(node, path, "wrong_type", "应为键值对")
		return
	}
	fields := map[string]int{}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() {
			fields[f.Tag.Get("yaml")] = i
		}
	}
	seen := map[string]bool{}
	for _, pair := range m.Values {
		key := keyText(pair.Key)
		at := joinPath(path, key)
		i, known := fields[key]
		switch {
		case !known:
			d.add(pair.Key, at, "unknown_key", "未知的键 %q", key)
		case seen[key]:
			d.add(pair.Key, at, "duplicate_key", "重复的键 %q", key)
		default:
			seen[key] = true
			v.Field(i).SetZero() // a section replaces what was extended
			d.value(pair.Value, v.Field(i), at)
		}
	}
}

func (d *decoder) mapping(node ast.Node, v reflect.Value, path string) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		d.add(node, path, "wrong_type", "应为键值对")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, pair := range m.Values {
		key := keyText(pair.Key)
		at := joinPath(path, key)
		if v.MapIndex(reflect.ValueOf(key)).IsValid() {
			d.add(pair.Key, at, "duplicate_key", "重复的键 %q", key)
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(pair.Value, item, at)
		v.SetMapIndex(reflect.ValueOf(key), item)
	}
}

func (d *decoder) scalar(node ast.Node, v reflect.Value, path string) {
	switch node.(type) {
	case *ast.MappingNode, *ast.SequenceNode:
		d.add(node, path, "wrong_type", "应为单个值")
		return
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		text := strings.TrimSpace(node.String())
		dur, err := time.ParseDuration(strings.Trim(text, `"'`))
		if err != nil || dur < 0 {
			d.add(node, path, "wrong_type", "应为时长，例如 30s、5m：%s", text)
			return
		}
		v.SetInt(int64(dur))
		return
	}
	if v.Kind() == reflect.String {
		// 500116 and 1.2 are meant as text where text is expected.
		switch n := node.(type) {
		case *ast.StringNode:
			v.SetString(n.Value)
		case *ast.LiteralNode:
			v.SetString(n.Value.Value)
		case *ast.IntegerNode, *ast.FloatNode:
			v.SetString(node.GetToken().Value)
		default:
			d.add(node, path, "wrong_type", "应为文本")
		}
		return
	}
	if err := yaml.NodeToValue(node, v.Addr().Interface()); err != nil {
		d.add(node, path, "wrong_type", "值的类型不对：%s", strings.TrimSpace(node.String()))
	}
}

func keyText(k ast.MapKeyNode) string {
	if s, ok := k.(*ast.StringNode); ok {
		return s.Value
	}
	if t := k.GetToken(); t != nil {
		return t.Value
	}
	return k.String()
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
