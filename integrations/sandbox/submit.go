package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"time"

	"jianding/schemas"

	"github.com/emmansun/gmsm/sm3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// submission is what the sandbox itself needs of the metadata.
type submission struct {
	ReportNo   string `json:"report_no"`
	AgencyUSCC string `json:"agency_uscc"`
	Supersedes string `json:"supersedes"`
	File       struct {
		SHA256 string `json:"sha256"`
		SM3    string `json:"sm3"`
		Size   int64  `json:"size"`
	} `json:"file"`
	raw json.RawMessage
}

func submissionSchema() (*jsonschema.Schema, error) {
	data, err := schemas.PlatformFiles.ReadFile("platform/submission.schema.json")
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("submission.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("submission.schema.json")
}

// validate checks metadata against the schema and returns all problems.
func (s *Server) validate(raw []byte) (submission, []problem) {
	var out submission
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return out, []problem{{Message: "metadata 不是 JSON"}}
	}
	if err := s.schema.Validate(doc); err != nil {
		var v *jsonschema.ValidationError
		if !errors.As(err, &v) {
			return out, []problem{{Message: err.Error()}}
		}
		return out, leaves(v, nil)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, []problem{{Message: err.Error()}}
	}
	out.raw = json.RawMessage(raw)
	return out, nil
}

func leaves(v *jsonschema.ValidationError, out []problem) []problem {
	if len(v.Causes) == 0 {
		return append(out, problem{Field: "/" + strings.Join(v.InstanceLocation, "/"), Message: lastLine(v.Error())})
	}
	for _, c := range v.Causes {
		out = leaves(c, out)
	}
	return out
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), "- ")
}

// fileSum is what was received as a file.
type fileSum struct {
	sha256, sm3 string
	size        int64
	pdf         bool
}

func (s *Server) readFile(r io.Reader) (fileSum, error) {
	h2, h3 := sha256.New(), sm3.New()
	head := &headWriter{}
	n, err := io.Copy(io.MultiWriter(h2, h3, head), io.LimitReader(r, s.opt.MaxFileBytes+1))
	return fileSum{hex.EncodeToString(h2.Sum(nil)), hex.EncodeToString(h3.Sum(nil)), n, bytes.HasPrefix(head.b, []byte("%PDF-"))}, err
}

type headWriter struct{ b []byte }

