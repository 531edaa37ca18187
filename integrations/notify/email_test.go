package notify

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"mime"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"jianding/schemas"
)

// mailbox is a real SMTP server with STARTTLS and authentication.
type mailbox struct {
	mu   sync.Mutex
	got  []string
	rcpt map[string]*smtp.SMTPError
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{box: m}, nil }

type mailSession struct {
	box    *mailbox
	authed bool
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if user != "jd" || pass != "pw" {
			return smtp.ErrAuthFailed
		}
		s.authed = true
		return nil
	}), nil
}
func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if !s.authed {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if e := s.box.rcpt[to]; e != nil {
		return e
	}
	return nil
}
func (s *mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.box.mu.Lock()
	s.box.got = append(s.box.got, string(b))
	s.box.mu.Unlock()
	return err
}
func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

// serveMail starts the mailbox and returns the channel's settings for it.
func serveMail(t *testing.T, box *mailbox) Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(box)
	srv.Domain = "localhost"
	srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(ln) //nolint:errcheck // ends with Close
	t.Cleanup(func() { srv.Close() })
	return Config{Type: "email", CAFile: ca, Email: &EmailConfig{Host: "localhost", Port: ln.Addr().(*net.TCPAddr).Port,
		Username: "jd", Password: "pw", From: "duty@jd.example"}}
}

func TestEmailCarriesTheMessageUnderOneIDWithTheReport(t *testing.T) {
	box := &mailbox{}
	cfg := serveMail(t, box)
	cfg.Email.Attach = true
	pdf := "%PDF-1.7 the report"
	chans, err := New(map[string]Config{"x": cfg}, Deps{Now: newClock().now, Original: func(_ context.Context, sha string) (io.ReadCloser, int64, error) {
		if sha != strings.Repeat("ab", 32) {
			t.Errorf("asked for %s", sha)
		}
		return io.NopCloser(strings.NewReader(pdf)), int64(len(pdf)), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	m := redMessage("duty@jiangjin.example")
	m.Attachment = m.SHA256
	for range 2 { // a retry
		proof, err := chans["x"].Send(context.Background(), m)
		if err != nil || proof.Status != 250 {
			t.Fatalf("%v %+v", err, proof)
		}
	}
	ids := map[string]bool{}
	for _, raw := range box.got {
		msg, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		ids[msg.Header.Get("Message-Id")] = true
		subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil || subject != m.Title {
			t.Errorf("subject %q (%v)", subject, err)
		}
		if !strings.Contains(raw, "application/pdf") {
			t.Error("the report is not attached")
		}
	}
	if len(box.got) != 2 || len(ids) != 1 {
		t.Errorf("%d messages under %d ids", len(box.got), len(ids))
	}
}

func TestEmailTellsALastingRefusalFromAPassingOne(t *testing.T) {
	box := &mailbox{rcpt: map[string]*smtp.SMTPError{
		"gone@jd.example": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"},
		"busy@jd.example": {Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "try later"},
	}}
	cfg := serveMail(t, box)
	ch := build(t, cfg, newClock())
	for to, kind := range map[string]schemas.Kind{"gone@jd.example": schemas.KindInvalid, "busy@jd.example": schemas.KindUnavailable, "no address": schemas.KindInvalid} {
		if _, err := ch.Send(context.Background(), redMessage(to)); schemas.KindOf(err) != kind {
			t.Errorf("%s: %v, want %s", to, err, kind)
		}
	}
	wrong := cfg
	e := *cfg.Email
	e.Password = "other"
	wrong.Email = &e
	if _, err := build(t, wrong, newClock()).Send(context.Background(), redMessage("a@jd.example")); schemas.KindOf(err) != schemas.KindUnavailable {
		t.Errorf("wrong password: %v, want a failure that can be mended", err)
	}
	if len(box.got) != 0 {
		t.Errorf("%d messages got through", len(box.got))
	}
}

func TestEmailRefusesToGoWithoutTLS(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(&mailbox{})
	go srv.Serve(ln) //nolint:errcheck // ends with Close
	t.Cleanup(func() { srv.Close() })
	ch := build(t, Config{Type: "email", Email: &EmailConfig{Host: "localhost", Port: ln.Addr().(*net.TCPAddr).Port, From: "duty@jd.example"}}, newClock())
	if _, err := ch.Send(context.Background(), redMessage("a@jd.example")); schemas.KindOf(err) != schemas.KindUnavailable {
		t.Errorf("server without STARTTLS: %v", err)
	}
}
