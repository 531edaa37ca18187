// Package originals keeps the reports as they came, for good: write-once, by
// their SHA-256. An original is never overwritten, changed or deleted here.
//
// Dir keeps them in a directory, S3 in a bucket; both pass one contract suite.
// Scrub proves, later, that they are still what they were.
package originals

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"

	"jianding/schemas"
)

// Store keeps originals. Consumers declare what they need of it.
//
// Errors are *schemas.Error: Invalid for a name that is no SHA-256 and for
// content that does not have it ("hash_mismatch"), NotFound, Unavailable when
// the place is down or full (nothing is kept then, and the same call may
// succeed later), Internal "original_damaged" when what is stored under the
// name is not what the name says: nobody repairs that silently.
type Store interface {
	// Put keeps size bytes of spool, from its beginning, under their SHA-256
	// (hex, lower case), and returns when they are durable. created is false
	// when the identical original was there already.
	Put(ctx context.Context, sha256hex string, size int64, spool io.ReadSeeker) (created bool, err error)
	// Open reads an original; the caller closes it.
	Open(ctx context.Context, sha256hex string) (io.ReadSeekCloser, int64, error)
	// Stat is the size of an original in bytes.
	Stat(ctx context.Context, sha256hex string) (int64, error)
	// Ping tells whether the place can be reached.
	Ping(ctx context.Context) error
	// All walks everything that is stored, in no particular order.
	All(ctx context.Context) iter.Seq2[Entry, error]
}

// Entry is one stored object. SHA256 is empty when its name is not a hash: it
// is no original of ours.
type Entry struct {
	SHA256 string
	Name   string
	Size   int64
}

var (
	_ Store = (*Dir)(nil)
	_ Store = (*S3)(nil)
	_ Store = (*Observed)(nil)
)

func checkName(sha256hex string) error {
	if !isName(sha256hex) {
		return schemas.E(schemas.KindInvalid, "bad_sha256", "SHA-256 应为 64 位小写十六进制", nil)
	}
	return nil
}

func isName(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func missing(cause error) error {
	return schemas.E(schemas.KindNotFound, "original_not_found", "原件不存在", cause)
}

func mismatch(want, got string, wantSize, gotSize int64) error {
	return schemas.E(schemas.KindInvalid, "hash_mismatch", "文件内容与声明的 SHA-256 或大小不一致",
		fmt.Errorf("want %s of %d bytes, got %s of %d bytes", want, wantSize, got, gotSize))
}

func damaged(sha256hex string, cause error) error {
	return schemas.E(schemas.KindInternal, "original_damaged", "已存的原件与其 SHA-256 不符，请立即核查存储", fmt.Errorf("%s: %w", sha256hex, cause))
}

func unavailable(cause error) error {
	return schemas.E(schemas.KindUnavailable, "originals_unavailable", "原件存储暂不可用，请稍后重试", cause)
}

// copyHashed copies at most limit+1 bytes (one too many proves that there are
// more) and returns their hash.
func copyHashed(ctx context.Context, dst io.Writer, src io.Reader, limit int64) (sha256hex string, n int64, err error) {
	h := sha256.New()
	n, err = io.Copy(io.MultiWriter(dst, h), io.LimitReader(cancelled{ctx, src}, limit+1))
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// verify reads a stored original and says whether it is what its name says.
func verify(ctx context.Context, s Store, sha256hex string, size int64) error {
	f, _, err := s.Open(ctx, sha256hex)
	if err != nil {
		return err
	}
	got, n, err := copyHashed(ctx, io.Discard, f, size)
	if err = errors.Join(err, f.Close()); err != nil {
		return unavailable(err)
	}
	if got != sha256hex || n != size {
		return damaged(sha256hex, mismatch(sha256hex, got, size, n))
	}
	return nil
}
