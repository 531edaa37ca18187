package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// SMSConfig is the profile of an SMS gateway: how one request looks and how
// its answer is judged. Body values are Go templates over {{.Phone}},
// {{.Template}}, {{.Params}} (the JSON object), {{.Timestamp}} (seconds),
// {{.Nonce}}, {{.ID}} and {{.Sign}}.
type SMSConfig struct {
	URL      string            `yaml:"url"`
	Format   string            `yaml:"format"` // "json" (default) or "form"
	Headers  map[string]string `yaml:"headers"`
	Template string            `yaml:"template"` // id of the approved template
	Body     map[string]string `yaml:"body"`
	// SignOver is a template of the string that HMAC-SHA256 with the
	// channel's secret signs, in hex, as {{.Sign}}; empty for none.
	SignOver string `yaml:"sign_over"`
	// ParamRunes bounds each template parameter (default 20; operators refuse
	// longer ones and any URL inside one).
	ParamRunes int       `yaml:"param_runes"`
	Success    SMSAnswer `yaml:"success"`
	// Throttled are values at Success.Path that mean "too fast"; DailyCap
	// those that mean that this number gets no more today.
	Throttled []string `yaml:"throttled"`
	DailyCap  []string `yaml:"daily_cap"`
	IDPath    string   `yaml:"id_path"`
}

// SMSAnswer is a dotted path into the JSON answer and the value it must have.
type SMSAnswer struct {
	Path  string `yaml:"path"`
	Value string `yaml:"value"`
}

type sms struct {
	cfg    SMSConfig
	http   *resty.Client
	body   map[string]*template.Template
	header map[string]*template.Template
	over   *template.Template
	secret schemas.Secret
	now    func() time.Time
}

func newSMS(cfg Config, deps Deps) (Channel, []string, int) {
	if cfg.SMS == nil {
		return nil, []string{"sms.url", "sms.body", "sms.success.path"}, 0
	}
	c := *cfg.SMS
	missing := need(map[string]bool{"sms.url": isHTTP(c.URL), "sms.body": len(c.Body) > 0, "sms.success.path": c.Success.Path != ""})
	if c.ParamRunes == 0 {
		c.ParamRunes = 20
	}
	s := &sms{cfg: c, http: newHTTP(cfg), secret: cfg.Secret, now: deps.Now}
	parse := func(field, text string) *template.Template {
		t, err := template.New(field).Option("missingkey=error").Parse(text)
		if err != nil {
			missing = append(missing, field)
			return nil
		}
		if err := t.Execute(&bytes.Buffer{}, smsValues{}); err != nil {
			missing = append(missing, field)
		}
		return t
	}
	s.body, s.header = map[string]*template.Template{}, map[string]*template.Template{}
	for k, v := range c.Body {
		s.body[k] = parse("sms.body."+k, v)
	}
	for k, v := range c.Headers {
		s.header[k] = parse("sms.headers."+k, v)
	}
	s.over = parse("sms.sign_over", c.SignOver)
	if c.SignOver != "" && cfg.Secret == "" {
		missing = append(missing, "secret")
	}
	if missing != nil {
		sort.Strings(missing)
		return nil, missing, 0
	}
	return s, nil, cfg.PerMinute
}

// smsValues are what the profile's templates may use.
type smsValues struct {
	Phone, Template, Params, Timestamp, Nonce, ID, Sign, Secret string
}

var phoneNumber = regexp.MustCompile(`^(\+86)?1[3-9][0-9]{9}$`)

func (s *sms) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	if !phoneNumber.MatchString(m.Recipient.Address) {
		return schemas.Proof{}, schemas.Errorf(schemas.KindInvalid, "recipient_invalid", "手机号码不正确")
	}
	body, headers, err := s.render(m)
	if err != nil {
		return schemas.Proof{}, schemas.E(schemas.KindInternal, "message_encoding", "", err)
	}
	answer, proof, err := post(s.http.R().SetContext(ctx).SetHeaders(headers), s.cfg.URL, body)
	if err != nil {
		return proof, err
	}
	var tree any
	if err := json.Unmarshal(answer, &tree); err != nil {
		return proof, badAnswer("not JSON")
	}
	proof.RemoteID = lookup(tree, s.cfg.IDPath)
	return proof, s.judge(lookup(tree, s.cfg.Success.Path))
}

