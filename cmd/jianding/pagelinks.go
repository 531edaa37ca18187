package main

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"time"

	"jianding/intake/web"
	"jianding/schemas"
)

// publicURL is how the outside reaches this service.
func (s *service) publicURL() string {
	if s.cfg.PublicURL != "" {
		return strings.TrimRight(s.cfg.PublicURL, "/")
	}
	return "http://" + s.listener.Addr().String()
}

// links joins the one-time links of the door with the addresses of its pages.
func (s *service) links() (pageLinks, error) {
	key, err := s.linkKey()
	if err != nil {
		return pageLinks{}, err
	}
	return pageLinks{base: s.publicURL(), once: web.NewLinks(key, s.publicURL()), key: key}, nil
}

type pageLinks struct {
	base string
	once *web.Links
	key  []byte
}

func (p pageLinks) Report(id string) string {
	return p.base + "/console/reports/" + id + "/original.pdf"
}
func (p pageLinks) Case(id string) string { return p.base + "/console/cases/" + id }
func (p pageLinks) Ack(caseID, contact string, expires time.Time) string {
	return p.once.Acknowledge(caseID, contact, expires)
}

// linkKey is the configured secret, or one that this machine makes and keeps.
func (s *service) linkKey() ([]byte, error) {
	if k := s.cfg.LinkSecret.Reveal(); k != "" {
		if len(k) < 16 {
			return nil, schemas.Errorf(schemas.KindInvalid, "link_secret_short", "link_secret 至少 16 个字符")
		}
		return []byte(k), nil
	}
	file := filepath.Join(s.cfg.DataDir, "links.key")
	if b, err := os.ReadFile(file); err == nil {
		return hex.DecodeString(strings.TrimSpace(string(b)))
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, []byte(hex.EncodeToString(key)+"\n"), 0o600)
}
