// Package pdf opens hostile PDFs safely: limits, structure (pdfcpu), text and
// geometry (PDFium in WebAssembly) and page images. Start reading at Page.
package pdf

// PageInfo is the geometry of one page as displayed (rotation applied), in
// points (1/72 inch).
type PageInfo struct {
	Number        int // from 1
	Width, Height float64
	Rotation      int // degrees clockwise: 0, 90, 180, 270
}

// Char is one character as drawn. Box is [x0, y0, x1, y1] in points with the
// origin at the lower left of the page as displayed.
type Char struct {
	R    rune
	Box  [4]float64
	Size float64 // font size in points
	// Turn is the direction of the character's baseline on the page as
	// displayed: degrees counterclockwise from left to right, 0 to 359.
	Turn int
	// Hidden is set for text that a reader would not see: render mode 3, outside
	// the page or its clip, covered, without any area, or of which no ink is left
	// by its colour, opacity or soft mask.
	Hidden bool
	// Generated is set for spaces and line ends that PDFium inferred.
	Generated bool
}

// Source is what reading takes of an opened document. Pages count from 1.
// Text is PDFium's own order and cheap; Chars costs about 1.6 times as much
// and is asked only for pages that matter. Both return the same characters in
// the same order: Text(n) is the runes of Chars(n).
//
// ImageShare is the share (0 to 1) of the page's area that images cover: a
// page that is all image and no text is a scan.
type Source interface {
	NumPages() int
	Page(n int) (PageInfo, error)
	Text(n int) (string, error)
	Chars(n int) ([]Char, error)
	ImageShare(n int) (float64, error)
}
