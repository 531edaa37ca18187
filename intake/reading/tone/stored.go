package tone

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

//go:embed model.gz
var shipped []byte

// Weights and rarities are stored as whole numbers of thousandths; a piece that
// weighs less than least is stored without weight, for the length of the vector.
const (
	thousandths = 1000
	least       = 0.02
)

// Write stores a model: a gzip stream of lines, first the digest and the bias, then
// piece, rarity and weight between tabs, in the order of the pieces.
func (m *Model) Write(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\t%d\n", m.Source, thousandth(m.bias))
	for _, p := range slices.Sorted(maps.Keys(m.number)) {
		k := m.pieces[m.number[p]]
		if math.Abs(k.weight) < least {
			k.weight = 0
		}
		fmt.Fprintf(&b, "%s\t%d\t%d\n", p, thousandth(k.rarity), thousandth(k.weight))
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(b.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

func thousandth(f float64) int { return int(math.Round(f * thousandths)) }

// read loads what Write stored.
func read(stored []byte) (*Model, error) {
	z, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	text := string(raw)
	head, text, _ := strings.Cut(text, "\n")
	source, bias, _ := strings.Cut(head, "\t")
	m := &Model{number: make(map[string]int32, kept), pieces: make([]piece, 0, kept), Alarm: alarm, Calm: calm, Source: source}
	if m.bias, err = ofThousandths(bias); err != nil {
		return nil, err
	}
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		name, numbers, _ := strings.Cut(line, "\t")
		rarity, weight, _ := strings.Cut(numbers, "\t")
		var p piece
		if p.rarity, err = ofThousandths(rarity); err != nil {
			return nil, err
		}
		if p.weight, err = ofThousandths(weight); err != nil {
			return nil, err
		}
		m.add(name, p)
	}
	return m, nil
}

func ofThousandths(s string) (float64, error) {
	n, err := strconv.Atoi(s)
	return float64(n) / thousandths, err
}
