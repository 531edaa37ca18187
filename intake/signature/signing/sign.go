package signing

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"jianding/intake/signature/cms"
	"jianding/intake/signature/revision"
)

// Format is the shape of the signature value.
type Format string

// Formats.
const (
	CMS        Format = "cms"         // adbe.pkcs7.detached, PKCS#7 identifiers
	CAdES      Format = "cades"       // ETSI.CAdES.detached
	GM0010     Format = "gm0010"      // GM/T 0010 identifiers, GM.PKILite / GM.SM2
	GM0010Adbe Format = "gm0010-adbe" // the same under adbe.pkcs7.detached
	SealV1     Format = "seal-v1"     // GM/T 0031-2014
	SealV4     Format = "seal-v4"     // GB/T 38540-2020
	SealV5     Format = "seal-v5"     // GM/T 0031-2025
	PKCS7SHA1  Format = "pkcs7-sha1"  // adbe.pkcs7.sha1, legacy
	Stamp      Format = "timestamp"   // a document time-stamp, ETSI.RFC3161
)

// Options say how to sign; the zero value makes an invisible
// adbe.pkcs7.detached signature.
type Options struct {
	Format Format
	Hash   cms.Hash // what goes with the key, when empty
	// Field names the signature field; an existing empty one is filled, else
	// a new one is made. Empty: "Signature" and a number.
	Field string
	// At is the claimed signing time, for a time-stamp the stamped one; zero
	// states none.
	At time.Time
	// Box makes the signature visible on page 1 with a red frame.
	Box *[4]float64
	// TSA adds a signature time-stamp of StampedAt.
	TSA       *Signer
	StampedAt time.Time
	// Seal is the electronic seal to use with a seal format.
	Seal *Seal
	// CRLs and OCSPs go into adbe-revocationInfoArchival.
	CRLs, OCSPs [][]byte
	// Certify makes a certification signature with this permission (1-3).
	Certify int
	// LockFields adds FieldMDP: "All", or "Include name …".
	LockFields string
	// Streams writes the update with cross-reference and object streams.
	Streams bool
	// SM2OID is the identifier of SM2 signatures: .501 unless set.
	SM2OID     string
	ByKeyID    bool // name the signer by subject key identifier
	Indefinite bool // BER lengths
	// AttributesBER writes the signed attributes in BER, and signs them in DER.
	AttributesBER bool
	Reason        string
	Room          int // bytes for Contents; 16384 unless set
	Faults        Faults
	Random        io.Reader
	// SubFilter and Filter replace what the format writes.
	Filter, SubFilter string
	// DictExtra is raw text put into the signature dictionary.
	DictExtra string
	// FieldExtra is raw text put into a new field.
	FieldExtra string
	// OmitFromPage leaves a new widget out of the page's annotations.
	OmitFromPage bool
	// RawContents replaces the signature value.
	RawContents func(message []byte) ([]byte, error)
}

// Sign appends a signature to pdf as an incremental update.
func Sign(pdf []byte, signer Signer, o Options) ([]byte, error) {
	u, err := NewUpdate(pdf, o.Streams)
	if err != nil {
		return nil, err
	}
	return SignUpdate(u, signer, o)
}

// SignUpdate signs an update that may hold more than the signature.
func SignUpdate(u *Update, signer Signer, o Options) ([]byte, error) {
	if o.Format == "" {
		o.Format = CMS
	}
	if o.Hash == "" {
		o.Hash = hashFor(signer.algorithm())
	}
	if o.Room == 0 {
		o.Room = 16384
	}
	sig := u.New()
	u.Set(sig, dictionary(o))
	if o.Certify > 0 {
		u.SetRoot("Perms", &revision.Dict{Entries: []revision.Entry{{Key: "DocMDP", Value: revision.Ref{Num: sig}}}})
	}
	if err := u.placeField(sig, o); err != nil {
		return nil, err
	}
	out := u.Bytes("")
	return fill(out, len(u.pdf), signer, o)
}

const rangeRoom = 60

// Fill signs a document that was written whole with a signature dictionary in
// it: the last /ByteRange, as [Range] leaves it, and the last /Contents, as
// [Value] does with o.Room, are filled, in whatever order they stand.
func Fill(pdf []byte, signer Signer, o Options) ([]byte, error) {
	if o.Format == "" {
		o.Format = CMS
	}
	if o.Hash == "" {
		o.Hash = hashFor(signer.algorithm())
	}
	return fill(bytes.Clone(pdf), 0, signer, o)
}

