package pdf

import (
	"archive/zip"
	"bytes"

	"jianding/schemas"
)

// headerWindow is how far into a file readers look for "%PDF-" (Adobe's
// implementation note 13 to PDF 1.7, which PDFium follows).
const headerWindow = 1024

// CheckKind tells by its first bytes whether the document is one that can be
// opened here. It returns nil for a PDF, a review reason for one whose header
// does not stand at offset 0, and a rejecting reason for everything else, with
// advice where the kind is known.
func CheckKind(document []byte) *schemas.Reason {
	at := bytes.Index(document[:min(len(document), headerWindow)], []byte("%PDF-"))
	if at == 0 {
		return nil
	}
	code, detail := schemas.DocumentNotPDF, ""
	switch {
	case len(document) == 0:
		code = schemas.DocumentEmpty
	case isZIP(document):
		// A ZIP is a ZIP even when a PDF follows its first entry.
		code, detail = zipKind(document)
	case at > 0:
		code = schemas.DocumentHeader
	case bytes.HasPrefix(document, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		detail = "收到的是旧版 Office 文档"
	case bytes.HasPrefix(document, []byte("\xFF\xD8\xFF")), bytes.HasPrefix(document, []byte("\x89PNG\r\n\x1A\n")),
		bytes.HasPrefix(document, []byte("II*\x00")), bytes.HasPrefix(document, []byte("MM\x00*")):
		detail = "收到的是图片"
	case bytes.HasPrefix(document, []byte("Rar!")), bytes.HasPrefix(document, []byte("7z\xBC\xAF\x27\x1C")):
		detail = "收到的是压缩包"
	}
	r := schemas.NewReason(code, 0, detail)
	return &r
}

func isZIP(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// zipKind tells OFD (GB/T 33190: a ZIP with OFD.xml at its root) from Office
// documents and plain archives. A ZIP whose directory is broken is judged by
// the name of its first entry.
func zipKind(b []byte) (schemas.ReasonCode, string) {
	office, ofd := false, false
	note := func(name string) {
		switch name {
		case "OFD.xml":
			ofd = true
		case "[Content_Types].xml":
			office = true
		}
	}
	if r, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
		for _, f := range r.File {
			note(f.Name)
		}
	} else if len(b) >= 30 {
		n := int(b[26]) | int(b[27])<<8
		note(string(b[30:min(30+n, len(b))]))
	}
	switch {
	case ofd:
		return schemas.DocumentOFD, ""
	case office:
		return schemas.DocumentNotPDF, "收到的是 Office 文档"
	}
	return schemas.DocumentNotPDF, "收到的是压缩包"
}
