package originals_test

import (
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"jianding/schemas"
	"jianding/storage/originals"
)

func TestS3OptionsAreChecked(t *testing.T) {
	o := s3Options(t)
	_, err := originals.OpenS3(t.Context(), o)
	wantError(t, err, schemas.KindInvalid, "s3_no_bucket")

	must(t, s3Client(t, o).MakeBucket(t.Context(), o.Bucket, minio.MakeBucketOptions{Region: o.Region}))
	locked := o
	locked.Retention = time.Hour
	_, err = originals.OpenS3(t.Context(), locked)
	wantError(t, err, schemas.KindInvalid, "s3_no_lock")

	denied := o
	denied.SecretKey = "wrong"
	_, err = originals.OpenS3(t.Context(), denied)
	wantError(t, err, schemas.KindInvalid, "s3_denied")

	bad := o
	bad.CA = []byte("no certificate")
	_, err = originals.OpenS3(t.Context(), bad)
	wantError(t, err, schemas.KindInvalid, "s3_ca")
}

// With object lock, what is kept cannot be deleted before its time, by anyone.
func TestS3Retention(t *testing.T) {
	o := s3Options(t)
	c := s3Client(t, o)
	must(t, c.MakeBucket(t.Context(), o.Bucket, minio.MakeBucketOptions{Region: o.Region, ObjectLocking: true}))
	o.Retention = time.Hour
	s, err := originals.OpenS3(t.Context(), o)
	must(t, err)
	doc := document(1, 1000)
	put(t, s, doc)
	key := "originals/" + hashOf(doc)[:2] + "/" + hashOf(doc)
	i, err := c.StatObject(t.Context(), o.Bucket, key, minio.StatObjectOptions{})
	must(t, err)
	until, err := time.Parse(time.RFC3339, i.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"))
	must(t, err)
	if mode := i.Metadata.Get("X-Amz-Object-Lock-Mode"); mode != "COMPLIANCE" || time.Until(until) < 50*time.Minute {
		t.Errorf("retention %v until %v", mode, until)
	}
	if i.VersionID == "" {
		t.Error("a bucket with object lock keeps no versions")
	}
	if err := c.RemoveObject(t.Context(), o.Bucket, key, minio.RemoveObjectOptions{VersionID: i.VersionID, GovernanceBypass: true}); err == nil {
		t.Error("a locked original was deleted")
	}
	if put(t, s, doc) {
		t.Error("created twice")
	}
	if !bytes.Equal(get(t, s, hashOf(doc)), doc) {
		t.Error("content changed")
	}
}

// A bucket with object lock and no rule of its own keeps an original until
// somebody with the right to it lifts the hold.
func TestS3LegalHold(t *testing.T) {
	o := s3Options(t)
	c := s3Client(t, o)
	must(t, c.MakeBucket(t.Context(), o.Bucket, minio.MakeBucketOptions{Region: o.Region, ObjectLocking: true}))
	s, err := originals.OpenS3(t.Context(), o)
	must(t, err)
	doc := document(2, 1000)
	put(t, s, doc)
	key := "originals/" + hashOf(doc)[:2] + "/" + hashOf(doc)
	i, err := c.StatObject(t.Context(), o.Bucket, key, minio.StatObjectOptions{})
	must(t, err)
	remove := minio.RemoveObjectOptions{VersionID: i.VersionID, GovernanceBypass: true}
	if err := c.RemoveObject(t.Context(), o.Bucket, key, remove); err == nil {
		t.Error("an original under legal hold was deleted")
	}
	off := minio.LegalHoldDisabled
	must(t, c.PutObjectLegalHold(t.Context(), o.Bucket, key, minio.PutObjectLegalHoldOptions{VersionID: i.VersionID, Status: &off}))
	must(t, c.RemoveObject(t.Context(), o.Bucket, key, remove))
}

// A bucket's own rule is enough: no hold beside it.
func TestS3DefaultRetention(t *testing.T) {
	o := s3Options(t)
	c := s3Client(t, o)
	must(t, c.MakeBucket(t.Context(), o.Bucket, minio.MakeBucketOptions{Region: o.Region, ObjectLocking: true}))
	mode, days, unit := minio.Governance, uint(1), minio.Days
	must(t, c.SetObjectLockConfig(t.Context(), o.Bucket, &mode, &days, &unit))
	s, err := originals.OpenS3(t.Context(), o)
	must(t, err)
	doc := document(3, 1000)
	put(t, s, doc)
	key := "originals/" + hashOf(doc)[:2] + "/" + hashOf(doc)
	i, err := c.StatObject(t.Context(), o.Bucket, key, minio.StatObjectOptions{})
	must(t, err)
	if hold := i.Metadata.Get("X-Amz-Object-Lock-Legal-Hold"); hold == "ON" {
		t.Error("a legal hold beside the bucket's rule")
	}
	if err := c.RemoveObject(t.Context(), o.Bucket, key, minio.RemoveObjectOptions{VersionID: i.VersionID}); err == nil {
		t.Error("an original under the bucket's rule was deleted")
	}
}

// A server that is down or slow to answer is Unavailable, soon.
func TestS3Down(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	o := originals.S3Options{Endpoint: l.Addr().String(), Region: "us-east-1", Bucket: "originals", AccessKey: "a", SecretKey: "b"}
	must(t, l.Close())
	_, err = originals.OpenS3(t.Context(), o)
	wantError(t, err, schemas.KindUnavailable, "originals_unavailable")
}
