package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"jianding/schemas"
)

// headSize is how much of a document is looked at to tell what it is.
const headSize = 512

// hashes takes what flows through it: size, beginning, SHA-256 and SM3.
type hashes struct {
	size int64
	head []byte
	sha  hash.Hash
	sm3  hash.Hash
}

func newHashes() *hashes { return &hashes{sha: sha256.New(), sm3: sm3.New()} }

// Write implements io.Writer; it never fails.
func (h *hashes) Write(b []byte) (int, error) {
	if room := headSize - len(h.head); room > 0 {
		h.head = append(h.head, b[:min(room, len(b))]...)
	}
	h.sha.Write(b)
	h.sm3.Write(b)
	h.size += int64(len(b))
	return len(b), nil
}

func (h *hashes) sha256hex() string { return hex.EncodeToString(h.sha.Sum(nil)) }
func (h *hashes) sm3hex() string    { return hex.EncodeToString(h.sm3.Sum(nil)) }

// spool holds one document on disk while it is checked, with the hashes that
// were computed on the way. A document of any size costs the memory of a
// buffer.
type spool struct {
	*hashes
	file *os.File
}

// newSpool makes an empty spool file in dir. Close removes it.
func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, spoolPrefix+"*")
	if err != nil {
		return nil, diskError(err)
	}
	return &spool{file: f, hashes: newHashes()}, nil
}

const spoolPrefix = "spool-"

// Write implements io.Writer.
func (s *spool) Write(b []byte) (int, error) {
	n, err := s.file.Write(b)
	if err != nil {
		return n, diskError(err)
	}
	return s.hashes.Write(b)
}

// Close removes the file; what was kept is in the store by then.
func (s *spool) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// diskError makes every failure of the spool directory Unavailable: the
// sender did nothing wrong and should try again.
func diskError(err error) error {
	return schemas.E(schemas.KindUnavailable, "spool_unavailable", "服务器暂存空间不可用，报告没有收下。请稍后重试。", err)
}

// sweepSpool removes what a crash left behind; a live upload is younger.
func sweepSpool(dir string, before time.Time) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return diskError(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), spoolPrefix) || info.ModTime().After(before) {
			continue
		}
		_ = os.Remove(filepath.Join(dir, e.Name())) // another process may have been faster
	}
	return nil
}

// noticeFirst goes with every refusal of a file for what it is: the house that
// it speaks of may be in danger all the same.
const noticeFirst = "如已发现影响房屋整体安全的隐患，请不要等换好文件，先用“隐患先报”（门户，或 POST /v1/hazard-notices）告知。"

// sniff says what is wrong with a document by its first bytes, or "" for one
// that begins like a PDF. Everything that does is kept and judged later.
func sniff(head []byte) (code, message string) {
	switch {
	case len(head) == 0:
		return "document_empty", "文件是空的（0 字节）"
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "", ""
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && bytes.Contains(head, []byte("OFD.xml")):
		return "document_ofd", "这是 OFD 文件，本系统只收 PDF。请用出具单位的签章软件导出为带电子签名的 PDF（不要打印后扫描，否则签名失效）。" + noticeFirst
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "document_zip", "这是压缩包或 Office、OFD 文件，本系统只收 PDF。请上传签章后的 PDF 原件，不要压缩。" + noticeFirst
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")), bytes.HasPrefix(head, []byte("\x89PNG\r\n")), bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return "document_image", "这是图片，本系统只收 PDF。请上传签章后的 PDF 原件。" + noticeFirst
	}
	return "not_pdf", "文件开头不是 %PDF-，不是 PDF 文件。" + noticeFirst
}

// minRate is what a body must keep on average, in bytes per second.
const minRate = 4 << 10

// pacedBody reads a request's body under two deadlines: no long pause, and on
// average minRate after a grace. A body of one byte per second ends with the
// grace, whatever its length. Network deadlines go by the wall clock, so this
// is not on the injected one.
type pacedBody struct {
	body         io.Reader
	rc           *http.ResponseController
	start        time.Time
	pause, grace time.Duration
	read         int64
	left         int64 // bytes that may still come
	limit        int64
	whole        bool // the end was seen
}

func (s *server) pacedBody(w http.ResponseWriter, r *http.Request, limit int64) *pacedBody {
	return &pacedBody{body: r.Body, rc: http.NewResponseController(w), start: time.Now(), pause: s.BodyPause, grace: s.BodyGrace, left: limit, limit: limit}
}

func (p *pacedBody) Read(b []byte) (int, error) {
	if p.left <= 0 {
		// One more byte decides whether the body ends here.
		b = b[:min(1, len(b))]
	} else if int64(len(b)) > p.left {
		b = b[:p.left]
	}
	until := time.Now().Add(p.pause)
	if paced := p.start.Add(p.grace + time.Duration(p.read/minRate)*time.Second); paced.Before(until) {
		until = paced
	}
	_ = p.rc.SetReadDeadline(until) // not every ResponseWriter has one
	n, err := p.body.Read(b)
	p.read += int64(n)
	if p.left -= int64(n); p.left < 0 {
		return 0, tooLarge(p.limit)
	}
	p.whole = p.whole || err == io.EOF
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, schemas.E(schemas.KindInvalid, "body_too_slow", "上传过慢，连接已断开。网络不稳时请用断点续传接口 /v1/uploads。", err)
	}
	if err != nil && err != io.EOF {
		return n, schemas.E(schemas.KindInvalid, "body_incomplete", "上传中断，内容不完整，请重新上传", err)
	}
	return n, err
}

// done ends the reading. After a whole body the deadline is lifted, so that it
// does not cut the answer. After half a one it stays short: net/http reads on
// before it sends an answer, and a sender that stalls must not hold it back.
func (p *pacedBody) done() {
	if p.whole {
		_ = p.rc.SetReadDeadline(time.Time{})
		return
	}
	_ = p.rc.SetReadDeadline(time.Now().Add(drainFor))
}

// drainFor is how long the rest of a refused body may take.
const drainFor = time.Second

func tooLarge(limit int64) error {
	return schemas.E(schemas.KindInvalid, "body_too_large", "文件超过大小限制（"+sizeWords(limit)+"）", nil)
}
