package pdf

import (
	"errors"
	"fmt"
	"image"
	"math"
)

// Render draws a page at dpi dots per inch, fewer where the page is so large
// that it would exceed Limits.Pixels. The pixel at x, y of the image shows the
// point x·72/dpi, Height − y·72/dpi of the page as displayed; the true dpi is
// the image's width × 72 / PageInfo.Width.
func (d *Document) Render(n int, dpi float64) (img *image.RGBA, err error) {
	if !(dpi > 0) || math.IsInf(dpi, 0) {
		return nil, fmt.Errorf("pdf: render at %v dpi", dpi)
	}
	err = d.with(n, func(g *guest, p *page) error {
		img, err = d.render(g, p, dpi)
		return err
	})
	return img, err
}

const (
	bitmapBGRx     = 3    // fpdfview.h
	renderAnnots   = 0x01 // stamps and seals are part of what a reader sees
	bytesPerPixel  = 4
	opaqueWhite    = 0xFFFFFFFF
	pointsPerInch  = 72
	smallestRaster = 1
)

func (d *Document) render(g *guest, p *page, dpi float64) (*image.RGBA, error) {
	scale := dpi / pointsPerInch
	if px := p.info.Width * p.info.Height * scale * scale; px > float64(d.limits.Pixels) {
		scale *= math.Sqrt(float64(d.limits.Pixels) / px)
	}
	w, h := max(smallestRaster, int(p.info.Width*scale+0.5)), max(smallestRaster, int(p.info.Height*scale+0.5))
	if w*h > 2*d.limits.Pixels+2 || w > math.MaxInt16 || h > math.MaxInt16 {
		return nil, errPageBox // a page a mile long and a hair wide
	}
	bm, err := g.do("FPDFBitmap_CreateEx", uint64(w), uint64(h), bitmapBGRx, 0, 0)
	if err != nil {
		return nil, err
	}
	if bm == 0 {
		return nil, errOutOfMemory
	}
	if _, err := g.do("FPDFBitmap_FillRect", bm, 0, 0, uint64(w), uint64(h), opaqueWhite); err != nil {
		return nil, err
	}
	if _, err := g.do("FPDF_RenderPageBitmap", bm, p.handle, 0, 0, uint64(w), uint64(h), 0, renderAnnots); err != nil {
		return nil, err
	}
	stride, err := g.do("FPDFBitmap_GetStride", bm)
	if err != nil {
		return nil, err
	}
	buf, err := g.do("FPDFBitmap_GetBuffer", bm)
	if err != nil {
		return nil, err
	}
	if int(stride) < w*bytesPerPixel || buf == 0 {
		return nil, errors.New("pdf: PDFium's bitmap has another shape than asked for")
	}
	src, err := g.bytes(buf, int(stride)*h)
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		row, out := src[y*int(stride):], img.Pix[y*img.Stride:]
		for x := 0; x < w*bytesPerPixel; x += bytesPerPixel {
			out[x], out[x+1], out[x+2], out[x+3] = row[x+2], row[x+1], row[x], 0xFF
		}
	}
	_, err = g.do("FPDFBitmap_Destroy", bm)
	return img, err
}