// Range is room for a byte range.
func Range() string { return "/ByteRange [" + strings.Repeat(" ", rangeRoom) + "]" }

// Value is room for a signature value of that many bytes.
func Value(room int) string { return "/Contents <" + strings.Repeat("0", 2*room) + ">" }

func dictionary(o Options) string {
	var b strings.Builder
	kind, filter, sub := "Sig", "Adobe.PPKLite", "adbe.pkcs7.detached"
	switch o.Format {
	case CAdES:
		sub = "ETSI.CAdES.detached"
	case GM0010:
		filter, sub = "GM.PKILite", "GM.SM2"
	case SealV1, SealV4, SealV5:
		filter, sub = "GM.PKILite", "GM.sm2seal"
	case PKCS7SHA1:
		sub = "adbe.pkcs7.sha1"
	case Stamp:
		kind, sub = "DocTimeStamp", "ETSI.RFC3161"
	}
	if o.Filter != "" {
		filter = o.Filter
	}
	if o.SubFilter != "" {
		sub = o.SubFilter
	}
	fmt.Fprintf(&b, "<< /Type /%s /Filter /%s /SubFilter /%s", kind, filter, sub)
	if !o.At.IsZero() && o.Format != Stamp {
		fmt.Fprintf(&b, " /M (D:%s+00'00')", o.At.UTC().Format("20060102150405"))
	}
	if o.Reason != "" {
		fmt.Fprintf(&b, " /Reason (%s)", o.Reason)
	}
	var references []string
	if o.Certify > 0 {
		references = append(references, fmt.Sprintf("<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P %d /V /1.2 >> >>", o.Certify))
	}
	if o.LockFields != "" {
		action, names, _ := strings.Cut(o.LockFields, " ")
		list := ""
		for _, n := range strings.Fields(names) {
			list += "(" + n + ")"
		}
		if list != "" {
			list = " /Fields [" + list + "]"
		}
		references = append(references, fmt.Sprintf("<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams /Action /%s%s /V /1.2 >> >>", action, list))
	}
	if len(references) > 0 {
		fmt.Fprintf(&b, " /Reference [%s]", strings.Join(references, " "))
	}
	b.WriteString(" " + o.DictExtra)
	fmt.Fprintf(&b, " %s %s >>", Range(), Value(o.Room))
	return b.String()
}

