// Command learn makes the model of the reader's tone from the sentences that the
// tests keep, after any of them changed:
//
//	go run ./intake/reading/readingtest/learn [-out intake/reading/tone/model.gz]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	rt "jianding/intake/reading/readingtest"
	"jianding/intake/reading/tone"
)

func main() {
	out := flag.String("out", "intake/reading/tone/model.gz", "file to write")
	flag.Parse()
	if err := learn(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func learn(out string) error {
	sets, err := rt.HeardAll()
	if err != nil {
		return err
	}
	all := rt.HeardBut(sets)
	var b bytes.Buffer
	if err := tone.Learn(all).Write(&b); err != nil {
		return err
	}
	bad := 0
	for _, s := range all {
		if s.Bad {
			bad++
		}
	}
	fmt.Printf("%d sentences, %d of them nobody may accept; %d bytes\n", len(all), bad, b.Len())
	return os.WriteFile(out, b.Bytes(), 0o644)
}
