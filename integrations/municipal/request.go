package municipal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jianding/schemas"

	"github.com/emmansun/gmsm/sm3"
)

// Original opens a report's original and tells its size in bytes. It is
// called once to hash the request and once to send it: a signature over the
// body has to be known before the first byte goes out, and the file is never
// held in memory.
type Original = func() (io.ReadCloser, int64, error)

// outgoing is a request that is complete but for its signature, which is made
// at the moment of sending.
type outgoing struct {
	endpoint    *endpoint
	url         url.URL // without query
	query       []namedText
	headers     []namedText
	contentType string
	values      map[string]string
	head, tail  []byte // of the body, around the file
	original    Original
	fileSize    int64
	fileSHA256  string
	hasBody     bool
	// hash identifies the request for the attempt's record: method, address
	// and body, the same for each attempt of the same revision.
	hash string
}

// errOriginal marks an original that is not what the ledger says.
var errOriginal = errors.New("original differs from its recorded hash")

func (c *Client) filingValues(f schemas.Filing, meta []byte) map[string]string {
	return map[string]string{
		"app_id": c.secrets.AppID, "secret": string(c.secrets.Secret),
		"idempotency_key": f.Delivery.IdempotencyKey, "report_no": reportNo(f), "receipt": f.Delivery.PlatformReceipt,
		"supersedes": f.SupersedesReceipt, "file_sha256": f.Report.SHA256, "file_sm3": f.Report.SM3,
		"file_size": strconv.FormatInt(f.Report.Size, 10), "metadata": string(meta),
	}
}

func reportNo(f schemas.Filing) string {
	if n := f.Assessment.Report.ReportNo; n != "" {
		return n
	}
	return f.Report.ReportNo
}

// prepare builds a request and hashes its body. An error that wraps
// errOriginal will not go away by itself.
func (c *Client) prepare(e *endpoint, values map[string]string, m metadata, original Original) (*outgoing, error) {
	o := &outgoing{endpoint: e, values: values, original: nil, fileSHA256: values["file_sha256"]}
	path, err := e.path.fill(values, url.PathEscape)
	if err != nil {
		return nil, err
	}
	raw := c.base.EscapedPath() + path
	o.url = url.URL{Scheme: c.base.Scheme, Host: c.base.Host}
	if o.url.Path, err = url.PathUnescape(raw); err != nil {
		return nil, err
	}
	o.url.RawPath = raw
	for i, q := range e.spec.Query {
		v, err := e.query[i].fill(values, nil)
		if err != nil {
			return nil, err
		}
		if v != "" {
			o.query = append(o.query, namedText{q.Name, v})
		}
	}
	if err := o.body(e, m, original); err != nil {
		return nil, err
	}
	values["method"], values["host"], values["path"] = e.spec.Method, o.url.Host, o.url.EscapedPath()
	values["query"], values["query_sorted"] = encodeQuery(o.query), sortedQuery(o.query)
	values["uri"] = values["path"]
	if values["query"] != "" {
		values["uri"] += "?" + values["query"]
	}
	values["content_type"] = o.contentType
	if err := o.hashBody(c.profile.compiled.signing.sm3); err != nil {
		return nil, err
	}
	for i, h := range e.spec.Headers {
		v, err := e.headers[i].fill(values, nil)
		if err != nil {
			return nil, err
		}
		if v != "" {
			o.headers = append(o.headers, namedText{h.Name, v})
			values[headerPrefix+http.CanonicalHeaderKey(h.Name)] = v
		}
	}
	sum := sha256.Sum256([]byte(e.spec.Method + "\n" + values["uri"] + "\n" + values["body_sha256"]))
	o.hash = hex.EncodeToString(sum[:])
	return o, nil
}

func (o *outgoing) body(e *endpoint, m metadata, original Original) error {
	switch e.spec.Body {
	case "json":
		o.contentType, o.head, o.hasBody = "application/json; charset=utf-8", m.encoded, true
	case "text":
		text, err := e.text.fill(o.values, nil)
		o.contentType, o.head, o.hasBody = e.spec.ContentType, []byte(text), true
		return err
	case "file":
		o.contentType, o.original, o.hasBody = "application/pdf", original, true
	case "multipart":
		o.original, o.hasBody = original, true
		return o.multipart(e, m)
	}
	return nil
}