// placeField fills the named field or makes one on page 1.
func (u *Update) placeField(sig int, o Options) error {
	form, _ := u.resolve(u.Root.Get("AcroForm")).(*revision.Dict)
	if form == nil {
		form = &revision.Dict{}
	}
	form = clone(form)
	list, _ := u.resolve(form.Get("Fields")).(revision.Array)
	list = append(revision.Array{}, list...)
	name := o.Field
	if name == "" {
		name = fmt.Sprintf("Signature%d", len(list)+1)
	}
	for _, f := range list {
		r, _ := f.(revision.Ref)
		d := u.Dict(r.Num)
		if t, ok := d.Get("T").(revision.String); ok && string(t) == name {
			if d.Get("V") != nil {
				return fmt.Errorf("signing: field %s is signed", name)
			}
			put(d, "V", revision.Ref{Num: sig})
			u.SetObject(r.Num, d)
			u.saveForm(form)
			return nil
		}
	}
	field := u.New()
	pages := u.PageNumbers()
	if len(pages) == 0 {
		return fmt.Errorf("signing: document without pages")
	}
	box, appearance := "0 0 0 0", ""
	if o.Box != nil {
		b := *o.Box
		box = fmt.Sprintf("%g %g %g %g", b[0], b[1], b[2], b[3])
		n := u.New()
		w, h := b[2]-b[0], b[3]-b[1]
		u.SetStream(n, fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 %g %g] /Resources << >> ", w, h), fmt.Appendf(nil, "1 0 0 RG 2 w 1 1 %g %g re S", w-2, h-2))
		appearance = fmt.Sprintf(" /AP << /N %d 0 R >>", n)
	}
	u.Set(field, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 132 /Rect [%s] /P %d 0 R /V %d 0 R%s %s >>", name, box, pages[0], sig, appearance, o.FieldExtra))
	put(form, "Fields", append(list, revision.Ref{Num: field}))
	u.saveForm(form)
	if o.OmitFromPage {
		return nil
	}
	page := u.Dict(pages[0])
	a, _ := u.resolve(page.Get("Annots")).(revision.Array)
	a = append(append(revision.Array{}, a...), revision.Ref{Num: field})
	if r, ok := page.Get("Annots").(revision.Ref); ok {
		u.SetObject(r.Num, a)
		return nil
	}
	put(page, "Annots", a)
	u.SetObject(pages[0], page)
	return nil
}

func (u *Update) saveForm(form *revision.Dict) {
	put(form, "SigFlags", int64(3))
	if r, ok := u.Root.Get("AcroForm").(revision.Ref); ok {
		u.SetObject(r.Num, form)
		return
	}
	u.SetRoot("AcroForm", form)
}

// fill computes the byte range behind from and the signature value.
func fill(pdf []byte, from int, signer Signer, o Options) ([]byte, error) {
	rangeAt := from + bytes.LastIndex(pdf[from:], []byte("/ByteRange [")) + len("/ByteRange [")
	start := from + bytes.LastIndex(pdf[from:], []byte("/Contents <")) + len("/Contents ")
	end := start + 2*o.Room + 2
	text := fmt.Sprintf("0 %d %d %d", start, end, len(pdf)-end)
	copy(pdf[rangeAt:], text+strings.Repeat(" ", rangeRoom-len(text)))
	message := append(bytes.Clone(pdf[:start]), pdf[end:]...)
	value, err := contents(message, signer, o)
	if err != nil {
		return nil, err
	}
	if len(value) > o.Room {
		return nil, fmt.Errorf("signing: value of %d bytes needs more room", len(value))
	}
	hex.Encode(pdf[start+1:], value)
	return pdf, nil
}

func contents(message []byte, signer Signer, o Options) ([]byte, error) {
	if o.RawContents != nil {
		return o.RawContents(message)
	}
	var stamp func([]byte) ([]byte, error)
	if o.TSA != nil {
		stamp = func(value []byte) ([]byte, error) {
			return TimeStamp(*o.TSA, hashFor(o.TSA.algorithm()), value, o.StampedAt)
		}
	}
	var value []byte
	var err error
	switch o.Format {
	case SealV1, SealV4, SealV5:
		if o.Seal == nil {
			return nil, fmt.Errorf("signing: no seal")
		}
		s := *o.Seal
		s.Version = map[Format]int{SealV1: 1, SealV4: 4, SealV5: 5}[o.Format]
		value, err = s.sign(signer, message, o.At, o.Faults, stamp)
	case Stamp:
		value, err = TimeStamp(signer, hashFor(signer.algorithm()), message, o.At)
	default:
		c := container{
			signer: signer, gm: o.Format == GM0010 || o.Format == GM0010Adbe, sm2OID: o.SM2OID, message: message, hash: o.Hash, at: o.At,
			signingCertificate: o.Format == CAdES, byKeyID: o.ByKeyID, indefinite: o.Indefinite, attributesBER: o.AttributesBER, crls: o.CRLs, ocsps: o.OCSPs,
			faults: o.Faults, stamp: stamp, random: o.Random,
		}
		if o.Format == PKCS7SHA1 {
			c.content = cms.SHA1.Sum(message)
		}
		value, err = c.encode()
	}
	if err != nil {
		return nil, err
	}
	if o.Faults.Trailing {
		value = append(value, "trailing"...)
	}
	return value, nil
}

// AppendDSS appends a document security store.
func AppendDSS(pdf []byte, streams bool, certs, crls, ocsps [][]byte) ([]byte, error) {
	u, err := NewUpdate(pdf, streams)
	if err != nil {
		return nil, err
	}
	u.AddDSS(certs, crls, ocsps)
	return u.Bytes(""), nil
}

// AddDSS puts a document security store into an update.
func (u *Update) AddDSS(certs, crls, ocsps [][]byte) {
	list := func(items [][]byte) revision.Array {
		var out revision.Array
		for _, b := range items {
			n := u.New()
			u.SetStream(n, "", b)
			out = append(out, revision.Ref{Num: n})
		}
		return out
	}
	d := &revision.Dict{}
	put(d, "Type", revision.Name("DSS"))
	for _, part := range []struct {
		key   revision.Name
		items [][]byte
	}{{"Certs", certs}, {"CRLs", crls}, {"OCSPs", ocsps}} {
		if len(part.items) > 0 {
			put(d, part.key, list(part.items))
		}
	}
	n := u.New()
	u.SetObject(n, d)
	u.SetRoot("DSS", revision.Ref{Num: n})
}
