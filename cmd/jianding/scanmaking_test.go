package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jianding/intake/assessment"
	"jianding/intake/assessment/corpustest"
	"jianding/intake/reading"
	"jianding/integrations/ocr/page"
	"jianding/schemas"
)

// printAndScan makes a PDF of images of a report's telling pages: the cover
// and those with its conclusions, as they come from a scanner, differently by
// seed.
func printAndScan(t *testing.T, pool *assessment.Pool, document []byte, seed uint64) ([]byte, int) {
	t.Helper()
	a, err := pool.Inspect(t.Context(), assessment.PoolRequest{Document: document, At: corpustest.At(), AllMentions: true})
	if err != nil {
		t.Fatal(err)
	}
	telling := []int{1}
	sealed := 0
	var where [4]float64
	add := func(n int) {
		if n > 0 && !slices.Contains(telling, n) {
			telling = append(telling, n)
		}
	}
	for _, f := range a.Findings {
		if f.Role == schemas.RoleConclusion {
			add(f.Evidence.Page)
			if sealed == 0 && f.Scope.Speaks() && len(f.Evidence.Boxes) > 0 {
				sealed, where = f.Evidence.Page, f.Evidence.Boxes[0]
			}
		}
	}
	if a.Hazard.Evidence != nil {
		add(a.Hazard.Evidence.Page)
	}
	for _, x := range a.Recommendations {
		add(x.Page)
	}
	slices.Sort(telling)
	rnd := rand.New(rand.NewPCG(seed, 26))
	var images [][]byte
	for _, n := range telling {
		drawn, err := pool.Render(t.Context(), document, n, 200, nil)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		r := rasterOf(img)
		if n == sealed && seed%4 != 0 {
			at := 200.0 / 72
			stamp(r, (where[0]+min(where[2], where[0]+220))/2*at, float64(r.H)-(where[1]+where[3])/2*at, 118, seed%3 == 2)
		}
		images = append(images, scanned(t, rnd, r))
	}
	return imagePDF(t, images), len(images)
}

// stamp prints a round seal, red or blue, over what is there: a ring, a star
// and an inner ring, as translucent as ink is.
func stamp(r page.Raster, cx, cy, radius float64, blue bool) {
	ink := [3]float64{214, 32, 44}
	if blue {
		ink = [3]float64{36, 66, 190}
	}
	for y := max(0, int(cy-radius)); y < min(r.H, int(cy+radius)+1); y++ {
		for x := max(0, int(cx-radius)); x < min(r.W, int(cx+radius)+1); x++ {
			dx, dy := float64(x)-cx, float64(y)-cy
			d, a := math.Hypot(dx, dy)/radius, math.Atan2(dy, dx)
			ring := d > 0.93 && d < 1 || d > 0.66 && d < 0.69
			letters := d > 0.74 && d < 0.9 && math.Mod(a+math.Pi, 0.22) < 0.13
			star := d < 0.34*(0.42+0.58*math.Pow(math.Abs(math.Cos(2.5*(a+math.Pi/2))), 3))
			if !ring && !letters && !star {
				continue
			}
			p := r.Pix[3*(y*r.W+x):]
			for c := range 3 {
				p[c] = byte(float64(p[c]) * (0.12 + 0.88*ink[c]/255))
			}
		}
	}
}

// scanned makes of a page what a scanner does: skew, now and then a page the
// wrong way round, paper that is not white, blur, noise, JPEG.
func scanned(t *testing.T, rnd *rand.Rand, r page.Raster) []byte {
	r = r.Rotate((rnd.Float64()*2 - 1) * 2.2 * math.Pi / 180)
	if rnd.IntN(8) == 0 {
		r = r.Turn(1 + rnd.IntN(3))
	}
	if scale := 0.75 + 0.25*rnd.Float64(); scale < 0.98 { // 150 to 200 dpi
		r = r.Resize(int(float64(r.W)*scale), int(float64(r.H)*scale))
	}
	img := image.NewRGBA(image.Rect(0, 0, r.W, r.H))
	paper := [3]float64{232 + 20*rnd.Float64(), 230 + 20*rnd.Float64(), 222 + 22*rnd.Float64()}
	noise, fade := 4+10*rnd.Float64(), 0.75+0.25*rnd.Float64()
	for y := range r.H {
		for x := range r.W {
			p := r.Pix[3*(y*r.W+x):]
			n := (rnd.Float64() + rnd.Float64() + rnd.Float64() - 1.5) * noise * 1.2
			var v [3]uint8
			for c := range 3 {
				f := paper[c]*(1-fade*(1-float64(p[c])/255)) + n
				v[c] = uint8(max(0, min(255, f)))
			}
			img.SetRGBA(x, y, color.RGBA{v[0], v[1], v[2], 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 40 + rnd.IntN(40)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imagePDF writes a PDF whose pages are A4 JPEG images, portrait or landscape.
func imagePDF(t *testing.T, images [][]byte) []byte {
	var b bytes.Buffer
	offsets := []int{0}
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets)-1)
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.7\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	var kids []string
	for i := range images {
		kids = append(kids, fmt.Sprintf("%d 0 R", 3+3*i))
	}
	object("<</Type/Pages/Count %d/Kids[%s]>>", len(images), strings.Join(kids, " "))
	for i, raw := range images {
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		w, h := 595.0, 595*float64(cfg.Height)/float64(cfg.Width)
		if cfg.Width > cfg.Height {
			w, h = 842, 842*float64(cfg.Height)/float64(cfg.Width)
		}
		object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>", w, h, 4+3*i, 5+3*i)
		content := fmt.Sprintf("%.2f 0 0 %.2f 0 0 cm /I Do", w, h)
		object("<</Length %d>>stream\n%s\nendstream", len(content), content)
		object("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream", cfg.Width, cfg.Height, len(raw), raw)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets))
	for _, o := range offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets), at)
	return b.Bytes()
}

// tesseract reads a page with the usual tool, for comparison: lines of words
// with their boxes.
func tesseract(ctx context.Context, img page.Raster, dpi float64) ([]reading.Word, error) {
	var in bytes.Buffer
	fmt.Fprintf(&in, "P6\n%d %d\n255\n", img.W, img.H)
	in.Write(img.Pix)
	cmd := exec.CommandContext(ctx, "tesseract", "stdin", "stdout", "-l", "chi_sim", "--dpi", fmt.Sprint(dpi), "tsv")
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var words []reading.Word
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 12 || f[0] != "5" {
			continue
		}
		var n [4]float64
		for i := range n {
			if n[i], err = strconv.ParseFloat(f[6+i], 64); err != nil {
				return nil, err
			}
		}
		confidence, _ := strconv.ParseFloat(f[10], 64)
		k := 72 / dpi
		words = append(words, reading.Word{Text: f[11], Confidence: confidence / 100,
			Box: [4]float64{n[0] * k, (float64(img.H) - n[1] - n[3]) * k, (n[0] + n[2]) * k, (float64(img.H) - n[1]) * k}})
	}
	return words, nil
}
