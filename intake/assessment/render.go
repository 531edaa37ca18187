package assessment

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"

	"jianding/intake/pdf"
	"jianding/schemas"
)

// EvidencePages lists the pages that hold evidence, ascending, each with its
// evidence: of the hazard, the findings, the recommendations and the reasons.
func EvidencePages(a schemas.Assessment) (pages []int, evidence map[int][]schemas.Evidence) {
	evidence = make(map[int][]schemas.Evidence)
	add := func(e *schemas.Evidence) {
		if e == nil || e.Page <= 0 || len(e.Boxes) == 0 {
			return
		}
		if !slices.Contains(pages, e.Page) {
			pages = append(pages, e.Page)
		}
		evidence[e.Page] = append(evidence[e.Page], *e)
	}
	add(a.Hazard.Evidence)
	for i := range a.Findings {
		add(&a.Findings[i].Evidence)
	}
	for i := range a.Recommendations {
		add(a.Recommendations[i].Evidence)
	}
	for _, r := range a.Reasons {
		for i := range r.Evidence {
			add(&r.Evidence[i])
		}
	}
	slices.Sort(pages)
	return pages, evidence
}

// renderPNG draws a page with boxes (points, origin at the lower left of the
// page as displayed) marked, as a PNG.
func renderPNG(ctx context.Context, e *pdf.Engine, limits pdf.Limits, document []byte, page int, dpi float64, boxes [][4]float64) ([]byte, error) {
	d, err := pdf.Open(ctx, e, document, limits)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	info, err := d.Page(page)
	if err != nil {
		return nil, err
	}
	img, err := d.Render(page, dpi)
	if err != nil {
		return nil, err
	}
	for _, b := range boxes {
		mark(img, info, b)
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img)
	return out.Bytes(), err
}

// mark draws one box: a pale filling that leaves the text readable, a solid
// frame, and some air around it.
func mark(img *image.RGBA, info pdf.PageInfo, b [4]float64) {
	const air = 1.5 // points
	scale := float64(img.Rect.Dx()) / info.Width
	at := func(v float64) int { return int(math.Round(max(-1e6, min(1e6, v*scale)))) }
	r := image.Rect(at(b[0]-air), at(info.Height-b[3]-air), at(b[2]+air), at(info.Height-b[1]+air))
	fill := image.NewUniform(color.NRGBA{0xFF, 0xD4, 0x00, 0x50})
	draw.Draw(img, r.Intersect(img.Rect), fill, image.Point{}, draw.Over)
	frame := image.NewUniform(color.NRGBA{0xC8, 0x10, 0x2E, 0xFF})
	w := max(1, int(scale))
	for _, side := range []image.Rectangle{
		image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+w), image.Rect(r.Min.X, r.Max.Y-w, r.Max.X, r.Max.Y),
		image.Rect(r.Min.X, r.Min.Y, r.Min.X+w, r.Max.Y), image.Rect(r.Max.X-w, r.Min.Y, r.Max.X, r.Max.Y),
	} {
		draw.Draw(img, side.Intersect(img.Rect), frame, image.Point{}, draw.Src)
	}
}
