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
func freshSchema(t *testing.T, dsn string) string {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	must(t, err)
	name := "workers_" + uuid.NewString()[:8]
	_, err = db.Exec(fmt.Sprintf(`CREATE SCHEMA %q`, name))
	must(t, err)
	t.Cleanup(func() {
		db.Exec(fmt.Sprintf(`DROP SCHEMA %q CASCADE`, name))
		db.Close()
	})
	u, err := url.Parse(dsn)
	must(t, err)
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
