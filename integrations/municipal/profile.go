package municipal

import (
	"slices"
	"time"
)

// Profile describes one platform. It is one YAML file, decoded strictly: an
// unknown key is a problem. Durations are written as Go writes them ("30s").
// Places marked (template) hold text with {names} that are filled in per
// request, see templateNames; places marked (expression) hold an expression of
// github.com/expr-lang/expr, checked when the profile is loaded.
type Profile struct {
	// Extends names a shipped profile to start from. Each top-level key given
	// here replaces that whole section of it.
	Extends string `yaml:"extends"`
	// Name identifies the profile; it is stored with each delivery.
	Name string `yaml:"name"`
	// Description is for people.
	Description string `yaml:"description"`
	// BaseURL is the platform's address including any fixed path prefix;
	// https, or http for a loopback address.
	BaseURL string `yaml:"base_url"`
	// Division is the code of GB/T 2260 that reports are filed under,
	// "500116" for Jiangjin.
	Division string `yaml:"division"`

	TLS       TLS       `yaml:"tls"`
	Proxy     string    `yaml:"proxy"` // URL of an HTTP or SOCKS5 proxy; "environment" uses HTTPS_PROXY; empty: none
	Timeouts  Timeouts  `yaml:"timeouts"`
	Rate      Rate      `yaml:"rate"`
	Breaker   Breaker   `yaml:"breaker"`
	Limits    Limits    `yaml:"limits"`
	Signing   Signing   `yaml:"signing"`
	Endpoints Endpoints `yaml:"endpoints"`

	// Codes are the platform's code lists by name: what ours is called there.
	// An expression uses one as code("name", value); a value that is not in
	// the list makes the report unfit for filing, with that reason.
	Codes map[string]map[string]string `yaml:"codes"`
	// Fields are the platform's fields, in the order of the manual export.
	Fields []Field `yaml:"fields"`
	// Record says where a record's properties stand in an answer.
	Record RecordMapping `yaml:"record"`
	// Callbacks says how the platform's callbacks are verified and read.
	// Without it every callback is refused.
	Callbacks *Callbacks `yaml:"callbacks"`

	compiled *compiled
}

// TLS is the transport's security. Certificates are named by file.
type TLS struct {
	MinVersion string `yaml:"min_version"` // "1.2" (default) or "1.3"
	CAFile     string `yaml:"ca_file"`     // PEM; replaces the system's roots
	CertFile   string `yaml:"cert_file"`   // PEM client certificate
	KeyFile    string `yaml:"key_file"`    // PEM key of the client certificate
	ServerName string `yaml:"server_name"` // when it differs from the host of base_url
}

// Timeouts bound one request.
type Timeouts struct {
	Connect time.Duration `yaml:"connect"` // to connect, and again for the TLS handshake; default 10s
	Answer  time.Duration `yaml:"answer"`  // from the last byte sent to the answer's head; default 60s
	Total   time.Duration `yaml:"total"`   // the whole request; default 10m
	// Continue is how long to wait for "100 Continue" before a file is sent;
	// 0 sends at once. It spares an upload that is refused by its head.
	Continue time.Duration `yaml:"continue"`
	// Settle is how long after a broken request the platform may still record
	// it. Until then "no such record" is not believed. Default 30s.
	Settle time.Duration `yaml:"settle"`
}

// Rate limits requests to the platform, queries included.
type Rate struct {
	PerSecond float64 `yaml:"per_second"` // default 5
	Burst     int     `yaml:"burst"`      // default 1
	// MaxWait is how long a request waits for its turn in place; beyond it the
	// report is put back with its turn as due time. Default 5s.
	MaxWait time.Duration `yaml:"max_wait"`
}

// Breaker stops requests to a platform that is down.
type Breaker struct {
	Failures int           `yaml:"failures"` // in a row until it opens; default 5
	OpenFor  time.Duration `yaml:"open_for"` // until one request is tried; default 60s
}

// Limits of the platform.
type Limits struct {
	FileBytes   int64 `yaml:"file_bytes"`   // larger originals go to manual mode; default 100 MiB
	AnswerBytes int64 `yaml:"answer_bytes"` // longer answers are not read; default 8 MiB
	ListPages   int   `yaml:"list_pages"`   // pages of one day's list; default 10000
}

