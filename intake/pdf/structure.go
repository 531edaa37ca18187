package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"jianding/schemas"
)

// Structure is what the structural gate (pdfcpu) says about a document. The
// gate never rejects by itself: what it refuses and PDFium reads is for a
// human, and what neither reads is rejected by Open.
type Structure struct {
	// Pages counts the leaves of the page tree, 0 when it could not be walked.
	Pages     int
	Encrypted bool
	Reasons   []schemas.Reason
}

// disableConfigDir keeps pdfcpu from writing its configuration into the home
// directory of whoever runs the service. It is a switch of the whole process.
var disableConfigDir = sync.OnceFunc(api.DisableConfigDir)

// Examine runs the structural gate. Errors and panics of pdfcpu become a
// review reason; only the end of ctx is an error.
func Examine(ctx context.Context, document []byte, limits Limits) (s Structure, err error) {
	disableConfigDir()
	defer func() {
		if r := recover(); r != nil {
			s.add(schemas.DocumentStructure, 0, "")
			err = nil
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
	}()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits.MaxStreamBytes = limits.Bytes
	conf.Limits.MaxDecodeBytes = limits.DecodeBytes
	conf.Limits.MaxObjectCount = 1_000_000
	conf.Limits.MaxXRefEntries = 1_000_000
	conf.Limits.MaxObjectStreamCount = 100_000
	pc, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(document), conf)
	if err != nil {
		if errors.Is(err, pdfcpu.ErrWrongPassword) {
			s.Encrypted = true
			s.add(schemas.DocumentPassword, 0, "")
		} else {
			s.add(schemas.DocumentStructure, 0, "")
		}
		return s, nil
	}
	s.Encrypted = pc.Encrypt != nil || pc.E != nil
	// Before validation, which rewrites what it repairs.
	active{&s, pc, new(glyphReader)}.content()
	s.hiddenLayers(pc)
	s.Pages = countPages(pc, limits.Pages)
	if err := api.ValidateContext(pc); err != nil {
		s.add(schemas.DocumentStructure, 0, "")
	}
	return s, nil
}

// add notes a reason once.
func (s *Structure) add(code schemas.ReasonCode, page int, detail string) {
	for _, r := range s.Reasons {
		if r.Code == code && r.Page == page {
			return
		}
	}
	s.Reasons = append(s.Reasons, schemas.NewReason(code, page, detail))
}

// actionCodes maps the /S of an action to the reason it gives (ISO 32000-2
// table 201). GoTo, Named, URI, Hide, Thread and the like only move a reader.
var actionCodes = map[string]schemas.ReasonCode{
	"JavaScript":    schemas.DocumentJavaScript,
	"Launch":        schemas.DocumentLaunch,
	"SubmitForm":    schemas.DocumentExternalAction,
	"ImportData":    schemas.DocumentExternalAction,
	"GoToR":         schemas.DocumentExternalAction,
	"GoToE":         schemas.DocumentExternalAction,
	"RichMedia":     schemas.DocumentMultimedia,
	"Rendition":     schemas.DocumentMultimedia,
	"Movie":         schemas.DocumentMultimedia,
	"Sound":         schemas.DocumentMultimedia,
	"GoTo3DView":    schemas.DocumentMultimedia,
	"SetOCGState":   schemas.DocumentHiddenLayers,
	"RichMediaExec": schemas.DocumentMultimedia,
}

// mediaSubtypes are annotations that bring content no reader here can see.
var mediaSubtypes = map[string]bool{"RichMedia": true, "Movie": true, "Sound": true, "Screen": true, "3D": true}

// maxWalkDepth bounds nesting inside one object; pdfcpu's own parser stops at
// its recursion limit before.
const maxWalkDepth = 128

// active looks for what acts, brings more than pages, or fetches it.
type active struct {
	s      *Structure
	pc     *model.Context
	glyphs *glyphReader
}

// content looks at every object of the file, referenced or not: an action that
// some reader finds is one that a human must know of.
func (a active) content() {
	for _, entry := range a.pc.Table {
		if entry != nil && !entry.Free && entry.Object != nil {
			a.walk(entry.Object, 0)
		}
	}
}

