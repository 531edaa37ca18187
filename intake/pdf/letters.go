package pdf

import (
	"regexp"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Letters can be seen and be no text of the page: as the tiles of a pattern with
// which something is filled (ISO 32000-2 §8.7.3), or as the holes of a soft mask
// (§11.6.5.2) behind which it is. No program reads them, PDFium neither.

// showsText is an operator by which content shows text, after what it may show.
var showsText = regexp.MustCompile(`[)>\]]\s*(Tj|TJ|'|")`)

// mostForms bounds the forms in one pattern or mask that are looked at.
const mostForms = 64

// lettersElsewhere tells whether d is a pattern or a soft mask that shows text.
func (a active) lettersElsewhere(o types.Object) bool {
	left := mostForms
	switch o := o.(type) {
	case types.StreamDict:
		return o.Dict["PatternType"] != nil && a.letters(o, &left)
	case types.Dict:
		kind := a.name(o["S"])
		return (kind == "Luminosity" || kind == "Alpha") && o["G"] != nil && a.letters(o["G"], &left)
	}
	return false
}

// letters looks into the content of a form, and of those that it may use.
func (a active) letters(o types.Object, left *int) bool {
	*left--
	if *left < 0 {
		return true
	}
	form, _, err := a.pc.DereferenceStreamDict(o)
	if err != nil || form == nil || a.name(form.Dict["Subtype"]) == "Image" {
		return err != nil
	}
	content, ok := plainContent(form, longestTile)
	if !ok || showsText.Match(content) {
		return true
	}
	resources, err := a.pc.DereferenceDict(form.Dict["Resources"])
	if err != nil {
		return true
	}
	inner, err := a.pc.DereferenceDict(resources["XObject"])
	if err != nil {
		return true
	}
	for _, x := range inner {
		if a.letters(x, left) {
			return true
		}
	}
	return false
}

// longestTile is what the content of such a form may unfold to.
const longestTile = 1 << 20