func (w *headWriter) Write(p []byte) (int, error) {
	if room := 8 - len(w.b); room > 0 {
		w.b = append(w.b, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// maxMetadata bounds the metadata.
const maxMetadata = 1 << 20

func (c *call) invalid(problems ...problem) {
	c.drain()
	c.answer(http.StatusUnprocessableEntity, answer{Code: "INVALID", Message: "报送内容不符合要求", Problems: problems})
}

// submit takes metadata and file in one request, new or superseding.
func (s *Server) submit(c *call) {
	cred, no := c.before()
	if no != nil {
		c.refuse(http.StatusUnauthorized, no.code, no.message, 0)
		return
	}
	mediaType, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" || params["boundary"] == "" {
		c.invalid(problem{Message: "Content-Type 应为 multipart/form-data"})
		return
	}
	body := newBodySum(c.r.Body)
	mr := multipart.NewReader(body, params["boundary"])
	var meta []byte
	var file *fileSum
	var problems []problem
	for {
		part, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return // the client broke off: nothing to answer, nothing recorded
		}
		switch part.FormName() {
		case "metadata":
			if meta != nil || file != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), "application/json") {
				problems = append(problems, problem{Field: "metadata", Message: "应恰有一个 application/json 部分，且在 file 之前"})
			}
			if meta, err = io.ReadAll(io.LimitReader(part, maxMetadata)); err != nil {
				return
			}
		case "file":
			if file != nil || part.Header.Get("Content-Type") != "application/pdf" || part.FileName() == "" {
				problems = append(problems, problem{Field: "file", Message: "应恰有一个带文件名的 application/pdf 部分"})
			}
			f, err := s.readFile(part)
			if err != nil {
				return
			}
			file = &f
		default:
			problems = append(problems, problem{Field: part.FormName(), Message: "未知的部分"})
			if _, err := io.Copy(io.Discard, part); err != nil {
				return
			}
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil { // an epilogue is signed as well
		return
	}
	if no := c.after(cred, body); no != nil {
		c.answer(http.StatusUnauthorized, answer{Code: no.code, Message: no.message})
		return
	}
	sub, more := s.validate(meta)
	problems = append(problems, more...)
	if file == nil {
		problems = append(problems, problem{Field: "file", Message: "缺少报告原件"})
	}
	if len(problems) > 0 {
		c.invalid(problems...)
		return
	}
	if c.op == "supersede" && sub.Supersedes != c.r.PathValue("receipt") {
		c.invalid(problem{Field: "/supersedes", Message: "与地址中的回执号不同"})
		return
	}
	if c.op == "submit" && sub.Supersedes != "" {
		c.invalid(problem{Field: "/supersedes", Message: "更正备案应使用 supersede 接口"})
		return
	}
	c.record(sub, *file)
}

// draft takes metadata whose file comes later.
func (s *Server) draft(c *call) {
	raw, ok := c.smallBody()
	if !ok {
		return
	}
	sub, problems := s.validate(raw)
	if len(problems) > 0 {
		c.invalid(problems...)
		return
	}
	key, ok := c.key()
	if !ok {
		return
	}
	s.drafts.Lock()
	defer s.drafts.Unlock()
	for id, d := range s.drafts.byID {
		if c.now.Sub(d.made) > 24*time.Hour {
			delete(s.drafts.byID, id)
		} else if d.key == key {
			d.meta = sub
			s.drafts.byID[id] = d
			c.answer(http.StatusCreated, answer{Code: "DRAFT", Message: "请上传原件", DraftID: id})
			return
		}
	}
	id := "d-" + c.id
	s.drafts.byID[id] = draft{id: id, key: key, meta: sub, made: c.now}
	c.answer(http.StatusCreated, answer{Code: "DRAFT", Message: "请上传原件", DraftID: id})
}

// upload takes a draft's file.
func (s *Server) upload(c *call) {
	cred, no := c.before()
	if no != nil {
		c.refuse(http.StatusUnauthorized, no.code, no.message, 0)
		return
	}
	body := newBodySum(c.r.Body)
	file, err := s.readFile(body)
	if err != nil {
		return
	}
	if no := c.after(cred, body); no != nil {
		c.answer(http.StatusUnauthorized, answer{Code: no.code, Message: no.message})
		return
	}
	s.drafts.Lock()
	d, ok := s.drafts.byID[c.r.PathValue("draft")]
	s.drafts.Unlock()
	if !ok || d.key != c.r.Header.Get("Idempotency-Key") {
		c.answer(http.StatusNotFound, answer{Code: "UNKNOWN_DRAFT", Message: "没有这个草稿"})
		return
	}
	c.record(d.meta, file)
}

func (c *call) key() (string, bool) {
	key := c.r.Header.Get("Idempotency-Key")
	if len(key) < 8 || len(key) > 128 {
		c.invalid(problem{Field: "Idempotency-Key", Message: "长度应为 8 至 128"})
		return "", false
	}
	return key, true
}

// record compares file and metadata and makes the record.
func (c *call) record(sub submission, file fileSum) {
	s := c.s
	key, ok := c.key()
	if !ok {
		return
	}
	switch {
	case file.size > s.opt.MaxFileBytes:
		c.refuse(http.StatusRequestEntityTooLarge, "TOO_LARGE", "原件过大", 0)
		return
	case !file.pdf:
		c.invalid(problem{Field: "file", Message: "不是 PDF"})
		return
	case file.sha256 != sub.File.SHA256 || file.sm3 != sub.File.SM3 || file.size != sub.File.Size:
		c.answer(http.StatusUnprocessableEntity, answer{Code: "FILE_MISMATCH", Message: "原件与报送的摘要或大小不一致"})
		return
	}
	if c.fault.Kind == LateCommit {
		s.later(func(ctx context.Context) {
			if s.opt.Sleep(ctx, c.fault.Delay) == nil {
				s.commit(c, key, sub, file)
			}
		})
		c.reset()
		return
	}
	status, a := s.commit(c, key, sub, file)
	if a.Record != nil && status != http.StatusOK {
		c.callbacks(*a.Record)
	}
	c.answer(status, a)
}

// commit is the moment at which a record comes into being, or does not.
func (s *Server) commit(c *call, key string, sub submission, file fileSum) (int, answer) {
	s.book.Lock()
	defer s.book.Unlock()
	if old := s.book.byKey[key]; old != nil {
		copied := *old
		switch {
		case old.SHA256 != file.sha256:
			return http.StatusConflict, answer{Code: "KEY_CONFLICT", Message: "该幂等键已用于另一份文件"}
		case !s.opt.NoDuplicateCheck:
			return http.StatusOK, answer{Code: "DUPLICATE", Message: "该报告已备案", Record: &copied}
		}
	}
	if sub.Supersedes != "" {
		old := s.book.byReceipt[sub.Supersedes]
		if old == nil {
			return http.StatusNotFound, answer{Code: "UNKNOWN_RECEIPT", Message: "没有备案 " + sub.Supersedes}
		}
		if by := s.book.byReceipt[old.SupersededBy]; by != nil && by.IdempotencyKey != key {
			return http.StatusConflict, answer{Code: "ALREADY_SUPERSEDED", Message: "该备案已被更正为 " + by.Receipt}
		}
	}
	r := Record{
		Receipt:        s.nextReceipt(),
		IdempotencyKey: key, ReportNo: sub.ReportNo, AgencyUSCC: sub.AgencyUSCC, SHA256: file.sha256, Size: file.size,
		Status: "accepted", RecordedAt: stamp(s.opt.Clock()), Supersedes: sub.Supersedes,
	}
	status, a := http.StatusCreated, answer{Code: "ACCEPTED", Message: "已备案"}
	switch {
	case c.fault.Kind == Returned:
		r.Status, r.Reasons = "returned", []string{c.fault.Reason}
		a = answer{Code: "RETURNED", Message: "退回"}
	case c.fault.Kind == Undecided || s.opt.Pending:
		r.Status = "pending"
		status, a = http.StatusAccepted, answer{Code: "PENDING", Message: "已接收，审核后回调"}
	}
	if err := s.book.write(Entry{Event: "commit", At: s.opt.Clock().UTC(), Record: r, Metadata: sub.raw}); err != nil {
		s.log.Error("sandbox commit log cannot be written", "error", err)
		return http.StatusInternalServerError, answer{Code: "INTERNAL", Message: "系统内部错误"}
	}
	a.Record = &r
	return status, a
}

// smallBody reads and checks a request without a file.
func (c *call) smallBody() ([]byte, bool) {
	cred, no := c.before()
	if no != nil {
		c.refuse(http.StatusUnauthorized, no.code, no.message, 0)
		return nil, false
	}
	body := newBodySum(io.LimitReader(c.r.Body, maxMetadata))
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, false
	}
	if no := c.after(cred, body); no != nil {
		c.answer(http.StatusUnauthorized, answer{Code: no.code, Message: no.message})
		return nil, false
	}
	return raw, true
}

// drafts are metadata that wait for their file.
type drafts struct {
	sync.Mutex
	byID map[string]draft
}

type draft struct {
	id, key string
	meta    submission
	made    time.Time
}
