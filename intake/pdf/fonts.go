package pdf

import (
	"embed"
	"io/fs"
	"os"
	"strings"
)

// systemFonts is where PDFium looks for fonts that a document does not embed,
// as a path below the root.
const systemFonts = "usr/share/fonts"

// standIn is a font of plain rectangles. PDFium leaves out of a page's text
// every text object without extent, and an ideograph of a font that is neither
// embedded nor installed has none: where a producer draws each character as an
// object of its own, or turns the page, only Latin letters and digits were
// left of it.
//
//go:embed standin/standin.ttf
var standIn embed.FS

// fontTree is the file system that PDFium sees: its directory of fonts, and
// directories above it. They must be there: PDFium asks after "..", the second
// entry of every directory, and reads no further when it gets no answer.
type fontTree struct{ fonts fs.FS }

func fontsFor(dir string) (fs.FS, error) {
	if dir != "" {
		return fontTree{os.DirFS(dir)}, nil
	}
	f, err := fs.Sub(standIn, "standin")
	return fontTree{f}, err
}

func (t fontTree) Open(name string) (fs.File, error) {
	if rest, ok := strings.CutPrefix(name+"/", systemFonts+"/"); ok {
		if rest == "" {
			return t.fonts.Open(".")
		}
		return t.fonts.Open(strings.TrimSuffix(rest, "/"))
	}
	if name == "." || strings.HasPrefix(systemFonts, name+"/") {
		return t.fonts.Open(".") // a directory, of which nothing but that is asked
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
