package pdf

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"jianding/schemas"
)

// Document is an opened PDF; it implements Source. It is for one goroutine at
// a time. A page that makes PDFium trap fails alone: the document is opened
// again in a new instance for the others.
type Document struct {
	engine *Engine
	ctx    context.Context
	limits Limits
	data   []byte
	pages  int

	// rewordings are what PDFium misreads of the document, in other words.
	rewordings []rewording

	g      *guest
	handle uint64
	// reworded is a copy of the document with them, 0 where there is none: pages
	// are taken from it that look the same.
	reworded uint64
	same     map[int]bool // pages, as far as they were asked for
	open     []*page      // parsed pages, most recently used last
	failed   map[int]error
	traps    int
	canvas   canvas

	// Repaired is set when PDFium had to rebuild the cross-reference table.
	Repaired bool
	// Signatures is the number of signature fields that PDFium sees.
	Signatures int
}

var _ Source = (*Document)(nil)

// maxTraps is how many pages may trap before the rest is given up.
const maxTraps = 3

// FPDF_GetLastError (fpdfview.h).
const (
	errFile     = 2
	errFormat   = 3
	errPassword = 4
	errSecurity = 5
)

// Open opens a document, with the empty user password where it is encrypted.
// ctx is checked between pages; document must not change until Close. An error
// is a *Refusal, unless the engine itself failed or ctx ended.
func Open(ctx context.Context, engine *Engine, document []byte, limits Limits) (*Document, error) {
	if int64(len(document)) > limits.Bytes {
		return nil, &Refusal{Code: schemas.DocumentTooLarge,
			Detail: fmt.Sprintf("%d 字节，上限 %d 字节", len(document), limits.Bytes)}
	}
	if r := CheckKind(document); r != nil && r.Code != schemas.DocumentHeader {
		return nil, &Refusal{Code: r.Code}
	}
	d := &Document{engine: engine, ctx: ctx, limits: limits, data: document, failed: make(map[int]error)}
	d.rewordings = rewordings(document)
	if err := d.load(); err != nil {
		d.Close()
		return nil, err
	}
	switch {
	case d.pages <= 0:
		d.Close()
		return nil, &Refusal{Code: schemas.DocumentNoPages}
	case d.pages > limits.Pages:
		n := d.pages
		d.Close()
		return nil, &Refusal{Code: schemas.DocumentTooManyPages, Detail: fmt.Sprintf("%d 页，上限 %d 页", n, limits.Pages)}
	}
	return d, nil
}

func (d *Document) load() error {
	g, err := d.engine.acquire(d.ctx)
	if err != nil {
		return err
	}
	d.g = g
	if err := d.loadInto(g); err != nil {
		var r *Refusal
		if errors.As(err, &r) {
			return err
		}
		code := schemas.DocumentCrashed
		if errors.Is(err, errOutOfMemory) {
			code = schemas.DocumentMemory
		}
		return &Refusal{Code: code, Err: err}
	}
	if g.broken { // by the copy in other words, which is not tried again
		d.engine.release(g)
		d.g, d.handle = nil, 0
		return d.load()
	}
	return nil
}

func (d *Document) loadInto(g *guest) error {
	var as loaded
	h, err := as.load(g, d.data, nil)
	if err != nil {
		return err
	}
	if h == 0 {
		return d.refused(g)
	}
	d.handle, d.pages, d.Repaired, d.Signatures = h, as.pages, as.repaired, as.signatures
	d.loadReworded(g, as)
	return nil
}

// loadReworded loads the copy in other words beside the document. What is not the
// same document then is not used, nor where the document had to be repaired: how,
// may depend on any of its bytes.
func (d *Document) loadReworded(g *guest, as loaded) {
	d.reworded = 0
	if len(d.rewordings) == 0 || as.repaired {
		return
	}
	var other loaded
	h, err := other.load(g, d.data, d.rewordings)
	if err == nil && other == as {
		d.reworded = h
		return
	}
	d.rewordings = nil
}

// loaded is what PDFium says of a document.
type loaded struct {
	pages, signatures int
	repaired          bool
}

