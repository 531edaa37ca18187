package workers

import (
	"database/sql"
	"fmt"
	"net/url"
	"testing"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
)

// freshSchema gives each test a schema of its own on a real server.
func freshSchema(t testing.TB, dsn string) string {
	t.Helper()
	own, drop := schema(t, dsn)
	t.Cleanup(drop)
	return own
}

// schema makes one, and says how to be rid of it.
func schema(t testing.TB, dsn string) (own string, drop func()) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	must(t, err)
	name := "workers_" + uuid.NewString()[:8]
	_, err = db.Exec(fmt.Sprintf(`CREATE SCHEMA %q`, name))
	must(t, err)
	drop = func() {
		db.Exec(fmt.Sprintf(`DROP SCHEMA %q CASCADE`, name))
		db.Close()
	}
	u, err := url.Parse(dsn)
	must(t, err)
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), drop
}
