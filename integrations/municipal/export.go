package municipal

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"jianding/schemas"

	"github.com/xuri/excelize/v2"
)

// Manifest lists what an export package holds. It is manifest.json inside it.
type Manifest struct {
	CreatedAt time.Time       `json:"created_at"`
	Profile   string          `json:"profile"`
	Sheet     ManifestFile    `json:"sheet"`
	Reports   []ManifestEntry `json:"reports"`
}

// ManifestFile is one file with its hash.
type ManifestFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // bytes
}

// ManifestEntry is one report of a package.
type ManifestEntry struct {
	ManifestFile
	SM3            string   `json:"sm3"`
	ReportNo       string   `json:"report_no"`
	ReceiptNo      string   `json:"receipt_no"`
	DeliveryID     string   `json:"delivery_id"`
	IdempotencyKey string   `json:"idempotency_key"`
	Supersedes     string   `json:"supersedes,omitempty"`
	Problems       []string `json:"problems,omitempty"` // what a human has to fill in
}

// SheetName is the table's file name in a package.
const SheetName = "报送清单.xlsx"

// ExportPackage writes a zip with which a human files reports on the
// platform's pages: the originals byte for byte, a table with the profile's
// fields as columns, and a manifest with hashes. It needs no platform and no
// secrets. Reports that the profile cannot map are in it too, with what is
// missing in the last column: manual mode always works.
//
// open opens an original by its SHA-256. An original that is not what the
// ledger says, or cannot be opened, ends the package with an error; what was
// written until then is not a valid zip, so that it can't be taken for whole.
func ExportPackage(ctx context.Context, w io.Writer, p *Profile, filings []schemas.Filing, open func(ctx context.Context, sha256hex string) (io.ReadCloser, error), now time.Time) (Manifest, error) {
	m := Manifest{CreatedAt: now.UTC(), Profile: p.Name}
	z := zip.NewWriter(w)
	rows := make([][]any, len(filings))
	for i, f := range filings {
		meta, problems := mapFiling(p.compiled.fields, f, p.Division)
		e := ManifestEntry{
			ManifestFile: ManifestFile{Name: originalName(i, f), SHA256: f.Report.SHA256, Size: f.Report.Size},
			SM3:          f.Report.SM3, ReportNo: reportNo(f), ReceiptNo: f.Report.ReceiptNo, DeliveryID: f.Delivery.ID,
			IdempotencyKey: f.Delivery.IdempotencyKey, Supersedes: f.SupersedesReceipt,
		}
		e.Problems = cautions(f.Delivery)
		for _, x := range problems {
			e.Problems = append(e.Problems, x.Message)
		}
		if err := copyOriginal(ctx, z, e, open, now); err != nil {
			return m, err
		}
		rows[i] = append(append([]any{i + 1, e.Name}, cells(meta.cells)...), strings.Join(e.Problems, "；"), "", "")
		m.Reports = append(m.Reports, e)
	}
	var err error
	if m.Sheet, err = writeSheet(z, p, rows, now); err != nil {
		return m, schemas.E(schemas.KindInternal, "export_sheet", "报送清单无法生成", err)
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	out, err := create(z, "manifest.json", now, zip.Deflate)
	if err == nil {
		_, err = out.Write(append(data, '\n'))
	}
	if err == nil {
		out, err = create(z, "SHA256SUMS", now, zip.Deflate)
	}
	if err == nil {
		_, err = io.WriteString(out, sums(m))
	}
	if err == nil {
		err = z.Close()
	}
	return m, err
}

// cautions keep whoever files by hand from filing what is there already, or may
// be: the table is worked through without looking at the console.
func cautions(d schemas.Delivery) []string {
	switch d.Status {
	case schemas.DeliveryAcknowledged:
		return []string{"已报送，平台回执 " + d.PlatformReceipt + "，请勿重复报送"}
	case schemas.DeliverySubmitted:
		return []string{strings.TrimSpace("平台已接收，等待确认，请勿重复报送 " + d.PlatformReceipt)}
	case schemas.DeliveryReturned:
		return []string{"平台已退回，须更正后再报送：" + strings.Join(d.Returned, "；")}
	}
	for _, a := range slices.Backward(d.Attempts) {
		switch {
		case a.Result == schemas.FilingUnknown && submits(a.Operation), a.Result == "" && submits(a.Operation):
			return []string{"自动报送过，结果不明：请先在平台上查询有无该报告，再行报送"}
		case a.Result == schemas.FilingNotFound:
			return nil
		}
	}
	return nil
}

func submits(operation string) bool { return operation == opSubmit || operation == opSupersede }

// sums is in the form of sha256sum, so that a clerk's machine can check it.
func sums(m Manifest) string {
	var b strings.Builder
	for _, r := range m.Reports {
		fmt.Fprintf(&b, "%s  %s\n", r.SHA256, r.Name)
	}
	fmt.Fprintf(&b, "%s  %s\n", m.Sheet.SHA256, m.Sheet.Name)
	return b.String()
}

func create(z *zip.Writer, name string, now time.Time, method uint16) (io.Writer, error) {
	return z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: now.In(shanghai())})
}

