package ledger

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Numbers for people are counted per calendar day of the district, in the
// transaction that uses them: no gaps, no doubles.

// shanghai is UTC+8 without daylight saving, since 1991; a fixed zone needs no
// zone database on the machine.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func day(t time.Time) string { return t.In(shanghai()).Format("20060102") }

// nextNumber counts up the day's counter of a series ("JD", "XH", "XB").
func (t *tx) nextNumber(series string, at time.Time) (int64, error) {
	var n int64
	err := t.get(`INSERT INTO counters (name, n) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 RETURNING n`,
		[]any{series + ":" + day(at)}, &n).err
	return n, err
}

// receiptNo makes "JD-20261124-000017-K". The last character checks the
// others, so that a number read out over the telephone with two digits
// exchanged is noticed.
func (t *tx) receiptNo(at time.Time) (string, error) {
	n, err := t.nextNumber("JD", at)
	if err != nil {
		return "", err
	}
	s := fmt.Sprintf("JD-%s-%06d", day(at), n)
	return s + "-" + string(checkCharacter(s)), nil
}

func (t *tx) ref(series string, at time.Time) (string, error) {
	n, err := t.nextNumber(series, at)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%s-%04d", series, day(at), n), nil
}

// checkAlphabet leaves out I, O, U and Z, as GB 32100-2015 leaves out the
// letters that are misread; 32 characters.
const checkAlphabet = "0123456789ABCDEFGHJKLMNPQRSTVWXY"

// checkCharacter weighs each letter and digit by its place (powers of 3 modulo
// 31, as GB 32100-2015 does): every single error and every exchange of
// neighbours changes it.
func checkCharacter(s string) byte {
	sum, weight := 0, 1
	for _, c := range []byte(s) {
		v := 0
		switch {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		default:
			continue
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return checkAlphabet[(31-sum%31)%31]
}

// ReceiptNoValid tells whether a receipt number's check character is right:
// a mistyped number can be told from one that does not exist.
func ReceiptNoValid(no string) bool {
	i := strings.LastIndexByte(no, '-')
	return i > 0 && i == len(no)-2 && checkCharacter(no[:i]) == no[len(no)-1]
}

// normalNumber is a report number without what typists change: width, case,
// blanks, kinds of dash and bracket. Two reports of an agency with equal
// normal numbers are revisions of one.
func normalNumber(no string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			return -1
		case unicode.Is(unicode.Pd, r) || r == '−':
			return '-'
		case unicode.Is(unicode.Ps, r):
			return '('
		case unicode.Is(unicode.Pe, r):
			return ')'
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(no))
}
