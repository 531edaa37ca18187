package ledger

import (
	"bytes"
	"context"
	"embed"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to date. Several processes may start at once:
// PostgreSQL takes a lock for the session, SQLite's file lock does the same.
// Migrations run forwards only, on a live system: the code before and after
// one works with it.
func (l *Ledger) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithSlog(l.log)}
	if l.engine.postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return l.engine.translate(err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	// SQLite has no session lock: of two processes that start at once on a
	// new file one may see the other's half of the work, and looks again.
	for n := range 5 {
		var p *goose.Provider
		if p, err = goose.NewProvider(l.engine.goose(), l.write, spokenFS{sub, l.engine}, opts...); err != nil {
			break
		}
		if _, err = p.Up(ctx); err == nil || l.engine.postgres {
			break
		}
		select {
		case <-time.After(time.Duration(n+1) * 20 * time.Millisecond):
		case <-ctx.Done():
			return l.engine.translate(ctx.Err())
		}
	}
	return l.engine.translate(err)
}

// spokenFS shows the shared migration files in the words of one engine.
type spokenFS struct {
	fs.FS
	engine engine
}

func (s spokenFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if st, err := f.Stat(); err != nil || st.IsDir() {
		return f, err
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return spokenFile{f, bytes.NewReader([]byte(s.engine.ddl(string(raw))))}, nil
}

// ReadDir keeps goose's listing of the files.
func (s spokenFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(s.FS, name) }

type spokenFile struct {
	fs.File
	text *bytes.Reader
}

func (f spokenFile) Read(p []byte) (int, error) { return f.text.Read(p) }

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
