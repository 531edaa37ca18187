// Package wire is how the service and the OCR process (cmd/jianding-ocr) talk
// over its standard input and output: one frame a message, each the lengths of
// its two parts, a JSON head and raw bytes.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"jianding/integrations/ocr/page"
)

// Protocol is raised with every change that the other side must know.
const Protocol = 1

// Hello is the first frame that the process writes: it is ready, or why not.
type Hello struct {
	Protocol int    `json:"protocol"`
	Runtime  string `json:"runtime"` // version of ONNX Runtime
	Error    string `json:"error,omitempty"`
}

// Request asks for one page; its pixels (page.Raster's Pix) follow.
type Request struct {
	W      int         `json:"w"`
	H      int         `json:"h"`
	Limits page.Limits `json:"limits"`
}

// Answer is a page as read, or why not.
type Answer struct {
	Result page.Result `json:"result"`
	Error  string      `json:"error,omitempty"`
}

// The largest parts that are believed: beyond, the other side has gone mad.
const (
	maxHead = 64 << 20
	maxBody = 512 << 20
)

// Write writes one frame.
func Write(w io.Writer, head any, body []byte) error {
	h, err := json.Marshal(head)
	if err != nil {
		return err
	}
	var lengths [8]byte
	binary.BigEndian.PutUint32(lengths[:4], uint32(len(h)))
	binary.BigEndian.PutUint32(lengths[4:], uint32(len(body)))
	for _, part := range [][]byte{lengths[:], h, body} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Read reads one frame into head and returns its body. The error is io.EOF
// where the other side ended between frames.
func Read(r io.Reader, head any) ([]byte, error) {
	var lengths [8]byte
	if _, err := io.ReadFull(r, lengths[:]); err != nil {
		return nil, err
	}
	h, b := binary.BigEndian.Uint32(lengths[:4]), binary.BigEndian.Uint32(lengths[4:])
	if h > maxHead || b > maxBody {
		return nil, fmt.Errorf("wire: a frame of %d+%d bytes", h, b)
	}
	buf := make([]byte, int(h)+int(b))
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, fmt.Errorf("wire: frame cut short: %w", err)
	}
	return buf[h:], json.Unmarshal(buf[:h], head)
}

// Raster joins a request and the bytes after it.
func (q Request) Raster(body []byte) (page.Raster, error) {
	if q.W <= 0 || q.H <= 0 || q.W > 1<<15 || q.H > 1<<15 || 3*q.W*q.H != len(body) {
		return page.Raster{}, fmt.Errorf("wire: %d bytes for an image of %d×%d", len(body), q.W, q.H)
	}
	return page.Raster{W: q.W, H: q.H, Pix: body}, nil
}
