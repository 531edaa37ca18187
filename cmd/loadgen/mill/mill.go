// Package mill makes unique signed appraisal reports of invented agencies, as
// fast as load and crash tests need them, with what is true of each.
package mill

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"jianding/intake/agencies"
	"jianding/intake/reading/readingtest"
	"jianding/intake/signature/signing"
	"jianding/schemas"
)

// Mill makes reports. It is safe for concurrent use.
type Mill struct {
	words *readingtest.Wordings
	root  *signing.Authority

	mu       sync.Mutex
	seed     uint64
	signers  map[string]signing.Signer // by agency name
	register map[string]schemas.Agency
	used     map[string]bool // agency and report number
}

// Report is one signed report and what is true of it.
type Report struct {
	PDF   []byte
	Name  string
	Truth readingtest.Truth
	// Agency is the register's id of who signed it.
	Agency string
}

// Red says that the report shows a hazard to the whole structure.
func (r Report) Red() bool { return r.Truth.WholeStructure != nil && *r.Truth.WholeStructure }

// New makes a mill whose reports begin at a seed. The agencies' keys are made
// anew each time; the texts follow from the seed.
func New(seed uint64) (*Mill, error) {
	words, err := readingtest.LoadWordings()
	if err != nil {
		return nil, err
	}
	root, err := signing.NewAuthority(signing.ECDSA, "Load test root")
	if err != nil {
		return nil, err
	}
	now := time.Now()
	valid := signing.Certify{From: now.AddDate(-1, 0, 0), Until: now.AddDate(1, 0, 0)}
	m := &Mill{words: words, root: root, seed: seed, signers: map[string]signing.Signer{}, register: map[string]schemas.Agency{}, used: map[string]bool{}}
	for i, name := range words.Vocabulary.Agencies {
		uscc := creditCode(name)
		s, err := root.Issue(signing.ECDSA, signing.Subject{Name: name, USCC: uscc}, valid)
		if err != nil {
			return nil, err
		}
		m.signers[name] = s
		m.register[name] = schemas.Agency{ID: fmt.Sprintf("load-%02d", i+1), Name: name, USCC: uscc, Status: schemas.AgencyActive}
	}
	return m, nil
}

// creditCode invents a credit code for a name; its check character is not
// computed, so that it can't be anybody's.
func creditCode(name string) string {
	h := fnv.New64a()
	h.Write([]byte(name))
	return "91500116MA" + strings.ToUpper(hex.EncodeToString(h.Sum(nil)))[:8]
}

// Agencies lists the register.
func (m *Mill) Agencies() []schemas.Agency {
	out := make([]schemas.Agency, 0, len(m.register))
	for _, a := range m.register {
		out = append(out, a)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// WriteTrust writes the mill's trust directory: its root and its register.
func (m *Mill) WriteTrust(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "roots"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "roots", "load.pem"), m.root.PEM(), 0o644); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "crls"), 0o755); err != nil {
		return err
	}
	now := time.Now()
	crl := m.root.CRL(now.Add(-time.Hour), now.AddDate(1, 0, 0), nil)
	if err := os.WriteFile(filepath.Join(dir, "crls", "load.crl"), crl, 0o644); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "agencies.yaml"))
	if err != nil {
		return err
	}
	defer f.Close()
	return agencies.WriteRegister(f, m.Agencies())
}

// Next makes the next report. pad is the number of bytes that are added to
// it, so that a load has the sizes of real reports.
func (m *Mill) Next(red bool, pad int) (Report, error) { return m.NextOf(red, pad, 0) }

// NextOf is Next with at least so many pages: the second one is repeated, as
// an annex repeats its forms.
func (m *Mill) NextOf(red bool, pad, pageCount int) (Report, error) {
	spec, doc := m.draw(red)
	pages := doc.Set(spec.Layout)
	if more := pageCount - len(pages); more > 0 {
		second := pages[min(1, len(pages)-1)]
		for range more {
			pages = slices.Insert(pages, min(1, len(pages)-1), second)
		}
	}
	cmap := readingtest.UniGB
	pdf := readingtest.WritePDF(pages, cmap)
	_, truth := m.words.Compose(spec)
	o := signing.Options{}
	if pad > 0 {
		o.DictExtra = "/Pad (" + strings.Repeat("x", pad) + ")"
	}
	signed, err := signing.Sign(pdf, m.signers[truth.Agency], o)
	if err != nil {
		return Report{}, err
	}
	return Report{PDF: signed, Name: fmt.Sprintf("load-%d.pdf", spec.Seed), Truth: truth, Agency: m.register[truth.Agency].ID}, nil
}

// draw looks for the next seed whose report is sound, wanted and new.
func (m *Mill) draw(red bool) (readingtest.Spec, readingtest.Document) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		m.seed++
		s := m.words.Draw(m.seed)
		s.Pages, s.Contradiction = readingtest.Readable, readingtest.Agrees
		if s.Typography == readingtest.Unicode {
			continue // the PDF writer's font collection lacks these characters
		}
		doc, truth := m.words.Compose(s)
		key := truth.Agency + "\n" + truth.ReportNo
		if truth.WholeStructure == nil || *truth.WholeStructure != red || truth.Expected.Outcome != string(schemas.Accepted) || m.used[key] {
			continue
		}
		m.used[key] = true
		return s, doc
	}
}
