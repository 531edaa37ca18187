package web

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/textproto"
	"strings"
)

// statedDigests reads what the sender says the SHA-256 of the content is, from
// Repr-Digest and Content-Digest (RFC 9530: `sha-256=:base64:`) and from the
// older Digest (RFC 3230: `SHA-256=base64`). Other algorithms are ignored, as
// RFC 9530 §2 asks. malformed names the headers that can't be read.
func statedDigests(h http.Header) (sums map[string][]byte, malformed []string) {
	sums = map[string][]byte{}
	for _, name := range []string{"Repr-Digest", "Content-Digest", "Digest"} {
		values := textproto.MIMEHeader(h).Values(name)
		if len(values) == 0 {
			continue
		}
		for _, member := range strings.Split(strings.Join(values, ","), ",") {
			algorithm, value, ok := strings.Cut(strings.TrimSpace(member), "=")
			if !ok {
				malformed = append(malformed, name)
				continue
			}
			if !strings.EqualFold(algorithm, "sha-256") {
				continue
			}
			value = strings.TrimSpace(value)
			if name != "Digest" {
				inner, ok := strings.CutPrefix(value, ":")
				if inner, ok2 := strings.CutSuffix(inner, ":"); ok && ok2 {
					value = inner
				} else {
					malformed = append(malformed, name)
					continue
				}
			}
			sum, err := base64.StdEncoding.DecodeString(value)
			if err != nil || len(sum) != 32 {
				malformed = append(malformed, name)
				continue
			}
			if old, dup := sums[name]; dup && !bytes.Equal(old, sum) {
				malformed = append(malformed, name)
				continue
			}
			sums[name] = sum
		}
	}
	return sums, malformed
}

// checkDigests compares what was stated with any of the sums that the content
// may mean: of a multipart request that is the file or the whole body.
func (f *findings) checkDigests(h http.Header, actual ...[]byte) {
	sums, malformed := statedDigests(h)
	for _, name := range malformed {
		f.add(name, "digest_malformed", name+" 格式不正确，应为 sha-256=:<base64>:")
	}
	for name, want := range sums {
		ok := false
		for _, got := range actual {
			ok = ok || bytes.Equal(got, want)
		}
		if !ok {
			f.add(name, "digest_mismatch", "收到的内容与 "+name+" 所述的 SHA-256 不一致，传输中可能损坏，请重新上传")
		}
	}
}
