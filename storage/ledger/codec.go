package ledger

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"jianding/schemas"
)

// Instants are integer microseconds UTC: exact, ordered, and the same on both
// engines.

func micros(t time.Time) int64 { return t.UnixMicro() }

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

func microsOrNull(t *time.Time) sql.NullInt64 {
	if t == nil || t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: micros(*t), Valid: true}
}

func instantOrNil(n sql.NullInt64) *time.Time {
	if !n.Valid {
		return nil
	}
	t := instant(n.Int64)
	return &t
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// encode makes the JSON of a column; nil and empty become "".
func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", schemas.E(schemas.KindInternal, "ledger_encode", "数据无法编码", err)
	}
	if string(b) == "null" {
		return "", nil
	}
	return string(b), nil
}

func decode(s string, into any) error {
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), into); err != nil {
		return schemas.E(schemas.KindInternal, "ledger_decode", "台账数据无法解读", err)
	}
	return nil
}

// newID is a UUIDv7: ordered by time, so that indices grow at one end.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// A cursor is the place after which the next page begins: the sort key of the
// last row, an instant and an id.

func cursor(us int64, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", us, id))
}

func parseCursor(c string) (us int64, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(c)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d %s", &us, &id)
	}
	if err != nil {
		return 0, "", schemas.E(schemas.KindInvalid, "bad_cursor", "分页标记无效", err)
	}
	return us, id, nil
}

func pageSize(limit int) int {
	switch {
	case limit <= 0:
		return 50
	case limit > 500:
		return 500
	}
	return limit
}

// where collects the conditions of a query with their arguments.
type where struct {
	conds []string
	args  []any
}

func (w *where) and(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

// equal adds a condition unless the value is empty.
func (w *where) equal(column, value string) {
	if value != "" {
		w.and(column+" = ?", value)
	}
}

func (w *where) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.and(column+" IN ("+marks(len(values))+")", args...)
}

// between adds the half-open interval [from, to); zero ends are open.
func (w *where) between(column string, from, to time.Time) {
	if !from.IsZero() {
		w.and(column+" >= ?", micros(from))
	}
	if !to.IsZero() {
		w.and(column+" < ?", micros(to))
	}
}

// after continues behind a cursor, in ascending or descending order of
// (column, id).
func (w *where) after(column, idColumn, c string, descending bool) error {
	if c == "" {
		return nil
	}
	us, id, err := parseCursor(c)
	if err != nil {
		return err
	}
	op := ">"
	if descending {
		op = "<"
	}
	w.and("("+column+", "+idColumn+") "+op+" (?, ?)", us, id)
	return nil
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// prefixEnd is the first string after all that begin with p, in byte order.
// (No UTF-8 text contains the byte 0xFF, but PostgreSQL wants valid text: the
// last rune of Unicode stands for it.)
func prefixEnd(p string) string { return p + "\U0010FFFF" }

// page cuts one row more than wanted into a page and the cursor behind it.
func page[T any](rows []T, limit int, key func(T) (int64, string)) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	us, id := key(rows[limit-1])
	return rows, cursor(us, id)
}
