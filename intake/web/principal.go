package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"jianding/intake/agencies"
	"jianding/schemas"
)

// principal is who asks: an agency by its token, or a person by session.
type principal struct {
	agency *schemas.Agency // of an agency's token, or a clerk's own agency
	user   *schemas.User   // nil for an agency's token
	csrf   string          // of a browser session
	sha    string          // of the session's token
	ends   time.Time       // of the session
}

func (p principal) actor() schemas.Actor {
	if p.user != nil {
		return schemas.Actor{Kind: "user", ID: p.user.ID, Name: p.user.Name}
	}
	if p.agency != nil {
		return schemas.Actor{Kind: "agency", ID: p.agency.ID, Name: p.agency.Name}
	}
	return schemas.Actor{}
}

// right is something that a principal may do; the table below is the whole
// policy.
type right int

const (
	mayUpload  right = iota // send reports and notices for its agency
	seeReports              // all agencies' reports
	seeCases                // all cases; a town sees its own by ownCase
	actOnCases              // acknowledge, dispose, close, downgrade, raise
	review                  // decide reports in review
	deliver                 // deliveries: see, replay, manual entry
	administer              // register, people, tokens
)

func roleRights() map[schemas.UserRole][]right {
	return map[schemas.UserRole][]right{
		schemas.RoleClerk:    {mayUpload},
		schemas.RoleOfficer:  {seeReports, seeCases, actOnCases, deliver},
		schemas.RoleReviewer: {seeReports, seeCases, review, deliver},
		schemas.RoleTown:     {},
		schemas.RoleAdmin:    {seeReports, seeCases, actOnCases, review, deliver, administer},
	}
}

func (p principal) may(r right) bool {
	if p.user == nil {
		return r == mayUpload && p.agency != nil
	}
	return slices.Contains(roleRights()[p.user.Role], r)
}

func (p principal) need(r right) error {
	if p.may(r) {
		return nil
	}
	return schemas.E(schemas.KindDenied, "not_permitted", "当前账号没有此项权限", nil)
}

// needUpload also asks whether the agency is in good standing now.
func (p principal) needUpload(now time.Time) error {
	if err := p.need(mayUpload); err != nil {
		return err
	}
	if p.agency == nil {
		return schemas.E(schemas.KindDenied, "not_permitted", "当前账号不属于任何鉴定机构", nil)
	}
	if why := agencies.MayUpload(*p.agency, now); why != "" {
		return schemas.E(schemas.KindDenied, "agency_suspended", why+"，不能报送报告", nil)
	}
	return nil
}

// sees tells whether a report is this principal's to see. Who may not see it
// is told NotFound, so that ids of others can't be probed.
func (p principal) sees(agencyID string) bool {
	return p.may(seeReports) || (p.agency != nil && p.agency.ID == agencyID)
}

func (p principal) seesCase(c schemas.Case) bool {
	if p.may(seeCases) || (p.agency != nil && p.agency.ID == c.AgencyID) {
		return true
	}
	return p.ownCase(c)
}

// ownCase tells whether a case lies in the town of this account, or was
// copied (抄送) to it.
func (p principal) ownCase(c schemas.Case) bool {
	if p.user == nil || p.user.Role != schemas.RoleTown || p.user.Town == "" {
		return false
	}
	return slices.Contains(c.Towns(), p.user.Town) || (c.Disposition != nil && slices.Contains(c.Disposition.CopyTo, p.user.Town))
}

func notFound() error {
	return schemas.E(schemas.KindNotFound, "not_found", "没有找到，或无权查看", nil)
}

func badToken() error {
	return schemas.E(schemas.KindUntrusted, "token_invalid", "令牌缺失、无效或已吊销", nil)
}

// bearer authenticates an API request. An agency's token gives the agency; a
// person's token gives the person.
func (s *server) bearer(r *http.Request) (principal, error) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(token) > 200 {
		return principal{}, badToken()
	}
	token = strings.TrimSpace(token)
	sum := agencies.HashToken(token)
	switch {
	case strings.HasPrefix(token, agencies.AgencyTokenPrefix):
		a, _, err := s.ledger.AgencyByToken(r.Context(), sum)
		if err != nil {
			return principal{}, hideNotFound(err)
		}
		return principal{agency: &a}, nil
	case strings.HasPrefix(token, agencies.UserTokenPrefix):
		return s.session(r, sum)
	}
	return principal{}, badToken()
}

// session loads who signed in under the hash of a session's token.
func (s *server) session(r *http.Request, sum string) (principal, error) {
	sess, u, err := s.ledger.Session(r.Context(), sum, s.now())
	if err != nil {
		return principal{}, hideNotFound(err)
	}
	if u.Disabled || !sess.ExpiresAt.After(s.now()) {
		return principal{}, badToken()
	}
	p := principal{user: &u, csrf: sess.CSRF, sha: sum, ends: sess.ExpiresAt}
	if u.AgencyID != "" && u.Role == schemas.RoleClerk {
		a, err := s.ledger.Agency(r.Context(), u.AgencyID)
		if err != nil {
			return principal{}, hideNotFound(err)
		}
		p.agency = &a
	}
	return p, nil
}

// hideNotFound turns "no such token" into "not authenticated" and leaves a
// ledger that is down what it is.
func hideNotFound(err error) error {
	if schemas.KindOf(err) == schemas.KindNotFound {
		return badToken()
	}
	return err
}
