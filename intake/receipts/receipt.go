package receipts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"jianding/schemas"
)

// header is the first line of the text of every receipt and names its format.
const header = "jianding.receipt/1"

// timeFormat prints instants in UTC to the microsecond, as the ledger keeps
// them, always with six digits, so that one instant has one text.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// Receipt is what a receipt states: this document was received from this
// agency at this instant and is kept.
type Receipt struct {
	ReceiptNo  string
	ReportID   string
	AgencyID   string
	SHA256     string // hex, lower case
	SM3        string // hex, lower case
	Size       int64  // bytes
	ReceivedAt time.Time
}

// Of returns the receipt of a report. The same report gives the same receipt
// for ever: nothing in it changes after receipt.
func Of(r schemas.Report) Receipt {
	return Receipt{
		ReceiptNo: r.ReceiptNo, ReportID: r.ID, AgencyID: r.AgencyID,
		SHA256: r.SHA256, SM3: r.SM3, Size: r.Size, ReceivedAt: r.ReceivedAt,
	}
}

// Text returns the canonical bytes that are signed: seven "name: value" lines
// in fixed order under the format's name.
func (r Receipt) Text() string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for _, l := range r.lines() {
		b.WriteString(l[0] + ": " + l[1] + "\n")
	}
	return b.String()
}

func (r Receipt) lines() [7][2]string {
	return [7][2]string{
		{"receipt", r.ReceiptNo},
		{"report", r.ReportID},
		{"agency", r.AgencyID},
		{"sha256", r.SHA256},
		{"sm3", r.SM3},
		{"size", strconv.FormatInt(r.Size, 10)},
		{"received", r.ReceivedAt.UTC().Format(timeFormat)},
	}
}

// ParseText reads what [Receipt.Text] wrote and nothing else: a text that is
// not exactly canonical is Invalid, so that two texts never mean one receipt.
func ParseText(text string) (Receipt, error) {
	bad := func(format string, args ...any) (Receipt, error) {
		return Receipt{}, schemas.E(schemas.KindInvalid, "receipt_malformed", "回执内容格式不正确："+fmt.Sprintf(format, args...), nil)
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 9 || lines[0] != header || lines[8] != "" {
		return bad("应为 %s 格式", header)
	}
	var r Receipt
	names := r.lines()
	var v [7]string
	for i := range v {
		val, ok := strings.CutPrefix(lines[i+1], names[i][0]+": ")
		if !ok {
			return bad("第 %d 行应为 %s", i+2, names[i][0])
		}
		v[i] = val
	}
	size, err := strconv.ParseInt(v[5], 10, 64)
	if err != nil {
		return bad("size")
	}
	at, err := time.Parse(timeFormat, v[6])
	if err != nil {
		return bad("received")
	}
	r = Receipt{ReceiptNo: v[0], ReportID: v[1], AgencyID: v[2], SHA256: v[3], SM3: v[4], Size: size, ReceivedAt: at}
	if r.Text() != text {
		return bad("不是规范文本")
	}
	return r, nil
}

// Verify checks the signature of a signed receipt against the keys given
// (lines as [Keeper.PublicKey] returns; old keys may be among them) and
// returns what it states. An unknown key or a broken signature is Untrusted.
func Verify(signed string, publicKeys ...string) (Receipt, error) {
	text, err := open(signed, publicKeys)
	if err != nil {
		return Receipt{}, err
	}
	return ParseText(text)
}

func open(signed string, publicKeys []string) (string, error) {
	vs := make([]note.Verifier, 0, len(publicKeys))
	for _, k := range publicKeys {
		v, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return "", schemas.E(schemas.KindInvalid, "receipt_key_malformed", "验证公钥格式不正确", err)
		}
		vs = append(vs, v)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(vs...))
	if err != nil {
		return "", schemas.E(schemas.KindUntrusted, "receipt_signature_invalid", "签名验证不通过，或不是本系统的公钥所签", err)
	}
	return n.Text, nil
}