func (s *sms) judge(code string) error {
	if code == s.cfg.Success.Value {
		return nil
	}
	for _, c := range s.cfg.Throttled {
		if c == code {
			return throttled(time.Minute, "gateway code "+code)
		}
	}
	for _, c := range s.cfg.DailyCap {
		if c == code {
			return schemas.Errorf(schemas.KindDenied, "sms_daily_cap", "该号码今日短信已达上限（%s）", code)
		}
	}
	return schemas.Errorf(schemas.KindUnavailable, "channel_errcode", "短信网关返回 %s", clip(code, 100))
}

func (s *sms) render(m schemas.Message) ([]byte, map[string]string, error) {
	params, err := json.Marshal(s.params(m))
	if err != nil {
		return nil, nil, err
	}
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return nil, nil, err
	}
	v := smsValues{Phone: m.Recipient.Address, Template: s.cfg.Template, Params: string(params),
		Timestamp: strconv.FormatInt(s.now().Unix(), 10), Nonce: hex.EncodeToString(nonce), ID: m.ID, Secret: s.secret.Reveal()}
	if s.cfg.SignOver != "" {
		over, err := execute(s.over, v)
		if err != nil {
			return nil, nil, err
		}
		mac := hmac.New(sha256.New, []byte(s.secret.Reveal()))
		mac.Write([]byte(over))
		v.Sign = hex.EncodeToString(mac.Sum(nil))
	}
	fields, form := map[string]string{}, url.Values{}
	for k, t := range s.body {
		if fields[k], err = execute(t, v); err != nil {
			return nil, nil, err
		}
		form.Set(k, fields[k])
	}
	headers := map[string]string{"Content-Type": "application/json"}
	for k, t := range s.header {
		if headers[k], err = execute(t, v); err != nil {
			return nil, nil, err
		}
	}
	if s.cfg.Format == "form" {
		headers["Content-Type"] = "application/x-www-form-urlencoded"
		return []byte(form.Encode()), headers, nil
	}
	body, err := json.Marshal(fields)
	return body, headers, err
}

// params are the template's parameters: short, without any URL (operators
// refuse a message with one inside a parameter).
func (s *sms) params(m schemas.Message) map[string]string {
	level := map[schemas.HazardLevel]string{schemas.HazardRed: "红色", schemas.HazardAmber: "橙色"}[m.Level]
	deadline := m.Deadline
	if deadline.IsZero() {
		deadline = m.Statutory
	}
	p := map[string]string{"ref": m.CaseRef, "level": level, "address": m.Address, "grade": string(m.Grade)}
	if !deadline.IsZero() {
		p["deadline"] = deadline.In(shanghai).Format("01-02 15:04")
	}
	for k, v := range p {
		if strings.Contains(v, "://") {
			v = ""
		}
		if n := utf8.RuneCountInString(v); n > s.cfg.ParamRunes {
			// The end of an address names the house: keep that.
			v = "…" + string([]rune(v)[n-s.cfg.ParamRunes+1:])
		}
		p[k] = v
	}
	return p
}

func execute(t *template.Template, v smsValues) (string, error) {
	var b strings.Builder
	err := t.Execute(&b, v)
	return b.String(), err
}

// lookup follows a dotted path through objects and arrays; "" when it ends early.
func lookup(tree any, path string) string {
	if path == "" {
		return ""
	}
	for _, key := range strings.Split(path, ".") {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(node) {
				return ""
			}
			tree = node[i]
		default:
			return ""
		}
	}
	switch v := tree.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
