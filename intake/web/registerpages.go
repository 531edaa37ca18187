package web

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// The pages of the register of agencies.

type agenciesPage struct {
	Agencies []schemas.Agency
	Warnings []schemas.Problem
	Problem  *problem
}

func (s *server) agenciesPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showAgencies(w, r, p, nil, nil)
}

func (s *server) showAgencies(w http.ResponseWriter, r *http.Request, p principal, pr *problem, warnings []schemas.Problem) error {
	if err := p.need(administer); err != nil {
		return err
	}
	as, err := s.ledger.Agencies(r.Context())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if pr != nil {
		status = pr.Status
	}
	return s.render(w, r, status, "agencies", p, "机构名录", agenciesPage{as, warnings, pr})
}

// exportRegister gives agencies.yaml.
func (s *server) exportRegister(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	as, err := s.ledger.Agencies(r.Context())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := agencies.WriteRegister(&b, as); err != nil {
		return err
	}
	setSecurityHeaders(w.Header())
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="agencies.yaml"`)
	_, _ = w.Write(b.Bytes())
	return nil
}

// importRegister takes agencies.yaml: whole, or nothing with all problems.
func (s *server) importRegister(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 17<<20)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return multipartError(err)
	}
	defer r.MultipartForm.RemoveAll()
	if err := checkCSRF(p, r.PostFormValue(csrfField)); err != nil {
		return err
	}
	f, _, err := r.FormFile("file")
	if err != nil {
		return invalid("file_missing", "请选择 agencies.yaml 文件")
	}
	defer f.Close()
	list, warnings, err := agencies.ReadRegister(io.LimitReader(f, 16<<20))
	if err == nil {
		_, err = s.ledger.ImportAgencies(r.Context(), list, p.actor(), s.now())
	}
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showAgencies(w, r, p, &pr, warnings)
	}
	if err != nil {
		return err
	}
	s.wake()
	if len(warnings) > 0 {
		return s.showAgencies(w, r, p, nil, warnings)
	}
	http.Redirect(w, r, "/console/agencies?ok=imported", http.StatusSeeOther)
	return nil
}

type agencyPage struct {
	schemas.Agency
	Tokens   []schemas.Token
	Warning  string
	NewToken string // shown once
	Problem  *problem
}

func (s *server) agencyPage(w http.ResponseWriter, r *http.Request, p principal) error {
	return s.showAgency(w, r, p, "", nil)
}

func (s *server) showAgency(w http.ResponseWriter, r *http.Request, p principal, token string, pr *problem) error {
	if err := p.need(administer); err != nil {
		return err
	}
	a, err := s.ledger.Agency(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	ts, err := s.ledger.Tokens(r.Context(), a.ID)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if pr != nil {
		status = pr.Status
	}
	return s.render(w, r, status, "agency", p, a.Name, agencyPage{Agency: a, Tokens: ts, Warning: agencies.CheckUSCC(a.USCC), NewToken: token, Problem: pr})
}

// doAgency is every command of an agency's page.
func (s *server) doAgency(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	ctx, now := r.Context(), s.now()
	a, err := s.ledger.Agency(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	said := "saved"
	switch r.PostForm.Get("do") {
	case "suspend":
		a.Status, a.SuspendedFrom = schemas.AgencySuspended, &now
		err = s.ledger.PutAgency(ctx, a, p.actor(), now)
	case "activate":
		a.Status, a.SuspendedFrom = schemas.AgencyActive, nil
		err = s.ledger.PutAgency(ctx, a, p.actor(), now)
	case "token":
		label := strings.TrimSpace(r.PostForm.Get("label"))
		if label == "" || len([]rune(label)) > 100 {
			err = invalid("label_required", "请写明令牌的用途，便于日后吊销")
			break
		}
		token := agencies.NewToken(agencies.AgencyTokenPrefix)
		if _, err = s.ledger.CreateToken(ctx, a.ID, label, agencies.HashToken(token), now); err == nil {
			return s.showAgency(w, r, p, token, nil)
		}
	case "revoke":
		said = "revoked"
		err = s.revokeToken(r, p, a.ID, r.PostForm.Get("token"), now)
	default:
		err = invalid("command_unknown", "没有这个操作")
	}
	if k := schemas.KindOf(err); k == schemas.KindInvalid || k == schemas.KindConflict {
		pr := problemOf(err)
		return s.showAgency(w, r, p, "", &pr)
	}
	if err != nil {
		return err
	}
	s.wake()
	http.Redirect(w, r, "/console/agencies/"+a.ID+"?ok="+said, http.StatusSeeOther)
	return nil
}

func (s *server) revokeToken(r *http.Request, p principal, agencyID, id string, now time.Time) error {
	ts, err := s.ledger.Tokens(r.Context(), agencyID)
	if err != nil {
		return err
	}
	for _, t := range ts {
		if t.ID == id {
			return s.ledger.RevokeToken(r.Context(), id, p.actor(), now)
		}
	}
	return notFound()
}
