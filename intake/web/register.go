package web

import (
	"net/http"
	"time"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// The register of agencies over the API. The rules of an entry are those of
// agencies.yaml; a change makes new assessments owed for the reports that it
// touches, in the ledger's own transaction.

// agencyView is the answer to a change: the entry, and what is only doubtful
// about it.
type agencyView struct {
	Agency   schemas.Agency    `json:"agency"`
	Warnings []schemas.Problem `json:"warnings,omitempty"`
}

func (s *server) listAgencies(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(seeReports); err != nil {
		return err
	}
	as, err := s.ledger.Agencies(r.Context())
	if err != nil {
		return err
	}
	writeList(w, as, "")
	return nil
}

// getAgency shows an entry to the committee, and its own to an agency.
func (s *server) getAgency(w http.ResponseWriter, r *http.Request, p principal) error {
	if id := r.PathValue("id"); !p.sees(id) {
		return notFound()
	}
	a, err := s.ledger.Agency(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, a)
	return nil
}

// putAgency adds or replaces an entry. What the entry leaves out is gone: it
// is the whole entry.
func (s *server) putAgency(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	var a schemas.Agency
	if err := s.readJSON(w, r, &a); err != nil {
		return err
	}
	id := r.PathValue("id")
	if a.ID == "" {
		a.ID = id
	}
	if a.ID != id {
		return &schemas.Error{Kind: schemas.KindInvalid, Code: "agency_id", Message: "机构编号与地址中的不一致", Problems: []schemas.Problem{{Field: "/id", Code: "agency_id", Message: "机构编号与地址中的不一致"}}}
	}
	_, err := s.ledger.Agency(r.Context(), id)
	fresh := schemas.KindOf(err) == schemas.KindNotFound
	if err != nil && !fresh {
		return err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return s.saveAgency(w, r, p, a, status)
}

// saveAgency checks an entry, keeps it and answers with it.
func (s *server) saveAgency(w http.ResponseWriter, r *http.Request, p principal, a schemas.Agency, status int) error {
	warnings, err := agencies.CheckAgency(a)
	if err != nil {
		return err
	}
	if err := s.ledger.PutAgency(r.Context(), a, p.actor(), s.now()); err != nil {
		return err
	}
	s.wake()
	writeJSON(w, status, agencyView{a, warnings})
	return nil
}

// suspendAgency suspends from now on, or from the stated instant.
func (s *server) suspendAgency(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	var in struct {
		From *time.Time `json:"from"`
	}
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	a, err := s.ledger.Agency(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	now := s.now()
	if in.From == nil {
		in.From = &now
	}
	a.Status, a.SuspendedFrom = schemas.AgencySuspended, in.From
	return s.saveAgency(w, r, p, a, http.StatusOK)
}

// activateAgency lifts a suspension.
func (s *server) activateAgency(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.need(administer); err != nil {
		return err
	}
	a, err := s.ledger.Agency(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	a.Status, a.SuspendedFrom = schemas.AgencyActive, nil
	return s.saveAgency(w, r, p, a, http.StatusOK)
}
