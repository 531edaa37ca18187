package originals

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"jianding/schemas"
)

// S3Options says which bucket keeps the originals. The bucket must exist;
// versioning and object lock are its owner's choice.
type S3Options struct {
	Endpoint  string // host:port
	Region    string
	Bucket    string
	AccessKey string
	SecretKey schemas.Secret
	UseTLS    bool
	Prefix    string // before every key, "originals/"
	CA        []byte // PEM, in addition to the system's roots
	// Retention, when not zero, keeps each object immutable this long
	// (object lock, compliance mode). A bucket without object lock is then
	// refused when it is opened. When zero, the bucket's own default rule
	// holds; a bucket with object lock but no rule gets a legal hold on each
	// object, because an original is kept for good.
	Retention time.Duration
	// Now is the clock of the retention; nil is time.Now.
	Now func() time.Time
}

// S3 keeps originals in a bucket, under PREFIX/ab/ab12…ef. A put carries
// If-None-Match: *, so that of two writers one wins and nothing is replaced,
// and the SHA-256, so that the server refuses what was damaged on the way.
type S3 struct {
	client    *minio.Client
	bucket    string
	prefix    string
	retention time.Duration
	hold      bool // a legal hold on each object
	now       func() time.Time
}

// OpenS3 checks that the bucket can be used. Unavailable when the server does
// not answer, Invalid when the bucket, the keys or the lock are not right.
func OpenS3(ctx context.Context, o S3Options) (*S3, error) {
	transport, err := minio.DefaultTransport(o.UseTLS)
	if err != nil {
		return nil, unavailable(err)
	}
	if len(o.CA) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(o.CA) {
			return nil, schemas.E(schemas.KindInvalid, "s3_ca", "S3 的 CA 证书无法读取", nil)
		}
		if transport.TLSClientConfig == nil {
			transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds:     credentials.NewStaticV4(o.AccessKey, o.SecretKey.Reveal(), ""),
		Region:    o.Region,
		Secure:    o.UseTLS,
		Transport: transport,
		// An upload that waits gets its 503 soon; the agency tries again.
		MaxRetries: 3,
		// The client insists on this where a checksum is sent; the SHA-256
		// itself is known before and goes as a header.
		TrailingHeaders: true,
	})
	if err != nil {
		return nil, schemas.E(schemas.KindInvalid, "s3_options", "S3 配置有误", err)
	}
	s := &S3{client: client, bucket: o.Bucket, prefix: o.Prefix, retention: o.Retention, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	return s, s.check(ctx)
}

func (s *S3) check(ctx context.Context) error {
	ok, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		switch minio.ToErrorResponse(err).Code {
		case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidBucketName":
			return schemas.E(schemas.KindInvalid, "s3_denied", "S3 拒绝访问存储桶 "+s.bucket, err)
		}
		return unavailable(err)
	}
	if !ok {
		return schemas.E(schemas.KindInvalid, "s3_no_bucket", "S3 存储桶 "+s.bucket+" 不存在", nil)
	}
	lock, rule, _, _, err := s.client.GetObjectLockConfig(ctx, s.bucket)
	var network net.Error
	if status := minio.ToErrorResponse(err).StatusCode; errors.As(err, &network) ||
		status >= http.StatusInternalServerError && status != http.StatusNotImplemented {
		return unavailable(err)
	}
	locked := err == nil && lock == "Enabled"
	// Some servers answer with an empty rule for none.
	s.hold = locked && s.retention <= 0 && (rule == nil || *rule == "")
	if s.retention > 0 && !locked {
		return schemas.E(schemas.KindInvalid, "s3_no_lock", "存储桶 "+s.bucket+" 未启用对象锁定，无法设置保留期", err)
	}
	return nil
}

func (s *S3) key(sha256hex string) string { return s.prefix + sha256hex[:2] + "/" + sha256hex }

// remote gives an error of the server its kind.
func remote(err error) error {
	if err == nil {
		return nil
	}
	var known *schemas.Error
	if errors.As(err, &known) {
		return err
	}
	switch minio.ToErrorResponse(err).Code {
	case "NoSuchKey", "NotFound", "NoSuchVersion":
		return missing(err)
	}
	return unavailable(err)
}