// multipart lays out the parts around the file. The boundary is a hash, so
// that the same revision makes the same request; a file cannot contain it,
// since it would have to contain a hash of itself.
func (o *outgoing) multipart(e *endpoint, m metadata) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	sum := sha256.Sum256([]byte("boundary\n" + o.values["idempotency_key"] + "\n" + o.fileSHA256))
	if err := w.SetBoundary("jianding-" + hex.EncodeToString(sum[:])[:40]); err != nil {
		return err
	}
	if e.spec.MetadataForm {
		for _, k := range sortedKeys(m.tree) {
			v, ok := m.tree[k].(string)
			if !ok {
				j, err := json.Marshal(m.tree[k])
				if err != nil {
					return err
				}
				v = string(j)
			}
			if err := w.WriteField(k, v); err != nil {
				return err
			}
		}
	} else {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="` + quoted(e.spec.MetadataPart) + `"`},
			"Content-Type":        {"application/json; charset=utf-8"},
		})
		if err != nil {
			return err
		}
		if _, err := part.Write(m.encoded); err != nil {
			return err
		}
	}
	name, err := e.fileName.fill(o.values, nil)
	if err != nil {
		return err
	}
	if _, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + quoted(e.spec.FilePart) + `"; filename="` + quoted(name) + `"`},
		"Content-Type":        {"application/pdf"},
	}); err != nil {
		return err
	}
	o.head = bytes.Clone(b.Bytes())
	b.Reset()
	if err := w.Close(); err != nil {
		return err
	}
	o.tail = bytes.Clone(b.Bytes())
	o.contentType = w.FormDataContentType()
	return nil
}

func quoted(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s)
}

// hashBody reads the whole body once, so that it can be signed, and makes
// sure that the original is the one that the ledger knows.
func (o *outgoing) hashBody(withSM3 bool) error {
	s2, s3 := sha256.New(), sm3.New()
	var both io.Writer = s2
	if withSM3 { // a third of the work, so only when it is signed
		both = io.MultiWriter(s2, s3)
	}
	length := int64(len(o.head) + len(o.tail))
	both.Write(o.head)
	if o.original != nil {
		r, err := o.openFile()
		if err != nil {
			return err
		}
		n, err := io.Copy(both, r)
		if cerr := r.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
		o.fileSize = n
		length += n
	}
	both.Write(o.tail)
	o.values["body_sha256"] = hexSum(s2)
	if withSM3 {
		o.values["body_sm3"] = hexSum(s3)
	}
	o.values["body_length"] = strconv.FormatInt(length, 10)
	return nil
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// openFile opens the original as a reader that fails at its end when what was
// read is not what the ledger recorded. While sending, that breaks the request
// before its last boundary, so that no platform can take it for complete.
func (o *outgoing) openFile() (io.ReadCloser, error) {
	r, size, err := o.original()
	if err != nil {
		return nil, err
	}
	if o.fileSize != 0 && size != o.fileSize {
		r.Close()
		return nil, fmt.Errorf("%w: %d bytes", errOriginal, size)
	}
	return verify(r, o.fileSHA256), nil
}

// verifiedFile hashes what is read and withholds the last piece until the
// hash is known to be right.
type verifiedFile struct {
	io.Closer
	r    *bufio.Reader
	sum  hash.Hash
	want string
}

func verify(r io.ReadCloser, sha256hex string) *verifiedFile {
	return &verifiedFile{Closer: r, r: bufio.NewReaderSize(r, 32<<10), sum: sha256.New(), want: sha256hex}
}

func (v *verifiedFile) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.sum.Write(p[:n])
	if err == nil {
		_, err = v.r.Peek(1)
	}
	switch {
	case err == io.EOF && hexSum(v.sum) != v.want:
		return 0, errOriginal
	case err == io.EOF:
		return n, io.EOF
	}
	return n, err
}

// open returns the body for sending and its length.
func (o *outgoing) open() (io.ReadCloser, int64, error) {
	length, err := strconv.ParseInt(o.values["body_length"], 10, 64)
	if err != nil || !o.hasBody {
		return http.NoBody, 0, err
	}
	if o.original == nil {
		// Not a *bytes.Reader as such: net/http must not be able to send it
		// again by itself.
		return io.NopCloser(struct{ io.Reader }{bytes.NewReader(o.head)}), length, nil
	}
	file, err := o.openFile()
	if err != nil {
		return nil, 0, err
	}
	return &chained{Reader: io.MultiReader(bytes.NewReader(o.head), file, bytes.NewReader(o.tail)), Closer: file}, length, nil
}

type chained struct {
	io.Reader
	io.Closer
}

// sign signs the request at now and returns its final address and headers.
func (o *outgoing) sign(s *scheme, k key, now time.Time) (string, http.Header, signedRequest, error) {
	signed, err := s.apply(k, o.values, o.query, now)
	if err != nil {
		return "", nil, signed, err
	}
	u := o.url
	u.RawQuery = encodeQuery(append(append([]namedText(nil), o.query...), signed.query...))
	h := http.Header{"Accept": {"application/json"}, "User-Agent": {"jianding"}}
	if o.contentType != "" {
		h.Set("Content-Type", o.contentType)
	}
	for _, x := range append(append([]namedText(nil), o.headers...), signed.headers...) {
		h.Del(x.name)
		h[x.name] = []string{x.value} // as the profile spells it: not every gateway ignores case
	}
	return u.String(), h, signed, nil
}
