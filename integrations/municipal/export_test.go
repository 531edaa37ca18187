package municipal_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"jianding/integrations/municipal"
	"jianding/schemas"

	"github.com/xuri/excelize/v2"
)

func TestExportPackage(t *testing.T) {
	w := newWorld(t, setup{})
	good, odd := w.filing(1), w.filing(2)
	odd.Report.ReportNo, odd.Assessment.Report.ReportNo = "../../etc/passwd", "../../etc/passwd"
	odd.Assessment.Report.Address = `=HYPERLINK("http://x")`
	odd.Agency.USCC = "" // the platform requires it: a human has to fill it in
	odd.SupersedesReceipt = "ZHFA-20261124-000001"
	var buf bytes.Buffer
	open := func(_ context.Context, sum string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(w.docs[sum])), nil
	}
	m, err := municipal.ExportPackage(context.Background(), &buf, w.profile, []schemas.Filing{good, odd}, open, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	files := unzip(t, buf.Bytes())
	if len(files) != 5 {
		t.Errorf("%d files", len(files))
	}
	for i, f := range []schemas.Filing{good, odd} {
		e := m.Reports[i]
		if !bytes.Equal(files[e.Name], w.docs[f.Report.SHA256]) {
			t.Errorf("%s is not the original", e.Name)
		}
		if strings.Contains(e.Name, "..") || strings.Count(e.Name, "/") != 1 {
			t.Errorf("name %q leaves its folder", e.Name)
		}
	}
	var onDisk municipal.Manifest
	if err := json.Unmarshal(files["manifest.json"], &onDisk); err != nil {
		t.Fatal(err)
	}
	for _, e := range append([]municipal.ManifestEntry{{ManifestFile: onDisk.Sheet}}, onDisk.Reports...) {
		sum := sha256.Sum256(files[e.Name])
		if hex.EncodeToString(sum[:]) != e.SHA256 || int64(len(files[e.Name])) != e.Size {
			t.Errorf("manifest states another hash or size of %s", e.Name)
		}
		if !strings.Contains(string(files["SHA256SUMS"]), e.SHA256+"  "+e.Name+"\n") {
			t.Errorf("SHA256SUMS has no line for %s", e.Name)
		}
	}
	if len(onDisk.Reports[0].Problems) != 0 || len(onDisk.Reports[1].Problems) != 1 {
		t.Errorf("problems %q, %q", onDisk.Reports[0].Problems, onDisk.Reports[1].Problems)
	}

	book, err := excelize.OpenReader(bytes.NewReader(files[municipal.SheetName]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("报送清单")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows (%v)", len(rows), err)
	}
	column := map[string]int{}
	for i, h := range rows[0] {
		column[h] = i
	}
	for label, want := range map[string]string{"报告编号": "CQJJ-2026-0001", "安全性等级": "Dsu", "是否影响整体": "是", "鉴定依据标准": "GB 50292-2015；JGJ 125-2016",
		"建筑面积（平方米）": "486.35", "原件文件": m.Reports[0].Name, "SM3 摘要": good.Report.SM3} {
		i, ok := column[label]
		if !ok || rows[1][i] != want {
			t.Errorf("column %s: %q, want %q", label, rows[1], want)
		}
	}
	if got := rows[1][column["鉴定结论"]]; !strings.HasPrefix(got, "1号楼 安全性 Dsu（GB 50292-2015，鉴定单元）；") || rows[1][column["隐患级别"]] != "红色" {
		t.Errorf("in the interface's words: %q, %q", got, rows[1][column["隐患级别"]])
	}
	if !strings.Contains(rows[1][column["鉴定结论"]], "Dsu") || !strings.Contains(rows[1][column["处理建议"]], "停止使用") {
		t.Errorf("conclusions %q, advice %q", rows[1][column["鉴定结论"]], rows[1][column["处理建议"]])
	}
	cell, err := excelize.CoordinatesToCellName(column["房屋地址"]+1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if formula, _ := book.GetCellFormula("报送清单", cell); formula != "" || rows[2][column["房屋地址"]] != `=HYPERLINK("http://x")` {
		t.Errorf("an address became a formula: %q", formula)
	}
	if !strings.Contains(rows[2][column["需补充或核对"]], "统一社会信用代码") {
		t.Errorf("what is missing is not said: %q", rows[2])
	}
}

// The table says what is on the platform already, or may be: whoever files by
// hand from it alone must not file twice.
func TestTheTableWarnsOfWhatIsFiled(t *testing.T) {
	w := newWorld(t, setup{})
	sent := func(operation string, r schemas.FilingResult) schemas.DeliveryAttempt {
		return schemas.DeliveryAttempt{Operation: operation, Result: r}
	}
	for _, tc := range []struct {
		delivery schemas.Delivery
		want     string
	}{
		{schemas.Delivery{Status: schemas.DeliveryAcknowledged, PlatformReceipt: "P-1"}, "P-1，请勿重复报送"},
		{schemas.Delivery{Status: schemas.DeliverySubmitted, PlatformReceipt: "P-2"}, "请勿重复报送 P-2"},
		{schemas.Delivery{Status: schemas.DeliveryReturned, Returned: []string{"缺少附件"}}, "更正后再报送：缺少附件"},
		{schemas.Delivery{Status: schemas.DeliveryManual, Unknown: true, Attempts: []schemas.DeliveryAttempt{sent("submit", schemas.FilingUnknown), sent("query", schemas.FilingUnknown)}}, "先在平台上查询"},
		{schemas.Delivery{Status: schemas.DeliveryManual, Unknown: true, Attempts: []schemas.DeliveryAttempt{sent("supersede", "")}}, "先在平台上查询"},
		{schemas.Delivery{Status: schemas.DeliveryManual, Attempts: []schemas.DeliveryAttempt{sent("submit", schemas.FilingUnknown), sent("query", schemas.FilingNotFound)}}, ""},
		{schemas.Delivery{Status: schemas.DeliveryPending, Unknown: true}, ""}, // exported is all that was done with it
		{schemas.Delivery{Status: schemas.DeliveryDead, Attempts: []schemas.DeliveryAttempt{sent("submit", schemas.FilingFinal)}}, ""},
	} {
		f := w.filing(1)
		tc.delivery.ID, tc.delivery.IdempotencyKey = f.Delivery.ID, f.Delivery.IdempotencyKey
		f.Delivery = tc.delivery
		m, err := municipal.ExportPackage(context.Background(), io.Discard, w.profile, []schemas.Filing{f}, func(_ context.Context, sum string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(w.docs[sum])), nil
		}, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(m.Reports[0].Problems, ""); tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s %+v: says %q, want %q", tc.delivery.Status, tc.delivery.Attempts, got, tc.want)
		}
	}
}

// A package with a wrong original must not look complete.
func TestExportPackageWithAlteredOriginalIsNoZip(t *testing.T) {
	w := newWorld(t, setup{})
	f := w.filing(1)
	var buf bytes.Buffer
	_, err := municipal.ExportPackage(context.Background(), &buf, w.profile, []schemas.Filing{f}, func(context.Context, string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("%PDF-1.7 other")), nil
	}, w.clock.Now())
	if err == nil {
		t.Fatal("no error")
	}
	if _, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len())); err == nil {
		t.Error("what was written opens as a zip")
	}
}

func unzip(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return out
}
