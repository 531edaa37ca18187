package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"jianding/schemas"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// pages holds the parsed templates, one set per page, and the static files
// under names that carry their hash, so that browsers may keep them for ever.
type pages struct {
	version string
	sets    map[string]*template.Template
	assets  map[string]asset  // served name → content
	names   map[string]string // "app.css" → served name
}

type asset struct {
	kind string
	body []byte
}

func loadPages(version string) (*pages, error) {
	p := &pages{version: version, sets: map[string]*template.Template{}, assets: map[string]asset{}, names: map[string]string{}}
	if err := p.loadAssets(); err != nil {
		return nil, err
	}
	funcs := pageFuncs()
	funcs["asset"] = func(name string) (string, error) {
		served, ok := p.names[name]
		if !ok {
			return "", fmt.Errorf("no static file %q", name)
		}
		return "/static/" + served, nil
	}
	base, err := template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("web templates: %w", err)
	}
	files, err := fs.Glob(templateFiles, "templates/[a-z]*.html")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		set, err := base.Clone()
		if err == nil {
			_, err = set.ParseFS(templateFiles, f)
		}
		if err != nil {
			return nil, fmt.Errorf("web template %s: %w", f, err)
		}
		p.sets[strings.TrimSuffix(path.Base(f), ".html")] = set
	}
	return p, nil
}

func (p *pages) loadAssets() error {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	return fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		base, ext := path.Base(name), path.Ext(name)
		served := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		p.names[base] = served
		p.assets[served] = asset{kind: kinds[ext], body: body}
		return nil
	})
}

// view is what every page's template gets.
type view struct {
	Title   string
	User    *schemas.User
	Agency  *schemas.Agency
	CSRF    string
	Path    string
	Now     time.Time
	Version string
	May     map[string]bool
	Notice  string // what the step before did, in words
	Data    any
	// SweepAge is set on the console where this process sweeps.
	SweepLate bool
	SweepAge  time.Duration
}

// csrfField is the name of the hidden field of every form.
const csrfField = "csrf"

// render writes a page. It renders into memory first: a template that fails
// must not leave half a page that looks whole.
func (s *server) render(w http.ResponseWriter, r *http.Request, status int, name string, p principal, title string, data any) error {
	set, ok := s.pages.sets[name]
	if !ok {
		return schemas.Errorf(schemas.KindInternal, "template", "no page %q", name)
	}
	v := view{Title: title, User: p.user, Agency: p.agency, CSRF: p.csrf, Path: r.URL.Path, Now: s.now(), Version: s.pages.version, Data: data, May: p.rights()}
	v.Notice = noticeWords()[r.URL.Query().Get("ok")]
	if s.SweepAge != nil && p.may(seeCases) {
		v.SweepAge = s.SweepAge()
		v.SweepLate = v.SweepAge > s.MaxSweepAge
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "page", v); err != nil {
		return schemas.E(schemas.KindInternal, "template", "page "+name, err)
	}
	setPageHeaders(w.Header())
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}

// rights is what templates ask before they show a link or a button; the
// handlers ask again.
func (p principal) rights() map[string]bool {
	return map[string]bool{
		"upload": p.may(mayUpload), "reports": p.may(seeReports), "cases": p.may(seeCases), "act": p.may(actOnCases),
		"review": p.may(review), "deliver": p.may(deliver), "admin": p.may(administer),
		"town": p.user != nil && p.user.Role == schemas.RoleTown,
	}
}

// setPageHeaders: pages hold no script or style of their own, so that the
// policy can forbid all of it; nothing of them is kept by caches.
func setPageHeaders(h http.Header) {
	setSecurityHeaders(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(), microphone=(), payment=()")
}

func (s *server) serveStatic(w http.ResponseWriter, r *http.Request) {
	a, ok := s.pages.assets[r.PathValue("name")]
	if !ok {
		s.fail(w, r, notFound())
		return
	}
	setSecurityHeaders(w.Header())
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.body)
}

// failPage shows an error as a page.
func (s *server) failPage(w http.ResponseWriter, r *http.Request, p principal, err error) {
	pr := problemOf(err)
	s.logFailure(r, pr, err)
	shortenDrain(w, r)
	h := w.Header()
	setHints(h, pr)
	h.Del("WWW-Authenticate") // a browser would ask for a password in a window of its own
	if err := s.render(w, r, pr.Status, "error", p, pr.Title, pr); err != nil {
		s.fail(w, r, err)
	}
}
