package web

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"jianding/schemas"
)

// bodyOverhead is what a multipart request may need beside the document.
const bodyOverhead = 1 << 20

// createReport is POST /v1/reports.
func (s *server) createReport(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.needUpload(s.now()); err != nil {
		return err
	}
	var rep schemas.Report
	var created bool
	_, err := s.receive(w, r, p, false, func(u *upload) (err error) {
		rep, created, err = s.accept(r.Context(), u.arrival(p))
		return err
	})
	if err != nil {
		return err
	}
	s.writeReceipt(w, r, rep, created)
	return nil
}

// upload is one request with a document, being read. What is wrong with it
// gathers in found; only a body that ends early stops the reading.
type upload struct {
	spool *spool
	limit int64
	found findings

	formOnly  bool // the portal's form: fields are parts of their own
	metadata  []byte
	form      map[string]string // other parts, by name: the portal's fields
	files     int
	filename  string
	key       string
	declared  schemas.Declared
	partHead  http.Header
	wholeBody hash.Hash
}

func (u *upload) arrival(p principal) arrival {
	return arrival{
		agency: *p.agency, actor: p.actor(), key: u.key, filename: u.filename, declared: u.declared,
		sha256: u.spool.sha256hex(), sm3: u.spool.sm3hex(), size: u.spool.size, content: u.spool.file,
	}
}

// read takes the whole request in and returns every problem that it has.
func (u *upload) read(r *http.Request, body io.Reader) error {
	u.key = u.found.idempotencyKey(r.Header)
	err := error(nil)
	if r.ContentLength > u.limit+bodyOverhead {
		err = tooLarge(u.limit) // known before a byte is read
	} else {
		err = u.readBody(r, body)
	}
	var e *schemas.Error
	switch {
	case errors.As(err, &e) && e.Kind == schemas.KindInvalid:
		u.found.add("file", e.Code, e.Message)
		u.judgeMetadata()
	case err != nil:
		return err
	default:
		u.judgeMetadata()
		u.judgeFile(r)
	}
	return u.found.err()
}

func (u *upload) readBody(r *http.Request, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/pdf" && !u.formOnly:
		return u.readRaw(r, body)
	case err == nil && kind == "multipart/form-data" && params["boundary"] != "":
		return u.readParts(body, params["boundary"])
	}
	u.found.add("Content-Type", "content_type", "Content-Type 应为 multipart/form-data 或 application/pdf")
	return nil
}

// readRaw takes a body that is the document; what is stated about it is JSON
// in the X-Metadata header or the metadata query parameter.
func (u *upload) readRaw(r *http.Request, body io.Reader) error {
	header, query := r.Header.Get("X-Metadata"), r.URL.Query().Get("metadata")
	if header != "" && query != "" {
		u.found.add("metadata", "metadata_repeated", "元数据只能放在 X-Metadata 头或 metadata 查询参数之一")
	}
	u.metadata = []byte(header + query)
	// A header is ASCII for many clients: percent-encoded JSON is taken too.
	if strings.HasPrefix(header, "%7B") || strings.HasPrefix(header, "%7b") {
		if plain, err := url.PathUnescape(header); err == nil {
			u.metadata = []byte(plain)
		}
	}
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil {
		u.filename = fileName(params["filename"])
	}
	u.files = 1
	return u.copyFile(body)
}

func (u *upload) copyFile(from io.Reader) error {
	n, err := io.Copy(u.spool, io.LimitReader(from, u.limit+1))
	if err != nil {
		return err
	}
	if n > u.limit {
		return tooLarge(u.limit)
	}
	return nil
}

// readParts takes the parts "file" and "metadata" in any order.
func (u *upload) readParts(body io.Reader, boundary string) error {
	u.wholeBody = sha256.New()
	mr := multipart.NewReader(io.TeeReader(body, u.wholeBody), boundary)
	u.form = map[string]string{}
	for parts := 0; ; parts++ {
		part, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			// What follows the last boundary belongs to the body's digest.
			_, err = io.Copy(io.Discard, io.TeeReader(body, u.wholeBody))
			return err
		}
		if err == nil && parts >= 32 {
			err = errors.New("too many parts")
		}
		if err != nil {
			return multipartError(err)
		}
		if err := u.takePart(part); err != nil {
			return multipartError(err)
		}
	}
}

func multipartError(err error) error {
	var e *schemas.Error
	if errors.As(err, &e) {
		return err
	}
	return schemas.E(schemas.KindInvalid, "multipart_malformed", "multipart 内容格式不正确或不完整", err)
}

func (u *upload) takePart(part *multipart.Part) error {
	name := part.FormName()
	if name == "file" {
		if u.files++; u.files > 1 {
			u.found.add("file", "file_repeated", "一次只能上传一个文件")
			return skip(part)
		}
		u.filename = fileName(part.FileName())
		u.partHead = http.Header(part.Header)
		return u.copyFile(part)
	}
	value, err := io.ReadAll(io.LimitReader(part, maxMetadata+1))
	if err != nil {
		return err
	}
	if name == "metadata" {
		if u.metadata != nil {
			u.found.add("metadata", "metadata_repeated", "元数据重复")
		}
		u.metadata = append([]byte{}, value...)
		return skip(part)
	}
	if len(value) > maxMetadata {
		u.found.add(clip(name), "metadata_too_long", "表单项过长")
		return skip(part)
	}
	u.form[name] = string(bytes.TrimSpace(value))
	return nil
}

func skip(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// judgeMetadata checks the form of what is stated about the document.
func (u *upload) judgeMetadata() {
	m := u.found.parseFields(u.metadata, declaredFields()...)
	if u.formOnly {
		for name, value := range u.form {
			if name != csrfField {
				u.found.takeField(m, name, value, declaredFields())
			}
		}
	}
	u.declared = u.found.declared(m)
	if name := fileName(m["filename"]); name != "" {
		u.filename = name
	}
	for name := range u.form {
		if u.formOnly {
			break
		}
		u.found.add(clip(name), "part_unknown", "没有名为 "+clip(name)+" 的表单项")
	}
}

// judgeFile checks what can be told at once of a document that was read
// whole.
func (u *upload) judgeFile(r *http.Request) {
	if u.files == 0 {
		if len(u.found) == 0 || u.found[len(u.found)-1].Code != "content_type" {
			u.found.add("file", "file_missing", "缺少名为 file 的文件")
		}
		return
	}
	if code, msg := sniff(u.spool.head); code != "" {
		u.found.add("file", code, msg)
	}
	sums := [][]byte{u.spool.sha.Sum(nil)}
	if u.wholeBody != nil {
		sums = append(sums, u.wholeBody.Sum(nil))
	}
	u.found.checkDigests(r.Header, sums...)
	if u.partHead != nil {
		u.found.checkDigests(u.partHead, sums[0])
	}
}
