package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"jianding/schemas"
)

// The pre-check: what would be read in a document and judged of it, before it
// is sent. It is the same assessment that a report gets. Nothing is kept and
// no receipt is given, so it fulfils no duty; the answer says so.

// precheckWait is how long a check waits for its turn.
const precheckWait = 20 * time.Second

// createCheck is POST /v1/checks.
func (s *server) createCheck(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.needUpload(s.now()); err != nil {
		return err
	}
	var a schemas.Assessment
	_, err := s.receive(w, r, p, false, func(u *upload) (err error) {
		a, err = s.precheck(r.Context(), u.arrival(p))
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, a)
	return nil
}

// receive spools one document with what is stated about it, and hands it to
// keep; whatever was spooled is gone afterwards.
func (s *server) receive(w http.ResponseWriter, r *http.Request, p principal, formOnly bool, keep func(*upload) error) (*upload, error) {
	release, err := s.uploadSlots.take(p.agency.ID)
	if err != nil {
		return nil, err
	}
	defer release()
	body := s.pacedBody(w, r, s.maxUpload+bodyOverhead)
	defer body.done()
	u := &upload{limit: s.maxUpload, formOnly: formOnly}
	if u.spool, err = newSpool(s.spoolDir); err != nil {
		return u, err
	}
	defer u.spool.Close()
	if err := u.read(r, body); err != nil {
		return u, err
	}
	return u, keep(u)
}

// precheck reads a document that stays on the spool. Few run at the same
// time: reports that were sent come first.
func (s *server) precheck(ctx context.Context, a arrival) (schemas.Assessment, error) {
	if s.Precheck == nil {
		return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "precheck_off", "此服务没有开启自查", nil)
	}
	wait, cancel := context.WithTimeout(ctx, precheckWait)
	defer cancel()
	select {
	case s.checkSlots <- struct{}{}:
		defer func() { <-s.checkSlots }()
	case <-wait.Done():
		return schemas.Assessment{}, schemas.E(schemas.KindUnavailable, "busy", "正在自查的文件较多，请稍后重试；可以直接上传，上传不受影响", nil)
	}
	if _, err := a.content.Seek(0, io.SeekStart); err != nil {
		return schemas.Assessment{}, diskError(err)
	}
	a.declared.AgencyID = a.agency.ID
	out, err := s.Precheck(ctx, a.content, a.size, a.declared, s.now())
	out.File = a.filename
	return out, err
}

// checkPage shows a pre-check in the portal.
type checkPage struct {
	A          schemas.Assessment
	Conclusion []schemas.Finding
	Filename   string
}

// doCheck is the portal's form: the same one as for an upload, with another
// button.
func (s *server) doCheck(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.needUpload(s.now()); err != nil {
		return err
	}
	page := checkPage{}
	u, err := s.receive(w, r, p, true, func(u *upload) (err error) {
		if err := checkCSRF(p, u.form[csrfField]); err != nil {
			return err
		}
		page.Filename = u.filename
		page.A, err = s.precheck(r.Context(), u.arrival(p))
		return err
	})
	if k := schemas.KindOf(err); k == schemas.KindInvalid {
		return s.uploadProblem(w, r, p, u, err)
	}
	if err != nil {
		return err
	}
	page.Conclusion = conclusions(page.A)
	return s.render(w, r, http.StatusOK, "check", p, "自查结果", page)
}
