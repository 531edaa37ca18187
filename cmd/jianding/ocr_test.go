package main

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"jianding/integrations/ocr"
	"jianding/schemas"
)

func TestPagesWithTheConclusionAreReadFirst(t *testing.T) {
	for _, c := range []struct{ in, want []int }{
		{nil, nil},
		{[]int{3, 1, 2}, []int{3, 2, 1}},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, []int{14, 13, 12, 11, 10, 9, 8, 7, 1, 2, 3, 4, 5, 6}},
	} {
		if got := byWeight(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.in, got, c.want)
		}
	}
}

func TestOnlyRecognisedEvidenceIsMoved(t *testing.T) {
	text := schemas.Evidence{Page: 1, Boxes: [][4]float64{{1, 2, 3, 4}}, Source: schemas.SourceText}
	other := schemas.Evidence{Page: 9, Boxes: [][4]float64{{1, 2, 3, 4}}, Source: schemas.SourceOCR}
	a := schemas.Assessment{Findings: []schemas.Finding{{Evidence: text}, {Evidence: other}}}
	placeEvidence(&a, map[int]ocr.Page{1: {}})
	for _, f := range a.Findings {
		if f.Evidence.Boxes[0] != [4]float64{1, 2, 3, 4} {
			t.Errorf("moved: %+v", f.Evidence)
		}
	}
}

func TestRastersOfAllKindsOfImages(t *testing.T) {
	want := []byte{10, 20, 30, 40, 50, 60}
	rgba, nrgba := image.NewRGBA(image.Rect(0, 0, 2, 1)), image.NewNRGBA(image.Rect(0, 0, 2, 1))
	for i, img := range []interface {
		image.Image
		Set(x, y int, c color.Color)
	}{rgba, nrgba} {
		img.Set(0, 0, color.RGBA{10, 20, 30, 255})
		img.Set(1, 0, color.RGBA{40, 50, 60, 255})
		if got := rasterOf(img); !bytes.Equal(got.Pix, want) || got.W != 2 {
			t.Errorf("%d: %v", i, got)
		}
	}
}

// Without an installation jianding says so, and what to do.
func TestOCRCheckSaysWhatIsMissing(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), []string{"ocr", "check", "--dir", t.TempDir()}, nil, &out, &out); code == 0 {
		t.Error("ready without an installation")
	}
	for _, want := range []string{"jianding ocr install", "models/ch_PP-OCRv4_rec_infer.onnx", "bin/jianding-ocr"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("does not name %s:\n%s", want, out.String())
		}
	}
}

// inspect with --ocr and no installation there says so; it never reads a scan
// as a report without a hazard instead.
func TestInspectNamesTheMissingEngine(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), []string{"inspect", "--ocr", t.TempDir(), "scan.pdf"}, nil, &out, &out); code != 2 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(out.String(), "jianding ocr install") {
		t.Errorf("does not say what to do:\n%s", out.String())
	}
}
