package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jianding/schemas"
)

// Links makes and reads the one-time links of messages: who holds one may
// acknowledge one case, until it expires. A GET only shows what it would do;
// scanners that follow links can't acknowledge.
type Links struct {
	key  []byte
	base string
}

// NewLinks takes the secret key (at least 16 bytes) and the address under
// which the service is reached from outside.
func NewLinks(key []byte, base string) *Links {
	return &Links{key: append([]byte(nil), key...), base: strings.TrimSuffix(base, "/")}
}

// link is what a one-time link states.
type link struct {
	id      string // of the link: its own MAC, stored when it was used
	caseID  string
	contact string // whose it is, for the record
	expires time.Time
}

// Acknowledge returns the link for one contact to acknowledge one case. The
// same arguments give the same link, so that a retried message carries the
// same one.
func (l *Links) Acknowledge(caseID, contact string, expires time.Time) string {
	body := strings.Join([]string{"ack1", caseID, strconv.FormatInt(expires.Unix(), 10), contact}, "\n")
	return l.base + "/a/" + base64.RawURLEncoding.EncodeToString([]byte(body)) + "." + base64.RawURLEncoding.EncodeToString(l.mac(body))
}

func (l *Links) mac(body string) []byte {
	h := hmac.New(sha256.New, l.key)
	h.Write([]byte("jianding one-time link\n" + body))
	return h.Sum(nil)
}

// read checks a link's signature; whether it expired is for the caller, who
// shows that page differently.
func (l *Links) read(token string) (link, error) {
	bad := schemas.E(schemas.KindNotFound, "link_invalid", "链接无效或不完整，请核对后重新打开，或登录系统处理", nil)
	b64, mac64, ok := strings.Cut(token, ".")
	body, err1 := base64.RawURLEncoding.Strict().DecodeString(b64)
	mac, err2 := base64.RawURLEncoding.Strict().DecodeString(mac64)
	if !ok || err1 != nil || err2 != nil || !hmac.Equal(mac, l.mac(string(body))) {
		return link{}, bad
	}
	f := strings.SplitN(string(body), "\n", 4)
	if len(f) != 4 || f[0] != "ack1" {
		return link{}, bad
	}
	unix, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return link{}, bad
	}
	return link{id: hex.EncodeToString(mac[:16]), caseID: f[1], contact: f[3], expires: time.Unix(unix, 0).UTC()}, nil
}

// linkPage is what the pages of a one-time link show.
type linkPage struct {
	Case    schemas.Case
	Contact string
	Expires time.Time
	Done    bool // acknowledged by this very request
	Ended   bool
	Used    bool           // acknowledged before by this link, and the case has changed since
	Changed bool           // what was shown when the button was pressed is not the case as it is
	Already *schemas.Actor // who acknowledged before
}

// openLink loads the case of a link that has not expired, and what its page
// shows.
func (s *server) openLink(r *http.Request) (link, linkPage, error) {
	l, err := s.links.read(r.PathValue("token"))
	if err != nil {
		return l, linkPage{}, err
	}
	if !s.now().Before(l.expires) {
		return l, linkPage{}, invalid("link_expired", "链接已过期，请登录系统处理，或使用更新的通知中的链接")
	}
	c, err := s.ledger.Case(r.Context(), l.caseID)
	if err != nil {
		return l, linkPage{}, err
	}
	page := linkPage{Case: c, Contact: l.contact, Expires: l.expires, Already: c.AcknowledgedBy, Ended: c.Status.Ended()}
	page.Used, err = s.ledger.LinkUsed(r.Context(), l.id)
	return l, page, err
}

// seen names what matters of a case to who acknowledges it: a form carries it
// as it was shown, so that nobody acknowledges what they have not seen.
func seen(c schemas.Case) string {
	return string(c.Level) + "." + itoa(len(c.Places()))
}

// unseen says that a form was filled in on another state of the case.
func unseen(form url.Values, c schemas.Case) bool {
	shown := form.Get("seen")
	return shown != "" && shown != seen(c)
}

func (s *server) showLink(w http.ResponseWriter, r *http.Request) error {
	_, page, err := s.openLink(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "link", principal{}, "确认收到隐患通知", page)
}

// useLink acknowledges, once. A case that has changed since the page was shown
// is shown again, and a link that was used stays used, also when the case was
// raised since and waits for somebody anew.
func (s *server) useLink(w http.ResponseWriter, r *http.Request) error {
	l, page, err := s.openLink(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return invalid("request_malformed", "请求内容无法读取，请刷新后重试")
	}
	page.Changed = unseen(r.PostForm, page.Case)
	if page.Already == nil && !page.Ended && !page.Used && !page.Changed {
		page.Case, err = s.ledger.AcknowledgeCase(r.Context(), page.Case.ID, schemas.Actor{Kind: "link", ID: l.id, Name: l.contact}, s.now())
		if err != nil {
			return err
		}
		page.Done = page.Case.AcknowledgedBy != nil && page.Case.AcknowledgedBy.ID == l.id
		page.Already = page.Case.AcknowledgedBy
		if _, err := s.ledger.UseLink(r.Context(), l.id, s.now()); err != nil {
			return err
		}
		s.wake()
	}
	return s.render(w, r, http.StatusOK, "link", principal{}, "确认收到隐患通知", page)
}
