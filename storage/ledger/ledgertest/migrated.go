// Package ledgertest saves tests the migrations that each of them would run on
// a new SQLite file: they are run once, and each test gets a copy.
package ledgertest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"jianding/storage/ledger"
)

// Fresh makes the file of a new SQLite ledger: what ledger.Open leaves in one
// that was not there, closed again. The file must not exist.
func Fresh(t testing.TB, path string) string {
	t.Helper()
	content, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

var fresh = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ledgertest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ledger.db")
	l, err := ledger.Open(context.Background(), ledger.Options{Driver: "sqlite", DSN: path})
	if err != nil {
		return nil, err
	}
	// Closing moves what is in the write-ahead log into the file.
	if err := l.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
