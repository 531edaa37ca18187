package originals

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"jianding/schemas"
)

// Dir keeps originals in a directory: DIR/ab/ab12…ef, read-only. One is
// written to DIR/tmp, synced, and linked to its name; the link fails when the
// name is taken, so nothing is ever replaced, and it appears whole or not at
// all. Then the directory is synced: what was answered survives a power cut.
type Dir struct {
	root string
}

// abandonedAfter is when a temporary file has certainly lost its writer.
const abandonedAfter = 24 * time.Hour

// OpenDir makes the directory when it is not there, and clears away the halves
// of writes that a crash left behind.
func OpenDir(root string) (*Dir, error) {
	d := &Dir{root: root}
	if err := os.MkdirAll(d.tmp(), 0o750); err != nil {
		return nil, place(err)
	}
	halves, err := os.ReadDir(d.tmp())
	if err != nil {
		return nil, place(err)
	}
	for _, h := range halves {
		if i, err := h.Info(); err == nil && time.Since(i.ModTime()) > abandonedAfter {
			if err := os.Remove(filepath.Join(d.tmp(), h.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, place(err)
			}
		}
	}
	return d, nil
}

func (d *Dir) tmp() string { return filepath.Join(d.root, "tmp") }

func (d *Dir) path(sha256hex string) string { return filepath.Join(d.root, sha256hex[:2], sha256hex) }

// place gives a file system's error its kind: whatever it is (full, read-only,
// gone, no permission), it is the place's fault and not the document's.
func place(err error) error {
	var known *schemas.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	}
	return unavailable(err)
}

// Put implements Store.
func (d *Dir) Put(ctx context.Context, sha256hex string, size int64, spool io.ReadSeeker) (created bool, err error) {
	if err := checkName(sha256hex); err != nil {
		return false, err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return false, place(err)
	}
	f, err := os.CreateTemp(d.tmp(), "put-*")
	if err != nil {
		return false, place(err)
	}
	defer os.Remove(f.Name())
	got, n, err := copyHashed(ctx, f, spool, size)
	if err == nil {
		err = errors.Join(f.Chmod(0o440), f.Sync())
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return false, place(err)
	}
	if got != sha256hex || n != size {
		return false, mismatch(sha256hex, got, size, n)
	}
	return d.link(ctx, f.Name(), sha256hex, size)
}

func (d *Dir) link(ctx context.Context, from, sha256hex string, size int64) (bool, error) {
	to := d.path(sha256hex)
	if err := os.Mkdir(filepath.Dir(to), 0o750); err == nil {
		if err := syncDir(d.root); err != nil {
			return false, place(err)
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return false, place(err)
	}
	created := true
	if err := os.Link(from, to); errors.Is(err, fs.ErrExist) {
		created = false
		if err := verify(ctx, d, sha256hex, size); err != nil {
			return false, err
		}
	} else if err != nil {
		return false, place(err)
	}
	// Also for one that was there: its writer may be between link and sync.
	return created, place(errors.Join(syncDir(filepath.Dir(to)), syncDir(d.root)))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open implements Store.
func (d *Dir) Open(_ context.Context, sha256hex string) (io.ReadSeekCloser, int64, error) {
	if err := checkName(sha256hex); err != nil {
		return nil, 0, err
	}
	f, err := os.Open(d.path(sha256hex))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, missing(err)
	}
	if err != nil {
		return nil, 0, place(err)
	}
	i, err := f.Stat()
	if err != nil {
		return nil, 0, place(errors.Join(err, f.Close()))
	}
	return f, i.Size(), nil
}

// Stat implements Store.
func (d *Dir) Stat(_ context.Context, sha256hex string) (int64, error) {
	if err := checkName(sha256hex); err != nil {
		return 0, err
	}
	i, err := os.Stat(d.path(sha256hex))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, missing(err)
	}
	if err != nil {
		return 0, place(err)
	}
	return i.Size(), nil
}

// Ping implements Store: it writes, because a disk that can only be read takes
// no report.
func (d *Dir) Ping(context.Context) error {
	f, err := os.CreateTemp(d.tmp(), "ping-*")
	if err != nil {
		return place(err)
	}
	_, err = f.Write([]byte("ping"))
	return place(errors.Join(err, f.Close(), os.Remove(f.Name())))
}

// All implements Store.
func (d *Dir) All(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		stop := errors.New("stop")
		err := filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if e.IsDir() {
				if path == d.tmp() {
					return fs.SkipDir
				}
				return nil
			}
			i, err := e.Info()
			if err != nil {
				return err
			}
			entry := Entry{Name: path, Size: i.Size()}
			if name := e.Name(); isName(name) && path == d.path(name) {
				entry.SHA256 = name
			}
			if !yield(entry, nil) {
				return stop
			}
			return nil
		})
		if err != nil && !errors.Is(err, stop) {
			yield(Entry{}, place(err))
		}
	}
}
