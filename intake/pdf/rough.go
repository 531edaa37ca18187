package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// Whoever puts documents in order before they are opened wants to know which
// will take long: what takes seconds must not stand before the one with the
// hazard. An estimate from the bytes may be wrong and may be deceived; nothing
// but the order may hang on it.
var (
	pageObject   = regexp.MustCompile(`/Type\s*/Page[^a-zA-Z]`)
	pageCount    = regexp.MustCompile(`/Count\s+(\d{1,7})\b`)
	objectStream = regexp.MustCompile(`/Type\s*/ObjStm\b`)
)

const (
	// inflateAtMost bounds what all object streams of one document may unfold
	// to, and streamsAtMost how many are opened.
	inflateAtMost = 16 << 20
	streamsAtMost = 1000
)

// A document of more bytes or pages than these takes long to assess and waits
// where it delays no short one.
const (
	LongBytes = 2 << 20
	LongPages = 50
)

// RoughPages estimates the number of pages from the bytes of a PDF: the page
// objects that can be seen, in the open or in object streams.
func RoughPages(doc []byte) int {
	pages, declared := seenPages(doc)
	left := int64(inflateAtMost)
	for _, at := range objectStream.FindAllIndex(doc, streamsAtMost) {
		body := doc[at[1]:]
		start := bytes.Index(body[:min(len(body), 4096)], []byte("stream"))
		if start < 0 {
			continue
		}
		body = bytes.TrimLeft(body[start+len("stream"):], "\r\n")
		z, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil {
			continue
		}
		plain, _ := io.ReadAll(io.LimitReader(z, left)) // what came before a fault counts
		left -= int64(len(plain))
		n, d := seenPages(plain)
		pages, declared = pages+n, max(declared, d)
		if left <= 0 {
			break
		}
	}
	// Old revisions and outlines can make either too large, so both must agree.
	return min(pages, declared)
}

func seenPages(b []byte) (objects, declared int) {
	for _, m := range pageCount.FindAllSubmatch(b, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err == nil {
			declared = max(declared, n)
		}
	}
	return len(pageObject.FindAllIndex(b, -1)), declared
}
