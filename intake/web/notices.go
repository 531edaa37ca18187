package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"jianding/schemas"
)

// Bounds of a hazard notice's photos.
const (
	maxPhotos    = 10
	maxPhotoSize = 15_000_000
)

func noticeFields() []string {
	return []string{"address", "town", "found", "discovered_at", "measures", "report_no"}
}

// noticeRequest is a notice being read, from JSON or multipart.
type noticeRequest struct {
	found  findings
	fields fields
	photos []*photo
	// Of the portal's form: its CSRF token, and the number that makes a
	// second click the same notice.
	csrf, formKey string
}

// photo is one picture on the spool.
type photo struct {
	*spool
	schemas.Photo
}

func (n *noticeRequest) Close() {
	for _, p := range n.photos {
		_ = p.spool.Close()
	}
}

// createNotice is POST /v1/hazard-notices (先报后补): a house in danger is
// told of before its report is there. It must not fail for lack of anything
// but the address, what was found, and when.
func (s *server) createNotice(w http.ResponseWriter, r *http.Request, p principal) error {
	var notice schemas.Notice
	var c schemas.Case
	var created bool
	if _, err := s.receiveNotice(w, r, p, func(n *noticeRequest) (err error) {
		key := n.found.idempotencyKey(r.Header)
		notice, c, created, err = s.giveNotice(r.Context(), p, n, key)
		return err
	}); err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	w.Header().Set("Location", "/v1/hazard-notices/"+notice.Ref)
	writeJSON(w, status, noticeView{Notice: notice, Escalation: &caseBrief{Ref: c.Ref, Level: c.Level, Status: c.Status, Deadlines: c.Deadline}})
	return nil
}

// receiveNotice reads one notice and hands it to give; its photos' spool files
// are gone afterwards.
func (s *server) receiveNotice(w http.ResponseWriter, r *http.Request, p principal, give func(*noticeRequest) error) (*noticeRequest, error) {
	n := &noticeRequest{}
	if err := p.needUpload(s.now()); err != nil {
		return n, err
	}
	release, err := s.noticeSlots.take(p.agency.ID)
	if err != nil {
		return n, err
	}
	defer release()
	defer n.Close()
	body := s.pacedBody(w, r, maxPhotos*maxPhotoSize+bodyOverhead)
	defer body.done()
	if err := s.readNotice(n, r, body); err != nil {
		return n, err
	}
	return n, give(n)
}

type noticeView struct {
	schemas.Notice
	Escalation *caseBrief `json:"escalation,omitempty"`
}

func (s *server) readNotice(n *noticeRequest, r *http.Request, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		raw, err := io.ReadAll(io.LimitReader(body, maxMetadata+1))
		if err != nil {
			return err
		}
		n.fields = n.found.parseFields(raw, noticeFields()...)
		return nil
	case err == nil && kind == "multipart/form-data" && params["boundary"] != "":
		return s.readNoticeParts(n, body, params["boundary"])
	}
	return invalid("content_type", "Content-Type 应为 application/json 或 multipart/form-data")
}

// readNoticeParts takes "metadata" (JSON) or the fields one by one (a form),
// and any number of parts "photo".
func (s *server) readNoticeParts(n *noticeRequest, body io.Reader, boundary string) error {
	mr := multipart.NewReader(body, boundary)
	form := fields{}
	for parts := 0; ; parts++ {
		part, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && parts > maxPhotos+20 {
			err = errors.New("too many parts")
		}
		if err != nil {
			return multipartError(err)
		}
		if part.FormName() == "photo" {
			if err := s.takePhoto(n, part); err != nil {
				return multipartError(err)
			}
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, maxMetadata+1))
		if err != nil {
			return multipartError(err)
		}
		if part.FormName() == "metadata" {
			n.fields = n.found.parseFields(raw, noticeFields()...)
			continue
		}
		form[part.FormName()] = string(raw)
	}
	for k, v := range form {
		switch k {
		case csrfField:
			n.csrf = v
			continue
		case "form_key":
			n.formKey = v
			continue
		}
		if n.fields == nil {
			n.fields = fields{}
		}
		n.found.takeField(n.fields, k, v, noticeFields())
	}
	return nil
}