// load loads a document into PDFium's memory, where it stays. The handle is 0
// where PDFium refuses it.
func (l *loaded) load(g *guest, data []byte, instead []rewording) (uint64, error) {
	buf, err := g.malloc(len(data))
	if err != nil {
		return 0, err
	}
	view, err := g.bytes(buf, len(data))
	if err != nil {
		return 0, err
	}
	copy(view, data)
	for _, r := range instead {
		copy(view[r.at:], r.data)
	}
	h, err := g.do("FPDF_LoadMemDocument", buf, uint64(len(data)), 0)
	if err != nil || h == 0 {
		return 0, err
	}
	n, err := g.do("FPDF_GetPageCount", h)
	if err != nil {
		return 0, err
	}
	ok, err := g.do("FPDF_DocumentHasValidCrossReferenceTable", h)
	if err != nil {
		return 0, err
	}
	s, err := g.do("FPDF_GetSignatureCount", h)
	if err != nil {
		return 0, err
	}
	l.pages, l.repaired, l.signatures = int(int32(n)), ok == 0, max(0, int(int32(s)))
	return h, nil
}

func (d *Document) refused(g *guest) error {
	code, err := g.do("FPDF_GetLastError")
	if err != nil {
		return err
	}
	switch code {
	case errPassword:
		return &Refusal{Code: schemas.DocumentPassword}
	case errSecurity:
		return &Refusal{Code: schemas.DocumentPassword, Detail: "采用了不支持的加密方式"}
	}
	return &Refusal{Code: schemas.DocumentUnreadable, Err: fmt.Errorf("pdf: PDFium error %d", code)}
}

// Close gives the instance back. It may be called more than once.
func (d *Document) Close() error {
	if d.g != nil {
		d.engine.release(d.g)
	}
	d.g, d.open, d.handle, d.reworded = nil, nil, 0, 0
	d.failed, d.traps = nil, maxTraps // no page opens any more
	return nil
}

// NumPages is the number of pages; they count from 1.
func (d *Document) NumPages() int { return d.pages }

// Failed lists the pages that could not be read so far, in order.
func (d *Document) Failed() []int {
	var pages []int
	for n := range d.failed {
		pages = append(pages, n)
	}
	slices.Sort(pages)
	return pages
}

// with runs f on a parsed page and turns a trap into the failure of that page.
func (d *Document) with(n int, f func(*guest, *page) error) error {
	if n < 1 || n > d.pages {
		return fmt.Errorf("pdf: page %d of %d", n, d.pages)
	}
	if err := d.failed[n]; err != nil {
		return err
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	if d.g == nil {
		if d.traps >= maxTraps {
			return &Refusal{Code: schemas.DocumentPageUnreadable, Page: n, Err: errors.New("pdf: given up or closed")}
		}
		if err := d.load(); err != nil {
			d.drop()
			return err
		}
	}
	p, err := d.page(n)
	if err == nil {
		err = f(d.g, p)
	}
	if err == nil {
		return nil
	}
	if d.g.broken {
		d.drop()
	}
	err = &Refusal{Code: schemas.DocumentPageUnreadable, Page: n, Err: err}
	d.failed[n] = err
	return err
}

// drop throws the instance away after a trap.
func (d *Document) drop() {
	d.traps++
	if d.g != nil {
		d.g.broken = true
		d.engine.release(d.g)
	}
	d.g, d.open, d.handle, d.reworded = nil, nil, 0, 0
}

// Page returns the geometry of a page.
func (d *Document) Page(n int) (info PageInfo, err error) {
	err = d.with(n, func(_ *guest, p *page) error {
		info = p.info
		return nil
	})
	return info, err
}

// Text returns the characters of a page in PDFium's order.
func (d *Document) Text(n int) (text string, err error) {
	err = d.with(n, func(g *guest, p *page) error {
		units, err := d.units(g, p)
		if err != nil {
			return err
		}
		text = string(fold(units, nil))
		return nil
	})
	return text, err
}

// Chars returns the characters of a page with their places.
func (d *Document) Chars(n int) (chars []Char, err error) {
	err = d.with(n, func(g *guest, p *page) error {
		if p.chars == nil {
			if p.chars, err = d.chars(g, p); err != nil {
				return err
			}
		}
		chars = slices.Clone(p.chars)
		return nil
	})
	return chars, err
}

// ImageShare returns the share of a page that images cover, 0 to 1.
func (d *Document) ImageShare(n int) (share float64, err error) {
	err = d.with(n, func(g *guest, p *page) error {
		l, err := d.layers(g, p)
		if err != nil {
			return err
		}
		share = l.imageShare(p)
		return nil
	})
	return share, err
}
