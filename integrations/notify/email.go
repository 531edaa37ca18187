package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"jianding/schemas"
)

// EmailConfig is an SMTP submission service (RFC 6409).
type EmailConfig struct {
	Host string `yaml:"host"`
	Port int    `yaml:"port"` // default 587
	// TLS is "mandatory" (STARTTLS or nothing, the default), "implicit"
	// (RFC 8314, port 465) or "none" (only inside one machine).
	TLS      string         `yaml:"tls"`
	Username string         `yaml:"username"`
	Password schemas.Secret `yaml:"password"`
	From     string         `yaml:"from"`
	// Attach lets messages carry the report's original, up to AttachLimit
	// bytes (default 20 MB; larger ones go as a link alone).
	Attach      bool  `yaml:"attach"`
	AttachLimit int64 `yaml:"attach_limit"`
}

// email submits over SMTP with a stable Message-ID, so that a mail system that
// removes duplicates can do so.
type email struct {
	cfg      EmailConfig
	timeout  time.Duration
	tls      *tls.Config
	now      func() time.Time
	original func(ctx context.Context, sha256 string) (io.ReadCloser, int64, error)
}

func newEmail(cfg Config, deps Deps) (Channel, []string, int) {
	if cfg.Email == nil {
		return nil, []string{"email.host", "email.from"}, 0
	}
	e := *cfg.Email
	missing := need(map[string]bool{"email.host": e.Host != "", "email.from": strings.Contains(e.From, "@")})
	switch e.TLS {
	case "", "mandatory", "implicit", "none":
	default:
		missing = append(missing, "email.tls")
	}
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: e.Host}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		tlsConfig.RootCAs = x509.NewCertPool()
		if err != nil || !tlsConfig.RootCAs.AppendCertsFromPEM(pem) {
			missing = append(missing, "ca_file")
		}
	}
	if missing != nil {
		return nil, missing, 0
	}
	if e.Port == 0 {
		e.Port = 587
	}
	if e.AttachLimit == 0 {
		e.AttachLimit = 20 << 20
	}
	return &email{cfg: e, timeout: cfg.Timeout, tls: tlsConfig, now: deps.Now, original: deps.Original}, nil, cfg.PerMinute
}

func (e *email) Send(ctx context.Context, m schemas.Message) (schemas.Proof, error) {
	msg, err := e.compose(ctx, m)
	if err != nil {
		return schemas.Proof{}, err
	}
	client, err := mail.NewClient(e.cfg.Host, e.options()...)
	if err != nil {
		return schemas.Proof{}, schemas.E(schemas.KindInternal, "email_client", "", err)
	}
	text := plainText(m)
	sum := sha256.Sum256([]byte(text))
	proof := schemas.Proof{RequestSHA256: hex.EncodeToString(sum[:]), RemoteID: msg.GetMessageID()}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	start := time.Now()
	err = client.DialAndSendWithContext(ctx, msg)
	proof.Duration = time.Since(start)
	if err == nil {
		proof.Status, proof.Response = 250, clip(msg.ServerResponse(), responseKept)
		return proof, nil
	}
	proof.Status, proof.Response = replyCode(err), clip(err.Error(), responseKept)
	return proof, judgeSMTP(err)
}

func (e *email) options() []mail.Option {
	opts := []mail.Option{mail.WithPort(e.cfg.Port), mail.WithTimeout(e.timeout), mail.WithTLSConfig(e.tls)}
	switch e.cfg.TLS {
	case "implicit":
		opts = append(opts, mail.WithSSL())
	case "none":
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if e.cfg.Username != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(e.cfg.Username), mail.WithPassword(e.cfg.Password.Reveal()))
	}
	return opts
}

func (e *email) compose(ctx context.Context, m schemas.Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8))
	if err := msg.From(e.cfg.From); err != nil {
		return nil, schemas.E(schemas.KindInternal, "email_from", "发件人地址不正确", err)
	}
	if err := msg.To(m.Recipient.Address); err != nil {
		return nil, schemas.E(schemas.KindInvalid, "recipient_invalid", "收件人地址不正确", err)
	}
	msg.Subject(m.Title)
	msg.SetMessageIDWithValue(m.ID + "@" + e.cfg.From[strings.LastIndex(e.cfg.From, "@")+1:])
	msg.SetDateWithValue(e.now())
	if m.Level == schemas.HazardRed {
		msg.SetImportance(mail.ImportanceUrgent)
	}
	text := plainText(m)
	if attachment, note := e.attachment(ctx, m); attachment != nil {
		defer attachment.Close()
		if err := msg.AttachReader(m.Attachment[:12]+".pdf", attachment, mail.WithFileContentType("application/pdf")); err != nil {
			return nil, schemas.E(schemas.KindUnavailable, "attachment", "附件读取失败", err)
		}
	} else if note != "" {
		text += "\n" + note
	}
	msg.SetBodyString(mail.TypeTextPlain, text)
	return msg, nil
}

// attachment opens the original when policy and size allow. An original that
// can't be read never holds up the message: the link in it stays.
func (e *email) attachment(ctx context.Context, m schemas.Message) (io.ReadCloser, string) {
	if !e.cfg.Attach || len(m.Attachment) < 12 || e.original == nil {
		return nil, ""
	}
	r, size, err := e.original(ctx, m.Attachment)
	if err != nil {
		return nil, "（报告原件暂时无法附上，请用上面的链接打开）"
	}
	if size > e.cfg.AttachLimit {
		r.Close()
		return nil, "（报告原件较大，未附上，请用上面的链接打开）"
	}
	return r, ""
}

var smtpCode = regexp.MustCompile(`\b([245][0-9]{2})\b`)

func replyCode(err error) int {
	var se *mail.SendError
	if errors.As(err, &se) && se.ErrorCode() != 0 {
		return se.ErrorCode()
	}
	if m := smtpCode.FindString(err.Error()); m != "" {
		n, _ := strconv.Atoi(m)
		return n
	}
	return 0
}

// judgeSMTP tells a mailbox that does not exist (RFC 5321 §4.2.3: 550, 551,
// 553 on RCPT) from everything that may pass: another try can succeed once
// the mail system or our account there is mended.
func judgeSMTP(err error) error {
	var se *mail.SendError
	if errors.As(err, &se) && se.Reason == mail.ErrSMTPRcptTo {
		switch se.ErrorCode() {
		case 550, 551, 553:
			return schemas.E(schemas.KindInvalid, "recipient_refused", "收件人被对方邮件系统拒绝", err)
		}
	}
	return schemas.E(schemas.KindUnavailable, "email_failed", "邮件未能送出", err)
}
