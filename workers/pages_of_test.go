package workers

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"jianding/schemas"
)

// pdfOf is what the estimate looks at of a document with n pages: in the open,
// or in object streams as most writers do today.
func pdfOf(n int, packed bool) []byte {
	var objects strings.Builder
	fmt.Fprintf(&objects, "1 0 obj<</Type /Pages /Count %d /Kids []>>endobj\n", n)
	for i := range n {
		fmt.Fprintf(&objects, "%d 0 obj<</Type/Page/Parent 1 0 R>>endobj\n", i+2)
	}
	if !packed {
		return []byte("%PDF-1.7\n" + objects.String())
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(objects.String()))
	w.Close()
	return fmt.Appendf(nil, "%%PDF-1.7\n9 0 obj<</Type /ObjStm /N %d /Filter /FlateDecode /Length %d>>stream\r\n%s\r\nendstream", n, z.Len(), z.Bytes())
}

func TestRoughPages(t *testing.T) {
	for _, packed := range []bool{false, true} {
		for _, n := range []int{1, 8, 200} {
			if got := roughPages(pdfOf(n, packed)); got != n {
				t.Errorf("%d pages (packed: %v) are taken for %d", n, packed, got)
			}
		}
	}
	for name, doc := range map[string]string{
		"an outline with many entries": "%PDF-1.7 <</Type /Outlines /Count 900>> <</Type /Page/X>> <</Type/Pages/Count 1>>",
		"nothing":                      "",
		"a broken object stream":       "%PDF-1.7 <</Type /ObjStm>>stream\nxxxx",
		"a count out of this world":    "%PDF-1.7 <</Type/Pages/Count 99999999999999999999>> <</Type/Page>>",
	} {
		if got := roughPages([]byte(doc)); got > 1 {
			t.Errorf("%s: %d pages", name, got)
		}
	}
	// A few hundred kilobytes that unfold to gigabytes cost no more than a look.
	var bomb bytes.Buffer
	z, _ := zlib.NewWriterLevel(&bomb, zlib.BestCompression)
	zeros := make([]byte, 1<<20)
	for range 256 {
		z.Write(zeros)
	}
	z.Close()
	roughPages(fmt.Appendf(nil, "<</Type /ObjStm>>stream\n%s", bomb.Bytes()))
}

// A heap of long documents must not stand before the short one with the
// hazard: each is recognised without being opened.
func TestDocumentsOfManyPagesTakeTheLongLaneUnopened(t *testing.T) {
	eachLedger(t, func(t *testing.T, h *house) {
		opened := 0
		h.options = func(o *Options) { o.Assessor = opening{&opened} }
		h.start()
		h.uploadBytes(pdfOf(200, true), schemas.Declared{})
		due, err := h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		h.w.execute(h.ctx, due[0].ID, laneAssess)
		due, err = h.ledger.DueOf(h.ctx, h.clock.Now(), []schemas.ObligationKind{schemas.OweAssess}, 1)
		must(t, err)
		if opened != 0 || laneOf(due[0]) != laneAssessLong {
			t.Errorf("opened %d times, goes on in %s", opened, laneOf(due[0]))
		}
	})
}

// opening counts the documents that it is given.
type opening struct{ n *int }

func (o opening) Assess(context.Context, io.Reader, int64, schemas.Declared, schemas.TrustMaterial, time.Time) (schemas.Assessment, error) {
	*o.n++
	return sound("2026-001"), nil
}
