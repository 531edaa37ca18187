package originals_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"jianding/schemas"
	"jianding/storage/originals"
)

// place is a store under test, and a way to damage what it holds behind its
// back.
type place struct {
	originals.Store
	damage func(sha256hex string, content []byte)
	litter func(name string)
}

// everywhere runs a test on each store. S3 needs JIANDING_TEST_S3: an
// endpoint "host:port", and JIANDING_TEST_S3_ACCESS_KEY and _SECRET_KEY.
func everywhere(t *testing.T, f func(t *testing.T, p place)) {
	t.Run("dir", func(t *testing.T) { f(t, dirPlace(t)) })
	t.Run("s3", func(t *testing.T) { f(t, s3Place(t)) })
}

func dirPlace(t testing.TB) place {
	t.Helper()
	root := filepath.Join(t.TempDir(), "原件")
	d, err := originals.OpenDir(root)
	must(t, err)
	return place{Store: d,
		damage: func(sha string, content []byte) {
			path := filepath.Join(root, sha[:2], sha)
			must(t, os.Remove(path))
			must(t, os.WriteFile(path, content, 0o600))
		},
		litter: func(name string) { must(t, os.WriteFile(filepath.Join(root, name), []byte("x"), 0o600)) },
	}
}

func s3Options(t testing.TB) originals.S3Options {
	t.Helper()
	endpoint := os.Getenv("JIANDING_TEST_S3")
	if endpoint == "" {
		t.Skip("JIANDING_TEST_S3 names no S3 server")
	}
	return originals.S3Options{Endpoint: endpoint, Region: "us-east-1", AccessKey: os.Getenv("JIANDING_TEST_S3_ACCESS_KEY"),
		SecretKey: schemas.Secret(os.Getenv("JIANDING_TEST_S3_SECRET_KEY")), Prefix: "originals/",
		Bucket: fmt.Sprintf("jianding-%d-%d", os.Getpid(), time.Now().UnixNano())}
}

func s3Client(t testing.TB, o originals.S3Options) *minio.Client {
	t.Helper()
	c, err := minio.New(o.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey.Reveal(), ""), Region: o.Region})
	must(t, err)
	return c
}

func s3Place(t testing.TB) place {
	t.Helper()
	o := s3Options(t)
	c := s3Client(t, o)
	must(t, c.MakeBucket(t.Context(), o.Bucket, minio.MakeBucketOptions{Region: o.Region}))
	s, err := originals.OpenS3(t.Context(), o)
	must(t, err)
	put := func(key string, content []byte) {
		_, err := c.PutObject(t.Context(), o.Bucket, key, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
		must(t, err)
	}
	return place{Store: s,
		damage: func(sha string, content []byte) { put("originals/"+sha[:2]+"/"+sha, content) },
		litter: func(name string) { put("originals/"+name, []byte("x")) },
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// document is a made-up PDF of a size.
func document(seed uint64, size int) []byte {
	b := make([]byte, size)
	rng := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	rng.Read(b)
	copy(b, "%PDF-1.7\n")
	return b
}

func put(t testing.TB, s originals.Store, b []byte) bool {
	t.Helper()
	created, err := s.Put(t.Context(), hashOf(b), int64(len(b)), bytes.NewReader(b))
	must(t, err)
	return created
}

func get(t testing.TB, s originals.Store, sha string) []byte {
	t.Helper()
	f, size, err := s.Open(t.Context(), sha)
	must(t, err)
	defer f.Close()
	b, err := io.ReadAll(f)
	must(t, err)
	if int64(len(b)) != size {
		t.Errorf("Open says %d bytes, read %d", size, len(b))
	}
	return b
}

func wantError(t testing.TB, err error, kind schemas.Kind, code string) {
	t.Helper()
	var e *schemas.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Code != code {
		t.Errorf("error %v, want %s %s", err, kind, code)
	}
}

func TestKeepsBytesExactly(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		for i, size := range []int{9, 1000, 70_000, 17 << 20} {
			doc := document(uint64(i), size)
			if !put(t, p, doc) {
				t.Errorf("%d bytes: not created", size)
			}
			if got := get(t, p, hashOf(doc)); !bytes.Equal(got, doc) {
				t.Errorf("%d bytes came back changed", size)
			}
			if n, err := p.Stat(t.Context(), hashOf(doc)); err != nil || n != int64(size) {
				t.Errorf("Stat = %d, %v", n, err)
			}
			if put(t, p, doc) {
				t.Errorf("%d bytes: created twice", size)
			}
		}
		must(t, p.Ping(t.Context()))
	})
}

// The spool is read from its beginning, wherever its last reader left it, and
// an original is read from anywhere.
func TestSeeks(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		doc := document(1, 100_000)
		spool := bytes.NewReader(doc)
		spool.Seek(55_555, io.SeekStart)
		_, err := p.Put(t.Context(), hashOf(doc), int64(len(doc)), spool)
		must(t, err)
		f, _, err := p.Open(t.Context(), hashOf(doc))
		must(t, err)
		defer f.Close()
		if _, err := f.Seek(-7, io.SeekEnd); err != nil {
			t.Fatal(err)
		}
		tail, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(tail, doc[len(doc)-7:]) {
			t.Errorf("tail %x, %v", tail, err)
		}
	})
}

