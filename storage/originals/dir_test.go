package originals_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"jianding/schemas"
	"jianding/storage/originals"
)

func TestDirFilesCannotBeWrittenByAccident(t *testing.T) {
	root := t.TempDir()
	d, err := originals.OpenDir(root)
	must(t, err)
	doc := document(1, 1000)
	put(t, d, doc)
	i, err := os.Stat(filepath.Join(root, hashOf(doc)[:2], hashOf(doc)))
	must(t, err)
	if i.Mode().Perm()&0o222 != 0 {
		t.Errorf("mode %v", i.Mode())
	}
	left, err := os.ReadDir(filepath.Join(root, "tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("temporary files: %v %v", left, err)
	}
}

// A crash between write and link leaves a half behind; the next start clears
// it away, but not that of a writer that may still live.
func TestDirClearsAbandonedHalves(t *testing.T) {
	root := t.TempDir()
	_, err := originals.OpenDir(root)
	must(t, err)
	old, fresh := filepath.Join(root, "tmp", "put-old"), filepath.Join(root, "tmp", "put-fresh")
	must(t, os.WriteFile(old, []byte("%PDF"), 0o600))
	must(t, os.WriteFile(fresh, []byte("%PDF"), 0o600))
	must(t, os.Chtimes(old, time.Now(), time.Now().Add(-48*time.Hour)))
	_, err = originals.OpenDir(root)
	must(t, err)
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old half is still there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("the fresh half is gone: %v", err)
	}
}

// A place that cannot be written is Unavailable: no receipt, and the same
// upload may succeed later.
func TestDirUnavailable(t *testing.T) {
	root := t.TempDir()
	d, err := originals.OpenDir(root)
	must(t, err)
	must(t, os.RemoveAll(root))
	doc := document(1, 1000)
	_, err = d.Put(t.Context(), hashOf(doc), 1000, bytes.NewReader(doc))
	wantError(t, err, schemas.KindUnavailable, "originals_unavailable")
	wantError(t, d.Ping(t.Context()), schemas.KindUnavailable, "originals_unavailable")

	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err = originals.OpenDir(filepath.Join(file, "originals"))
	wantError(t, err, schemas.KindUnavailable, "originals_unavailable")
}