func (s *server) takePhoto(n *noticeRequest, part *multipart.Part) error {
	sp, err := newSpool(s.spoolDir)
	if err != nil {
		return err
	}
	ph := &photo{spool: sp}
	n.photos = append(n.photos, ph)
	size, err := io.Copy(sp, io.LimitReader(part, maxPhotoSize+1))
	if err != nil {
		return err
	}
	if size == 0 && part.FileName() == "" { // a form whose file field is empty
		n.photos = n.photos[:len(n.photos)-1]
		return sp.Close()
	}
	name := fileName(part.FileName())
	ph.Photo = schemas.Photo{SHA256: sp.sha256hex(), Name: name, Type: photoType(sp.head), Size: size}
	switch {
	case len(n.photos) > maxPhotos:
		n.found.add("photo", "photos_too_many", "照片不超过 10 张")
		return schemas.E(schemas.KindInvalid, "photos_too_many", "照片不超过 10 张", nil)
	case size > maxPhotoSize:
		n.found.add("photo", "photo_too_large", "照片 "+clip(name)+" 超过 15 MB")
		return skip(part)
	case ph.Type == "":
		n.found.add("photo", "photo_type", "照片 "+clip(name)+" 不是 JPEG、PNG、WebP 或 HEIC 图片")
	}
	return nil
}

// photoType tells a picture's type by its first bytes; the sender's word and
// the name's ending count for nothing.
func photoType(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case len(head) > 12 && bytes.Equal(head[:4], []byte("RIFF")) && bytes.Equal(head[8:12], []byte("WEBP")):
		return "image/webp"
	case len(head) > 12 && bytes.Equal(head[4:8], []byte("ftyp")):
		switch string(head[8:12]) {
		case "heic", "heix", "mif1", "msf1":
			return "image/heic"
		}
	}
	return ""
}

// giveNotice checks what was stated, keeps the photos, and opens notice and
// case in one transaction.
func (s *server) giveNotice(ctx context.Context, p principal, n *noticeRequest, key string) (schemas.Notice, schemas.Case, bool, error) {
	now := s.now()
	f := &n.found
	no := schemas.Notice{
		ID: uuid.Must(uuid.NewV7()).String(), AgencyID: p.agency.ID, ReceivedAt: now,
		Address: f.text(n.fields, "address", "房屋地址", 300, false), Town: f.text(n.fields, "town", "镇街", 50, false),
		Found: f.text(n.fields, "found", "发现的隐患", 4000, true), Measures: f.text(n.fields, "measures", "已采取的措施", 4000, true),
		ReportNo: f.text(n.fields, "report_no", "报告编号", 100, false),
	}
	at := f.instant(n.fields, "discovered_at", "发现隐患时间")
	for name, label := range map[string]string{"address": "房屋地址", "found": "发现的隐患", "discovered_at": "发现隐患时间"} {
		if strings.TrimSpace(n.fields[name]) == "" {
			f.add("/metadata/"+name, "metadata_required", "缺少"+label)
		}
	}
	if at != nil {
		no.DiscoveredAt = *at
		if at.After(now.Add(10 * time.Minute)) {
			f.add("/metadata/discovered_at", "metadata_time_future", "发现隐患时间晚于现在")
		}
	}
	if err := f.err(); err != nil {
		return no, schemas.Case{}, false, err
	}
	for _, ph := range n.photos {
		if _, err := ph.file.Seek(0, io.SeekStart); err != nil {
			return no, schemas.Case{}, false, diskError(err)
		}
		if _, err := s.originals.Put(ctx, ph.Photo.SHA256, ph.Photo.Size, ph.file); err != nil {
			return no, schemas.Case{}, false, err
		}
		no.Photos = append(no.Photos, ph.Photo)
	}
	nc, err := s.OpenNotice(no, now)
	if err != nil {
		return no, schemas.Case{}, false, err
	}
	notice, c, created, err := s.ledger.OpenNotice(ctx, no, nc, key, now)
	if err != nil {
		return no, schemas.Case{}, false, err
	}
	s.wake()
	return notice, c, created, nil
}