func TestRefusesWhatIsNotWhatItSays(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		doc := document(2, 5000)
		sha := hashOf(doc)
		for name, tc := range map[string]struct {
			sha  string
			size int64
			body []byte
			code string
		}{
			"another hash":  {hashOf([]byte("x")), 5000, doc, "hash_mismatch"},
			"shorter":       {sha, 5001, doc, "hash_mismatch"},
			"longer":        {sha, 4999, doc, "hash_mismatch"},
			"one bit off":   {sha, 5000, append(slices.Clone(doc[:4999]), doc[4999]^1), "hash_mismatch"},
			"no hash":       {"abc", 5000, doc, "bad_sha256"},
			"upper case":    {fmt.Sprintf("%X", sha256.Sum256(doc)), 5000, doc, "bad_sha256"},
			"path":          {"../../../../etc/" + sha[:48], 5000, doc, "bad_sha256"},
			"path of 64":    {("../" + sha)[:64], 5000, doc, "bad_sha256"},
			"empty content": {sha, 5000, nil, "hash_mismatch"},
		} {
			_, err := p.Put(t.Context(), tc.sha, tc.size, bytes.NewReader(tc.body))
			if err == nil {
				t.Errorf("%s: kept", name)
				continue
			}
			wantError(t, err, schemas.KindInvalid, tc.code)
		}
		_, err := p.Stat(t.Context(), sha)
		wantError(t, err, schemas.KindNotFound, "original_not_found")
		_, _, err = p.Open(t.Context(), sha)
		wantError(t, err, schemas.KindNotFound, "original_not_found")
		_, _, err = p.Open(t.Context(), "..")
		wantError(t, err, schemas.KindInvalid, "bad_sha256")
		for e := range p.All(t.Context()) {
			t.Errorf("left behind: %+v", e)
		}
	})
}

// A writer that stops half-way leaves nothing that anybody could read.
func TestInterruptedWriteLeavesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		doc := document(3, 3<<20)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := p.Put(ctx, hashOf(doc), int64(len(doc)), &cancelling{bytes.NewReader(doc), cancel})
		wantError(t, err, schemas.KindUnavailable, "originals_unavailable")
		_, err = p.Stat(t.Context(), hashOf(doc))
		wantError(t, err, schemas.KindNotFound, "original_not_found")
		if !put(t, p, doc) {
			t.Error("the next try was not the first")
		}
	})
}

// cancelling cancels its context after the first read.
type cancelling struct {
	io.ReadSeeker
	cancel context.CancelFunc
}

