//go:build ocr && cgo

// Command jianding-ocr reads page images for jianding: PP-OCR's models in ONNX
// Runtime. It is a process of its own, because the runtime is C++: when it
// crashes or takes too much memory, the service that started it goes on. It is
// not called by hand; `jianding ocr install` builds it, the service starts it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"jianding/integrations/ocr/page"
	"jianding/integrations/ocr/wire"
)

func main() {
	dir := flag.String("dir", "", "directory of models and library")
	threads := flag.Int("threads", 1, "threads of the runtime")
	memory := flag.Int64("memory", 0, "limit of memory in bytes (0: none)")
	nice := flag.Int("nice", 10, "how far to give way to other work (0 to 19)")
	flag.Parse()
	// The runtime may write to standard output; the frames keep theirs.
	out := os.Stdout
	os.Stdout = os.Stderr
	if err := serve(*dir, *threads, *memory, *nice, os.Stdin, out); err != nil {
		fmt.Fprintln(os.Stderr, "jianding-ocr:", err)
		os.Exit(1)
	}
}

func serve(dir string, threads int, memory int64, nice int, in io.Reader, out io.Writer) error {
	reader, runtime, err := load(dir, threads)
	if err == nil {
		err = restrain(memory, nice)
	}
	if err != nil {
		_ = wire.Write(out, wire.Hello{Protocol: wire.Protocol, Error: err.Error()}, nil)
		return err
	}
	if err := wire.Write(out, wire.Hello{Protocol: wire.Protocol, Runtime: runtime}, nil); err != nil {
		return err
	}
	// Requests are read beside the work: the end of input, which means that
	// the service is gone, ends this process in the midst of a page.
	type request struct {
		head wire.Request
		body []byte
	}
	requests := make(chan request)
	go func() {
		for {
			var q wire.Request
			body, err := wire.Read(in, &q)
			if err != nil {
				os.Exit(0)
			}
			requests <- request{q, body}
		}
	}()
	for q := range requests {
		img, err := q.head.Raster(q.body)
		var res page.Result
		if err == nil {
			reader.Limits = q.head.Limits
			res, err = reader.Read(context.Background(), img)
		}
		answer := wire.Answer{Result: res}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := wire.Write(out, answer, nil); err != nil {
			return err
		}
	}
	return nil
}

func load(dir string, threads int) (*page.Reader, string, error) {
	f, err := os.Open(filepath.Join(dir, "models", "ppocr_keys_v1.txt"))
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	dictionary, err := page.ReadDictionary(f)
	if err != nil {
		return nil, "", err
	}
	m, runtime, err := loadModels(dir, threads, len(dictionary))
	if err != nil {
		return nil, "", err
	}
	return &page.Reader{Models: m, Dictionary: dictionary}, runtime, nil
}