// Put implements Store.
func (s *S3) Put(ctx context.Context, sha256hex string, size int64, spool io.ReadSeeker) (created bool, err error) {
	if err := checkName(sha256hex); err != nil {
		return false, err
	}
	if err := hashSpool(ctx, spool, sha256hex, size); err != nil {
		return false, err
	}
	// A server that does not know If-None-Match would replace: ask first.
	switch _, err := s.Stat(ctx, sha256hex); schemas.KindOf(err) {
	case "":
		return false, verify(ctx, s, sha256hex, size)
	case schemas.KindNotFound:
	default:
		return false, err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return false, unavailable(err)
	}
	info, err := s.client.PutObject(ctx, s.bucket, s.key(sha256hex), spool, size, s.putOptions(sha256hex))
	switch minio.ToErrorResponse(err).Code {
	case "PreconditionFailed":
		return false, verify(ctx, s, sha256hex, size)
	case "ConditionalRequestConflict":
		// Another writer of the same bytes is at it now; whether it succeeds
		// is not known yet.
		return false, unavailable(err)
	}
	if err != nil {
		return false, remote(err)
	}
	if info.ChecksumSHA256 == checksum(sha256hex) {
		return true, nil
	}
	// The server did not say what it stored: read it back.
	return true, verify(ctx, s, sha256hex, size)
}

// hashSpool makes sure that what will be sent is what its name says.
func hashSpool(ctx context.Context, spool io.ReadSeeker, sha256hex string, size int64) error {
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return unavailable(err)
	}
	got, n, err := copyHashed(ctx, io.Discard, spool, size)
	if err != nil {
		return unavailable(err)
	}
	if got != sha256hex || n != size {
		return mismatch(sha256hex, got, size, n)
	}
	return nil
}

func checksum(sha256hex string) string {
	raw, _ := hex.DecodeString(sha256hex) // checkName has seen it
	return base64.StdEncoding.EncodeToString(raw)
}

func (s *S3) putOptions(sha256hex string) minio.PutObjectOptions {
	o := minio.PutObjectOptions{
		ContentType: "application/pdf",
		// One request, so that the condition and the checksum hold for the
		// whole object.
		DisableMultipart: true,
		AutoChecksum:     minio.ChecksumSHA256,
		UserMetadata:     map[string]string{"x-amz-checksum-sha256": checksum(sha256hex)},
	}
	o.SetMatchETagExcept("*")
	if s.retention > 0 {
		o.Mode, o.RetainUntilDate = minio.Compliance, s.now().Add(s.retention).UTC()
	}
	if s.hold {
		o.LegalHold = minio.LegalHoldEnabled
	}
	return o
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, sha256hex string) (io.ReadSeekCloser, int64, error) {
	if err := checkName(sha256hex); err != nil {
		return nil, 0, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, s.key(sha256hex), minio.GetObjectOptions{})
	if err != nil {
		return nil, 0, remote(err)
	}
	i, err := o.Stat()
	if err != nil {
		o.Close() // nothing was read
		return nil, 0, remote(err)
	}
	return o, i.Size, nil
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, sha256hex string) (int64, error) {
	if err := checkName(sha256hex); err != nil {
		return 0, err
	}
	i, err := s.client.StatObject(ctx, s.bucket, s.key(sha256hex), minio.StatObjectOptions{})
	if err != nil {
		return 0, remote(err)
	}
	return i.Size, nil
}

// Ping implements Store.
func (s *S3) Ping(ctx context.Context) error {
	ok, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return unavailable(err)
	}
	if !ok {
		return unavailable(errors.New("bucket " + s.bucket + " does not exist"))
	}
	return nil
}

// All implements Store.
func (s *S3) All(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the listing when the caller has seen enough
		for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
			if o.Err != nil {
				yield(Entry{}, remote(o.Err))
				return
			}
			if strings.HasSuffix(o.Key, "/") {
				continue // a directory marker of some servers
			}
			e := Entry{Name: o.Key, Size: o.Size}
			if name := path.Base(o.Key); isName(name) && o.Key == s.key(name) {
				e.SHA256 = name
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}