// Signing is a request-signing scheme as data.
type Signing struct {
	// Algorithm: hmac-sha256, hmac-sm3 (GB/T 32905), sm2 (GB/T 32918.2 with
	// SM3) or none.
	Algorithm string `yaml:"algorithm"`
	// KeyEncoding of an HMAC secret: raw (default), hex, base64.
	KeyEncoding string `yaml:"key_encoding"`
	// UserID of SM2; default "1234567812345678" (GM/T 0009).
	UserID string `yaml:"user_id"`
	// Encoding of the signature: hex, upper-hex, base64, base64url. An SM2
	// signature is ASN.1 before encoding, or r‖s of 64 bytes with raw-…:
	// raw-hex, raw-base64.
	Encoding string `yaml:"encoding"`

	// Parts of the signed string, in order.
	Parts []SignedPart `yaml:"parts"`
	// Sort orders the parts by name (bytewise) instead.
	Sort bool `yaml:"sort"`
	// Pair stands between a part's name and value ("="); empty: values only.
	Pair string `yaml:"pair"`
	// Join stands between the parts ("&", "\n" or empty).
	Join string `yaml:"join"`
	// SkipEmpty leaves out parts whose value is empty.
	SkipEmpty bool `yaml:"skip_empty"`

	Time  SigningTime  `yaml:"time"`
	Nonce SigningNonce `yaml:"nonce"`

	// Headers that carry the scheme (templates); {signature} is known here.
	Headers []NamedTemplate `yaml:"headers"`
	// Query parameters that carry the scheme (templates), appended to the URL
	// after signing.
	Query []NamedTemplate `yaml:"query"`
}

// SignedPart is one part of the signed string.
type SignedPart struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"` // (template)
	// EachQuery makes one part of each query parameter instead, named
	// Name + parameter name.
	EachQuery bool `yaml:"each_query"`
}

// NamedTemplate is a header, query parameter or form field.
type NamedTemplate struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"` // (template)
}

// SigningTime is how a time stamp is written.
type SigningTime struct {
	// Format: unix, unix_ms, rfc3339, rfc3339_ms, compact (20060102150405) or
	// datetime (2006-01-02 15:04:05).
	Format string `yaml:"format"`
	Zone   string `yaml:"zone"` // default Asia/Shanghai
	// Window is how far clocks may differ; for callbacks it bounds replay.
	Window time.Duration `yaml:"window"`
}

// SigningNonce is how a nonce is made.
type SigningNonce struct {
	Format string `yaml:"format"` // hex (default), uuid, or digits (milliseconds and four random digits)
	Bytes  int    `yaml:"bytes"`  // of hex; default 16
}

// Endpoints are the platform's operations. Submit, Query and List are
// required; without Supersede a revision is sent by Submit; with Upload,
// Submit sends metadata only and Upload the file.
type Endpoints struct {
	Submit    *Endpoint `yaml:"submit"`
	Upload    *Endpoint `yaml:"upload"`
	Supersede *Endpoint `yaml:"supersede"`
	Query     *Endpoint `yaml:"query"`
	// QueryByNumber asks by report number, when Query found nothing: a report
	// that a human filed on the platform's own pages has no key of ours. It is
	// recognised by its file. Without it such a record is not found.
	QueryByNumber *Endpoint `yaml:"query_by_number"`
	List          *Endpoint `yaml:"list"`
}

// Endpoint is one operation.
type Endpoint struct {
	Method string `yaml:"method"`
	Path   string `yaml:"path"` // (template), appended to base_url; names are escaped
	// Body: none, json (the metadata), multipart (metadata and file), file, or
	// text (Text, for queries by POST).
	Body         string          `yaml:"body"`
	Text         string          `yaml:"text"`         // (template; {name|json} escapes for a JSON string)
	ContentType  string          `yaml:"content_type"` // of Text; default application/json; charset=utf-8
	Headers      []NamedTemplate `yaml:"headers"`
	Query        []NamedTemplate `yaml:"query"` // a parameter whose value is empty is left out
	MetadataPart string          `yaml:"metadata_part"`
	// MetadataForm sends each top-level field as its own part instead.
	MetadataForm bool   `yaml:"metadata_form"`
	FilePart     string `yaml:"file_part"`
	FileName     string `yaml:"file_name"` // (template); default {file_sha256}.pdf

	// Answers are tried in order; the first whose When holds decides. An
	// answer that none describes counts as unknown. Without any, supersede
	// and upload use those of submit.
	Answers []AnswerRule `yaml:"answers"`

	// Records is where a query or list answers its records (expression; an
	// array).
	Records string `yaml:"records"`
	// NextCursor is where a list says how it goes on (expression; empty: end).
	NextCursor string `yaml:"next_cursor"`
	// Next is the id that Upload needs from Submit's answer as {draft}
	// (expression), read when an answer's result is "continue".
	Next string `yaml:"next"`
}

// AnswerRule is what an answer means.
type AnswerRule struct {
	When string `yaml:"when"` // (expression, true or false)
	// Result: accepted, submitted, duplicate, returned, retry, unknown,
	// final, not_found; record (look at the record's status); found (a query
	// or list was answered); continue (go on with Upload).
	Result     string        `yaml:"result"`
	Receipt    string        `yaml:"receipt"`     // (expression); default: the record's
	Reasons    string        `yaml:"reasons"`     // (expression, text or array)
	RetryAfter time.Duration `yaml:"retry_after"` // unless the answer has Retry-After
	// ServerClock takes the platform's clock from Date: this answer says that
	// ours is off.
	ServerClock bool `yaml:"server_clock"`
}

