package corpustest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"jianding/schemas"
)

// Plain folds a printed value for comparison: NFKC (which covers the Kangxi
// radicals), the CJK radicals supplement (which it does not), no white space.
func Plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(schemas.FoldRadicals(s)) {
		if !unicode.IsSpace(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}