// name reads a name, which may be an object of its own.
func (a active) name(o types.Object) string {
	if r, ok := o.(types.IndirectRef); ok {
		entry, found := a.pc.FindTableEntryForIndRef(&r)
		if !found || entry == nil {
			return ""
		}
		o = entry.Object
		if lazy, ok := o.(types.LazyObjectStreamObject); ok {
			o, _ = lazy.DecodedObject(context.Background())
		}
	}
	n, _ := o.(types.Name)
	return n.Value()
}

func (a active) walk(o types.Object, depth int) {
	if depth > maxWalkDepth {
		a.s.add(schemas.DocumentStructure, 0, "")
		return
	}
	if a.lettersElsewhere(o) {
		a.s.add(schemas.DocumentDrawnText, 0, "")
	}
	switch o := o.(type) {
	case types.Dict:
		a.dict(o, depth)
	case *types.Dict:
		a.dict(*o, depth)
	case types.StreamDict:
		a.stream(o.Dict, depth)
	case *types.StreamDict:
		a.stream(o.Dict, depth)
	case types.LazyObjectStreamObject:
		// Objects of object streams are decoded when they are first asked for.
		if x, err := o.DecodedObject(context.Background()); err == nil {
			a.walk(x, depth+1)
		} else {
			a.s.add(schemas.DocumentStructure, 0, "")
		}
	case types.Array:
		for _, x := range o {
			a.walk(x, depth+1)
		}
	}
}

// stream looks at a stream as well, whose data may be in another file
// (ISO 32000-2, table 5): what is shown of it nobody signed.
func (a active) stream(d types.Dict, depth int) {
	if _, elsewhere := d["F"]; elsewhere {
		a.s.add(schemas.DocumentExternalAction, 0, "")
	}
	a.dict(d, depth)
}

func (a active) dict(d types.Dict, depth int) {
	if code, ok := actionCodes[a.name(d["S"])]; ok {
		a.s.add(code, 0, "")
	}
	switch subtype := a.name(d["Subtype"]); {
	case mediaSubtypes[subtype]:
		a.s.add(schemas.DocumentMultimedia, 0, "")
	case subtype == "FileAttachment":
		a.s.add(schemas.DocumentEmbeddedFile, 0, "")
	}
	if a.shownWithout(d) {
		a.s.add(schemas.DocumentHiddenLayers, 0, "")
	}
	if a.ownPaint(d) {
		a.s.add(schemas.DocumentOwnPaint, 0, "")
	}
	if a.missingFont(d) {
		a.s.add(schemas.DocumentFontMissing, 0, "")
	}
	if a.name(d["Type"]) == "EmbeddedFile" {
		a.s.add(schemas.DocumentEmbeddedFile, 0, "")
	}
	for key, v := range d {
		switch key {
		case "JS", "JavaScript":
			a.s.add(schemas.DocumentJavaScript, 0, "")
		case "EF", "EmbeddedFiles", "Collection": // a collection shows its files instead of the pages
			a.s.add(schemas.DocumentEmbeddedFile, 0, "")
		case "XFA":
			a.s.add(schemas.DocumentXFA, 0, "")
		case "ViewState", "PrintState":
			// A layer that is seen on the screen alone, or on paper alone.
			if a.name(v) == "OFF" {
				a.s.add(schemas.DocumentHiddenLayers, 0, "")
			}
		case "Zoom":
			// A layer that is seen from some size on.
			if usage, err := a.pc.DereferenceDict(v); err == nil && (usage["min"] != nil || usage["max"] != nil) {
				a.s.add(schemas.DocumentHiddenLayers, 0, "")
			}
		}
		a.walk(v, depth+1)
	}
}

// knownCharacters are the collections whose characters readers know without
// the font (ISO 32000-2 §9.7.5.2).
var knownCharacters = map[string]bool{"GB1": true, "CNS1": true, "Japan1": true, "Korea1": true, "KR": true}