// Field is one field of the platform.
type Field struct {
	Name  string `yaml:"name"`  // dotted path in the metadata: "file.sha256"
	Label string `yaml:"label"` // Chinese, the column of the manual export
	Value string `yaml:"value"` // (expression)
	// Sheet is the cell of the manual export, where a person would write it in
	// other words than the interface; default: the value. (expression)
	Sheet string `yaml:"sheet"`
	// Required: an empty value makes the report unfit for filing.
	Required bool `yaml:"required"`
	// MaxRunes bounds a text in characters; 0: no bound.
	MaxRunes int `yaml:"max_runes"`
	// Truncate cuts a longer text instead of refusing it.
	Truncate bool `yaml:"truncate"`
	// Pattern is a regular expression (RE2) that a text must match as a whole.
	Pattern string `yaml:"pattern"`
	// KeepEmpty sends the field even when it is empty.
	KeepEmpty bool `yaml:"keep_empty"`
}

// RecordMapping says where a record's properties stand, each an expression
// over record (one record of an answer).
type RecordMapping struct {
	// In is where an answer to a submission holds its record (expression over
	// body; nil when there is none).
	In             string `yaml:"in"`
	IdempotencyKey string `yaml:"idempotency_key"`
	ReportNo       string `yaml:"report_no"`
	SHA256         string `yaml:"sha256"`
	Receipt        string `yaml:"receipt"`
	Status         string `yaml:"status"`
	Reasons        string `yaml:"reasons"`
	RecordedAt     string `yaml:"recorded_at"` // RFC 3339, or as Time says
	// Statuses maps the platform's words to accepted, pending, returned,
	// withdrawn, superseded.
	Statuses map[string]string `yaml:"statuses"`
	Time     SigningTime       `yaml:"time"`
}

// Callbacks is how callbacks are verified and read.
type Callbacks struct {
	Signing Signing `yaml:"signing"`
	Event   string  `yaml:"event"`  // (expression over body)
	At      string  `yaml:"at"`     // (expression over body; text of RFC 3339)
	Record  string  `yaml:"record"` // (expression over body)
	// Events maps the platform's words to accepted, returned, withdrawn.
	Events map[string]string `yaml:"events"`
}

func (p *Profile) setDefaults() {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&p.Timeouts.Connect, 10*time.Second)
	def(&p.Timeouts.Answer, time.Minute)
	def(&p.Timeouts.Total, 10*time.Minute)
	def(&p.Timeouts.Settle, 30*time.Second)
	def(&p.Rate.MaxWait, 5*time.Second)
	def(&p.Breaker.OpenFor, time.Minute)
	if p.Rate.PerSecond == 0 {
		p.Rate.PerSecond = 5
	}
	if p.Rate.Burst == 0 {
		p.Rate.Burst = 1
	}
	if p.Breaker.Failures == 0 {
		p.Breaker.Failures = 5
	}
	if p.Limits.FileBytes == 0 {
		p.Limits.FileBytes = 100 << 20
	}
	if p.Limits.AnswerBytes == 0 {
		p.Limits.AnswerBytes = 8 << 20
	}
	if p.Limits.ListPages == 0 {
		p.Limits.ListPages = 10000
	}
	if p.TLS.MinVersion == "" {
		p.TLS.MinVersion = "1.2"
	}
	for _, e := range []*Endpoint{p.Endpoints.Supersede, p.Endpoints.Upload} {
		if e != nil && p.Endpoints.Submit != nil && len(e.Answers) == 0 {
			e.Answers = slices.DeleteFunc(slices.Clone(p.Endpoints.Submit.Answers), func(r AnswerRule) bool { return r.Result == resultContinue })
		}
	}
	p.Signing.setDefaults()
	if p.Callbacks != nil {
		p.Callbacks.Signing.setDefaults()
	}
	for _, e := range []*Endpoint{p.Endpoints.Submit, p.Endpoints.Upload, p.Endpoints.Supersede, p.Endpoints.Query, p.Endpoints.QueryByNumber, p.Endpoints.List} {
		if e == nil {
			continue
		}
		if e.Body == "" {
			e.Body = "none"
		}
		if e.ContentType == "" {
			e.ContentType = "application/json; charset=utf-8"
		}
		if e.FileName == "" {
			e.FileName = "{file_sha256}.pdf"
		}
		if e.MetadataPart == "" {
			e.MetadataPart = "metadata"
		}
		if e.FilePart == "" {
			e.FilePart = "file"
		}
	}
}

func (s *Signing) setDefaults() {
	if s.KeyEncoding == "" {
		s.KeyEncoding = "raw"
	}
	if s.UserID == "" {
		s.UserID = "1234567812345678"
	}
	if s.Time.Zone == "" {
		s.Time.Zone = "Asia/Shanghai"
	}
	if s.Time.Window == 0 {
		s.Time.Window = 5 * time.Minute
	}
	if s.Nonce.Format == "" {
		s.Nonce.Format = "hex"
	}
	if s.Nonce.Bytes == 0 {
		s.Nonce.Bytes = 16
	}
}
