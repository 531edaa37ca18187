package main

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/redis/go-redis/v9"
)

// realParts points a house at real Redis, PostgreSQL and S3, each with a
// place of its own. It skips, saying what is missing, where there are none.
func realParts(t testing.TB, redisDB int) (more func(map[string]any), emptyRedis func()) {
	t.Helper()
	redisAddr, dsn, s3 := os.Getenv("JIANDING_TEST_REDIS"), os.Getenv("JIANDING_TEST_POSTGRES"), os.Getenv("JIANDING_TEST_S3")
	if redisAddr == "" || dsn == "" || s3 == "" {
		t.Skip("needs real services: JIANDING_TEST_REDIS, JIANDING_TEST_POSTGRES and JIANDING_TEST_S3")
	}
	name := "jd_" + strings.ToLower(rand.Text()[:12])
	database := newDatabase(t, dsn, name)
	endpoint, access, secret := newBucket(t, s3, strings.ReplaceAll(name, "_", "-"))
	client := redis.NewClient(&redis.Options{Addr: redisAddr, DB: redisDB})
	t.Cleanup(func() { client.Close() })
	emptyRedis = func() {
		if err := client.FlushDB(context.Background()).Err(); err != nil {
			t.Error(err)
		}
	}
	emptyRedis()
	return func(c map[string]any) {
		c["database"] = map[string]any{"driver": "postgres", "dsn": database}
		c["redis"] = map[string]any{"embedded": false, "addr": redisAddr, "db": redisDB}
		c["originals"] = map[string]any{"s3": map[string]any{"endpoint": endpoint, "bucket": strings.ReplaceAll(name, "_", "-"),
			"access_key": access, "secret_key": secret, "region": "us-east-1"}}
	}, emptyRedis
}

func newDatabase(t testing.TB, dsn, name string) string {
	t.Helper()
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return
		}
		defer admin.Close(ctx)
		if _, err := admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Log(err)
		}
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func newBucket(t testing.TB, s3, name string) (endpoint, access, secret string) {
	t.Helper()
	access, secret = os.Getenv("JIANDING_TEST_S3_ACCESS_KEY"), os.Getenv("JIANDING_TEST_S3_SECRET_KEY")
	c, err := minio.New(s3, &minio.Options{Creds: credentials.NewStaticV4(access, secret, "")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.MakeBucket(ctx, name, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	return s3, access, secret
}

// The same crash test on real parts: Redis is emptied between a crash and the
// next start.
func TestNothingIsLostOrDoubledByCrashesOnRealParts(t *testing.T) {
	t.Parallel() // it waits for a server of its own
	more, empty := realParts(t, 8)
	o := newOutside(t, true)
	runCrashes(t, o, more, func(int) { empty() })
}