func (c *cancelling) Read(p []byte) (int, error) {
	c.cancel()
	return c.ReadSeeker.Read(p)
}

func TestWritersRace(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		doc := document(4, 200_000)
		var wg sync.WaitGroup
		var mu sync.Mutex
		created := 0
		for range 8 {
			wg.Go(func() {
				c, err := p.Put(t.Context(), hashOf(doc), int64(len(doc)), bytes.NewReader(doc))
				// A server may say that another writer is at it; then nobody
				// was told that it is kept.
				if err != nil && schemas.KindOf(err) != schemas.KindUnavailable {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if c {
					created++
				}
			})
		}
		wg.Wait()
		if created != 1 {
			t.Errorf("%d writers created it", created)
		}
		if !bytes.Equal(get(t, p, hashOf(doc)), doc) {
			t.Error("content changed")
		}
	})
}

// What is damaged is neither accepted as "there already" nor repaired in
// silence; the scrub finds it, and everything else that differs.
func TestDamageIsFound(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		var docs [][]byte
		for i := range 5 {
			docs = append(docs, document(uint64(10+i), 3000))
			if i != 3 {
				put(t, p, docs[i])
			}
		}
		flipped := slices.Clone(docs[1])
		flipped[1500] ^= 0x20
		p.damage(hashOf(docs[1]), flipped)
		p.damage(hashOf(docs[2]), docs[2][:100])
		p.litter("readme.txt")
		for _, i := range []int{1, 2} {
			_, err := p.Put(t.Context(), hashOf(docs[i]), 3000, bytes.NewReader(docs[i]))
			wantError(t, err, schemas.KindInternal, "original_damaged")
		}

		wanted := func(yield func(originals.Wanted, error) bool) {
			for i, d := range docs[:4] {
				size := int64(3000)
				if i == 0 {
					size = 2999
				}
				if !yield(originals.Wanted{SHA256: hashOf(d), Size: size}, nil) {
					return
				}
			}
		}
		var got []string
		read, err := originals.Scrub(t.Context(), p, wanted, func(f originals.Finding) { got = append(got, string(f.Kind)+" "+f.SHA256) })
		must(t, err)
		want := []string{"wrong_size " + hashOf(docs[0]), "damaged " + hashOf(docs[1]), "damaged " + hashOf(docs[2]), "missing " + hashOf(docs[3]),
			"unknown " + hashOf(docs[4]), "unknown "}
		slices.Sort(got)
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" || read != 3 {
			t.Errorf("read %d; %s", read, d)
		}

		broken := func(yield func(originals.Wanted, error) bool) { yield(originals.Wanted{}, errors.New("ledger gone")) }
		if _, err := originals.Scrub(t.Context(), p, iter.Seq2[originals.Wanted, error](broken), func(originals.Finding) {}); err == nil {
			t.Error("a scrub without its list says that all is well")
		}
	})
}

func TestObservedTellsOfEachOperation(t *testing.T) {
	var told []string
	now := time.Unix(0, 0)
	o := &originals.Observed{Store: dirPlace(t).Store, Now: func() time.Time { now = now.Add(time.Second); return now },
		Observe: func(op string, took time.Duration, kind schemas.Kind) {
			told = append(told, fmt.Sprint(op, " ", took, " ", kind))
		}}
	doc := document(5, 100)
	put(t, o, doc)
	get(t, o, hashOf(doc))
	o.Stat(t.Context(), hashOf([]byte("no")))
	o.Ping(t.Context())
	if d := cmp.Diff([]string{"put 1s ", "open 1s ", "stat 1s not_found", "ping 1s "}, told); d != "" {
		t.Error(d)
	}
}

func BenchmarkPut(b *testing.B) {
	p := dirPlace(b)
	doc := document(6, 200_000)
	b.SetBytes(int64(len(doc)))
	for i := 0; b.Loop(); i++ {
		copy(doc[100:], fmt.Sprintf("%020d", i))
		put(b, p, doc)
	}
}