func copyOriginal(ctx context.Context, z *zip.Writer, e ManifestEntry, open func(context.Context, string) (io.ReadCloser, error), now time.Time) error {
	r, err := open(ctx, e.SHA256)
	if err != nil {
		return fmt.Errorf("original of %s: %w", e.ReceiptNo, err)
	}
	defer r.Close()
	out, err := create(z, e.Name, now, zip.Store) // a PDF is compressed already
	if err != nil {
		return err
	}
	_, err = io.Copy(out, verify(r, e.SHA256))
	if errors.Is(err, errOriginal) {
		return schemas.E(schemas.KindInternal, "original_differs", "原件与登记的摘要不一致："+e.ReceiptNo, err)
	}
	return err
}

// originalName is unique by its number and safe on any file system.
func originalName(i int, f schemas.Filing) string {
	no := strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|.`, r) || r == 0x7f {
			return '_'
		}
		return r
	}, reportNo(f))
	if r := []rune(no); len(r) > 60 {
		no = string(r[:60])
	}
	if no == "" {
		no = f.Report.ReceiptNo
	}
	return fmt.Sprintf("原件/%04d-%s.pdf", i+1, no)
}

func cells(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		switch x := v.(type) {
		case nil:
			out[i] = ""
		case string, int:
			out[i] = x
		case float64:
			out[i] = x
			if x == 0 {
				out[i] = ""
			}
		case bool:
			out[i] = map[bool]string{true: "是", false: "否"}[x]
		case []string:
			out[i] = strings.Join(x, "；")
		default:
			out[i] = sentence(v)
		}
		if s, ok := out[i].(string); ok { // Excel's limit per cell
			if r := []rune(s); len(r) > 32000 {
				out[i] = string(r[:32000]) + "…"
			}
		}
	}
	return out
}

// sentence writes a list of objects as a clerk would copy it.
func sentence(v any) string {
	switch x := v.(type) {
	case []any:
		var parts []string
		for _, e := range x {
			parts = append(parts, sentence(e))
		}
		return strings.Join(parts, "；")
	case map[string]any:
		var parts []string
		for _, k := range sortedKeys(x) {
			parts = append(parts, text(x[k]))
		}
		return strings.Join(parts, " ")
	}
	return text(v)
}

func writeSheet(z *zip.Writer, p *Profile, rows [][]any, now time.Time) (ManifestFile, error) {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "报送清单"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return ManifestFile{}, err
	}
	head := []any{"序号", "原件文件"}
	for _, fd := range p.Fields {
		head = append(head, fd.Label)
	}
	head = append(head, "需补充或核对", "平台回执号（报送后填写）", "报送日期（报送后填写）")
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Color: []string{"DDE7F3"}, Pattern: 1},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return ManifestFile{}, err
	}
	s, err := f.NewStreamWriter(sheet)
	if err != nil {
		return ManifestFile{}, err
	}
	if err := s.SetColWidth(1, len(head), 18); err != nil {
		return ManifestFile{}, err
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return ManifestFile{}, err
	}
	styled := make([]any, len(head))
	for i, h := range head {
		styled[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	for i, row := range append([][]any{styled}, rows...) {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return ManifestFile{}, err
		}
		// Text stays text: the stream writer writes strings inline, so a field
		// that begins with "=" is no formula.
		if err := s.SetRow(cell, row); err != nil {
			return ManifestFile{}, err
		}
	}
	if err := s.Flush(); err != nil {
		return ManifestFile{}, err
	}
	out, err := create(z, SheetName, now, zip.Store)
	if err != nil {
		return ManifestFile{}, err
	}
	sum := sha256.New()
	n, err := f.WriteTo(io.MultiWriter(out, sum))
	return ManifestFile{Name: SheetName, SHA256: hexSum(sum), Size: n}, err
}