// missingFont tells whether d is a font whose characters are numbers of glyphs
// of a font that is not in the file: each reader shows something else for
// them, and PDFium's text may lack them.
func (a active) missingFont(d types.Dict) bool {
	if s := a.name(d["Subtype"]); s != "CIDFontType0" && s != "CIDFontType2" {
		return false
	}
	descriptor, err := a.pc.DereferenceDict(d["FontDescriptor"])
	if err != nil {
		return true
	}
	for _, file := range []string{"FontFile", "FontFile2", "FontFile3"} {
		if _, embedded := descriptor[file]; embedded {
			return false
		}
	}
	info, err := a.pc.DereferenceDict(d["CIDSystemInfo"])
	if err != nil {
		return true
	}
	ordering, err := a.pc.DereferenceText(info["Ordering"])
	return err != nil || !knownCharacters[ordering]
}

// hiddenLayers looks for optional content that is off by default (ISO 32000-2
// §8.11.4.3): its text is extracted, but not displayed.
func (s *Structure) hiddenLayers(pc *model.Context) {
	root, err := pc.Catalog()
	if err != nil || root == nil {
		return
	}
	oc, err := pc.DereferenceDict(root["OCProperties"])
	if err != nil || oc == nil {
		return
	}
	d, err := pc.DereferenceDict(oc["D"])
	if err != nil || d == nil {
		return
	}
	off, err := pc.DereferenceArray(d["OFF"])
	base := active{s: s, pc: pc}.name(d["BaseState"])
	if err != nil || len(off) > 0 || base != "" && base != "ON" {
		s.add(schemas.DocumentHiddenLayers, 0, "")
	}
}

// shownWithout reports whether a membership dictionary (ISO 32000-2, 8.11.2.2)
// shows content where a layer is off: all layers may be on, and that content is
// not displayed.
func (a active) shownWithout(d types.Dict) bool {
	if a.name(d["Type"]) != "OCMD" {
		return false
	}
	switch a.name(d["P"]) {
	case "AllOff", "AnyOff":
		return true
	}
	return a.negates(d["VE"], 0)
}

// negates reports whether a visibility expression has a Not in it.
func (a active) negates(o types.Object, depth int) bool {
	list, err := a.pc.DereferenceArray(o)
	if err != nil || depth > maxWalkDepth {
		return true
	}
	for i, x := range list {
		if i == 0 {
			if a.name(x) == "Not" {
				return true
			}
			continue
		}
		if inner, err := a.pc.Dereference(x); err != nil {
			return true
		} else if _, isList := inner.(types.Array); isList && a.negates(inner, depth+1) {
			return true
		}
	}
	return false
}

// countPages walks the page tree by its Kids and counts its leaves, whatever
// /Count says. It stops above limit; 0 means that the tree could not be walked.
func countPages(pc *model.Context, limit int) int {
	root, err := pc.Catalog()
	if err != nil || root == nil {
		return 0
	}
	seen := make(map[string]bool)
	pages := 0
	type node struct {
		o     types.Object
		depth int
	}
	stack := []node{{root["Pages"], 0}}
	for len(stack) > 0 && pages <= limit {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if ref, ok := n.o.(types.IndirectRef); ok {
			key := ref.String()
			if seen[key] {
				continue // a node twice, or a loop: counted once
			}
			seen[key] = true
		}
		d, err := pc.DereferenceDict(n.o)
		if err != nil || d == nil || n.depth > maxWalkDepth {
			return 0
		}
		kids, isNode := d["Kids"]
		if !isNode {
			pages++
			continue
		}
		list, err := pc.DereferenceArray(kids)
		if err != nil {
			return 0
		}
		for _, k := range list {
			stack = append(stack, node{k, n.depth + 1})
		}
	}
	return pages
}

// Compare adds what the two readers of the structure, the gate and PDFium,
// make of the document differently.
func (s *Structure) Compare(d *Document) {
	if s.Pages != d.NumPages() {
		detail := fmt.Sprintf("可显示 %d 页", d.NumPages())
		if s.Pages > 0 {
			detail += fmt.Sprintf("，目录中有 %d 页", s.Pages)
		}
		s.add(schemas.DocumentPageTree, 0, detail)
	}
	if d.Repaired {
		s.add(schemas.DocumentRepaired, 0, "")
	}
}
