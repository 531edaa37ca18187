//go:build ocr && cgo

package main

import (
	"fmt"
	"path/filepath"

	ort "github.com/yalue/onnxruntime_go"

	"jianding/integrations/ocr/page"
)

// models are PP-OCRv4's networks in ONNX Runtime.
type models struct {
	detect, recognise, upside *ort.DynamicAdvancedSession
	classes                   int64
}

func loadModels(dir string, threads, classes int) (*models, string, error) {
	ort.SetSharedLibraryPath(filepath.Join(dir, "lib", "libonnxruntime.so.1"))
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return nil, "", err
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, "", err
	}
	defer destroy(options)
	for _, err := range []error{
		options.SetIntraOpNumThreads(threads), options.SetInterOpNumThreads(1),
		// Pages differ in size: patterns of memory would not fit the next.
		options.SetMemPattern(false),
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
	} {
		if err != nil {
			return nil, "", err
		}
	}
	m := &models{classes: int64(classes)}
	for _, s := range []struct {
		to   **ort.DynamicAdvancedSession
		file string
	}{
		{&m.detect, "ch_PP-OCRv4_det_infer.onnx"},
		{&m.recognise, "ch_PP-OCRv4_rec_infer.onnx"},
		{&m.upside, "ch_ppocr_mobile_v2.0_cls_infer.onnx"},
	} {
		file := filepath.Join(dir, "models", s.file)
		in, out, err := ort.GetInputOutputInfo(file)
		if err != nil {
			return nil, "", err
		}
		if len(in) != 1 || len(out) != 1 {
			return nil, "", fmt.Errorf("%s has %d inputs and %d outputs", s.file, len(in), len(out))
		}
		if *s.to, err = ort.NewDynamicAdvancedSession(file, []string{in[0].Name}, []string{out[0].Name}, options); err != nil {
			return nil, "", err
		}
	}
	return m, ort.GetVersion(), nil
}

// destroy gives back memory of the runtime; there is nothing to be done when
// that fails.
func destroy(x interface{ Destroy() error }) { _ = x.Destroy() }

// run feeds one image of three planes to a network.
func run(s *ort.DynamicAdvancedSession, in []float32, h, w int) ([]float32, ort.Shape, error) {
	input, err := ort.NewTensor(ort.NewShape(1, 3, int64(h), int64(w)), in)
	if err != nil {
		return nil, nil, err
	}
	defer destroy(input)
	outputs := []ort.Value{nil}
	if err := s.Run([]ort.Value{input}, outputs); err != nil {
		return nil, nil, err
	}
	defer destroy(outputs[0])
	t, ok := outputs[0].(*ort.Tensor[float32])
	if !ok {
		return nil, nil, fmt.Errorf("output is a %T", outputs[0])
	}
	return append([]float32(nil), t.GetData()...), t.GetShape(), nil
}

func (m *models) Detect(in []float32, h, w int) ([]float32, error) {
	out, shape, err := run(m.detect, in, h, w)
	if err == nil && !shape.Equals(ort.NewShape(1, 1, int64(h), int64(w))) {
		err = fmt.Errorf("detection gives %v for %d×%d", shape, h, w)
	}
	return out, err
}

func (m *models) Recognise(in []float32, w int) ([]float32, int, error) {
	out, shape, err := run(m.recognise, in, page.LineHeight, w)
	if err != nil {
		return nil, 0, err
	}
	if len(shape) != 3 || shape[0] != 1 || shape[2] != m.classes {
		return nil, 0, fmt.Errorf("recognition gives %v, the dictionary has %d classes", shape, m.classes)
	}
	return out, int(shape[1]), nil
}

func (m *models) Upside(in []float32) (float64, error) {
	out, shape, err := run(m.upside, in, page.LineHeight, page.UpsideWidth)
	if err == nil && !shape.Equals(ort.NewShape(1, 2)) {
		err = fmt.Errorf("orientation gives %v", shape)
	}
	if err != nil {
		return 0, err
	}
	return float64(out[1]), nil
}