// findNotice loads a notice for who may see it.
func (s *server) findNotice(ctx context.Context, p principal, ref string) (schemas.Notice, error) {
	n, err := s.ledger.Notice(ctx, ref)
	switch {
	case schemas.KindOf(err) == schemas.KindNotFound || schemas.KindOf(err) == schemas.KindInvalid:
		return n, notFound()
	case err != nil:
		return n, err
	case p.sees(n.AgencyID):
		return n, nil
	}
	if c, err := s.ledger.Case(ctx, n.CaseID); err == nil && p.ownCase(c) {
		return n, nil
	}
	return schemas.Notice{}, notFound()
}

func (s *server) listNotices(w http.ResponseWriter, r *http.Request, p principal) error {
	q := query{r: r}
	f := schemas.NoticeFilter{AgencyID: q.one("agency"), Unlinked: q.flag("unlinked"), Cursor: q.cursor(), Limit: q.limit()}
	if !p.may(seeReports) {
		if p.agency == nil {
			return p.need(seeReports)
		}
		f.AgencyID = p.agency.ID
	}
	if err := q.err(); err != nil {
		return err
	}
	ns, next, err := s.ledger.Notices(r.Context(), f)
	if err != nil {
		return err
	}
	writeList(w, ns, next)
	return nil
}

func (s *server) getNotice(w http.ResponseWriter, r *http.Request, p principal) error {
	n, err := s.findNotice(r.Context(), p, r.PathValue("ref"))
	if err != nil {
		return err
	}
	v := noticeView{Notice: n}
	if n.CaseID != "" {
		c, err := s.ledger.Case(r.Context(), n.CaseID)
		if err != nil {
			return err
		}
		v.Escalation = &caseBrief{Ref: c.Ref, Level: c.Level, Status: c.Status, Deadlines: c.Deadline}
	}
	writeJSON(w, http.StatusOK, v)
	return nil
}

func (s *server) getPhoto(w http.ResponseWriter, r *http.Request, p principal) error {
	n, err := s.findNotice(r.Context(), p, r.PathValue("ref"))
	if err != nil {
		return err
	}
	for _, ph := range n.Photos {
		if ph.SHA256 != r.PathValue("sha256") {
			continue
		}
		f, _, err := s.originals.Open(r.Context(), ph.SHA256)
		if err != nil {
			return err
		}
		defer f.Close()
		w.Header().Set("Content-Type", ph.Type)
		w.Header().Set("Cache-Control", "private, no-cache")
		w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
		http.ServeContent(w, r, "", time.Time{}, f)
		return nil
	}
	return notFound()
}

// linkNotice joins a notice and its report by hand: the agency's own, or any
// by a reviewer.
func (s *server) linkNotice(w http.ResponseWriter, r *http.Request, p principal) error {
	n, err := s.findNotice(r.Context(), p, r.PathValue("ref"))
	if err != nil {
		return err
	}
	if !p.may(review) && !p.may(actOnCases) && !p.may(mayUpload) {
		return p.need(review)
	}
	var in struct {
		ReportID string `json:"report_id"`
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	if n, err = s.link(r.Context(), p, n, in.ReportID); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, noticeView{Notice: n})
	return nil
}

func (s *server) link(ctx context.Context, p principal, n schemas.Notice, reportID string) (schemas.Notice, error) {
	rep, err := s.findReport(ctx, p, strings.TrimSpace(reportID))
	if err != nil {
		return n, err
	}
	if rep.AgencyID != n.AgencyID {
		return n, schemas.E(schemas.KindConflict, "other_agency", "先报与报告不属于同一机构", nil)
	}
	if err := s.ledger.LinkNotice(ctx, n.ID, rep.ID, p.actor(), s.now()); err != nil {
		return n, err
	}
	s.wake()
	return s.ledger.Notice(ctx, n.ID)
}
