//go:build !ocr || !cgo

// Command jianding-ocr reads page images for jianding. Without the build tag
// ocr and cgo it holds no engine, so that the module builds everywhere without
// a C compiler; it says so and ends.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "jianding-ocr: built without its engine; build with CGO_ENABLED=1 go build -tags ocr ./cmd/jianding-ocr, or run jianding ocr install")
	os.Exit(2)
}
