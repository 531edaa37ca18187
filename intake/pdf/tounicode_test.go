package pdf

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// meaning is what a CMap says of each code, of those under 65,536.
func meaning(cmap []byte) map[uint32]string {
	said := make(map[uint32]string)
	for t := (cmapTokens{text: cmap}); t.next(); {
		if string(t.token) != "beginbfrange" {
			continue
		}
		ranges, _, ok := t.ranges()
		if !ok {
			return nil
		}
		for _, r := range ranges {
			for c := r.low; c <= r.high && c < 1<<16; c++ {
				n := c - r.low
				if !r.listed {
					if to := later(r.from, n); to != nil {
						said[c] = string(utf16.Decode(to))
					}
				} else if n < uint32(len(r.list)) {
					to, _ := utf16Of(r.list[n])
					said[c] = string(utf16.Decode(to))
				}
			}
		}
	}
	return said
}

// crosses tells whether a range of a CMap is one that PDFium misreads.
func crosses(cmap []byte) bool {
	for t := (cmapTokens{text: cmap}); t.next(); {
		if string(t.token) == "beginbfrange" {
			if _, long, ok := t.ranges(); ok && long {
				return true
			}
		}
	}
	return false
}

func TestShortRanges(t *testing.T) {
	for _, c := range []struct{ name, cmap, want string }{
		{"a list over the edge", "1 beginbfrange\n<00fe> <0101> [<5371> <623F> <9274> <5B9A>]\nendbfrange\nend",
			"2 beginbfrange\n<00FE><00FF>[<5371><623F>]\n<0100><0101>[<9274><5B9A>]\nendbfrange\nend"},
		{"one character after the other", "x 2 beginbfrange <01><02><0041> <01F0><0210><4E00> endbfrange",
			"x 3 beginbfrange\n<01><02><0041>\n<01F0><01FF><4E00>\n<0200><0210><4E10>\nendbfrange"},
		{"a list that ends before its range", "1 beginbfrange <00ff><0200>[<4E00> <4E01>] endbfrange",
			"2 beginbfrange\n<00FF><00FF>[<4E00>]\n<0100><0100>[<4E01>]\nendbfrange"},
		{"a ligature", "1 beginbfrange <00ff><0100><00660069> endbfrange",
			"2 beginbfrange\n<00FF><00FF><00660069>\n<0100><0100><0066006A>\nendbfrange"},
		{"beyond the first plane", "1 beginbfrange <00ff><0100><D840DFFF> endbfrange",
			"2 beginbfrange\n<00FF><00FF><D840DFFF>\n<0100><0100><D841DC00>\nendbfrange"},
		{"more characters than there are", "1 beginbfrange <00ff><0100><FFFF> endbfrange",
			"1 beginbfrange\n<00FF><00FF><FFFF>\nendbfrange"},
		{"only the block that needs it", "1 beginbfrange <00><ff><0000> endbfrange 1 beginbfrange <0100><0200><0100> endbfrange 1 beginbfchar <03><0003> endbfchar",
			"1 beginbfrange <00><ff><0000> endbfrange 2 beginbfrange\n<0100><01FF><0100>\n<0200><0200><0200>\nendbfrange 1 beginbfchar <03><0003> endbfchar"},
		{"nothing to do", "1 beginbfrange <0000><00ff>[<4E00>] endbfrange", ""},
		{"in a string", "(1 beginbfrange <0000><ffff><0000> endbfrange) pop", ""},
		{"in a comment", "% beginbfrange <0000><ffff><0000> endbfrange", ""},
		{"not ended", "1 beginbfrange <0000><ffff><0000>", ""},
		{"backwards", "1 beginbfrange <ffff><0000><0000> endbfrange", ""},
		{"no codes", "1 beginbfrange <0000><ffff>/x endbfrange", ""},
		{"no end of it", "1 beginbfrange <00000000><FFFFFFFF><0000> endbfrange", "256"},
		{"no end of them", strings.Repeat("1 beginbfrange <0000><ffff><0000> endbfrange ", 17), ""},
	} {
		got, changed := shortRanges([]byte(c.cmap))
		if c.want == "256" { // the characters end after the first plane
			if n := strings.Count(string(got), "<000"); n < 256 {
				t.Errorf("%s: %d ranges", c.name, n)
			}
			continue
		}
		if string(got) != c.want || changed != (c.want != "") {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// Whatever a CMap says of its codes it says after it was rewritten, and then in
// ranges that PDFium reads.
func TestShortRangesSayTheSame(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		var b strings.Builder
		b.WriteString("/CIDInit/ProcSet findresource begin begincmap 1 begincodespacerange <0000><FFFF> endcodespacerange\n")
		long := false
		for range 1 + r.IntN(3) {
			n := 1 + r.IntN(5)
			fmt.Fprintf(&b, "%d beginbfrange\n", n)
			for range n {
				low := r.IntN(1 << 16)
				high := min(low+r.IntN(1+r.IntN(2000)), 1<<16-1)
				long = long || low>>8 != high>>8
				fmt.Fprintf(&b, "<%04x> <%04x> ", low, high)
				switch r.IntN(4) {
				case 0:
					fmt.Fprintf(&b, "<%04X>\n", r.IntN(1<<16))
				case 1:
					fmt.Fprintf(&b, "<0066%04X>", r.IntN(0xD800))
				case 2:
					first, second := utf16.EncodeRune(rune(0x10000 + r.IntN(0x100000)))
					fmt.Fprintf(&b, "<%04X%04X>", first, second)
				default:
					b.WriteString("[")
					for range high - low + 1 - r.IntN(2) {
						fmt.Fprintf(&b, "<%04X> ", r.IntN(0xD800))
					}
					b.WriteString("]\n")
				}
			}
			b.WriteString("endbfrange\n")
		}
		b.WriteString("endcmap end end")
		got, changed := shortRanges([]byte(b.String()))
		if changed != long {
			t.Fatalf("seed %d: changed %v, with a long range %v", seed, changed, long)
		}
		if !changed {
			continue
		}
		if crosses(got) {
			t.Errorf("seed %d: a range still crosses", seed)
		}
		if !maps.Equal(meaning([]byte(b.String())), meaning(got)) {
			t.Errorf("seed %d: says something else", seed)
		}
	}
}

// FuzzShortRanges: of whatever is taken for a CMap nothing crashes, nothing
// grows without bound, and what is rewritten says the same and is done.
func FuzzShortRanges(f *testing.F) {
	f.Add([]byte("1 beginbfrange\n<00fe> <0101> [<5371> <623F> <9274> <5B9A>]\nendbfrange\nend"))
	f.Add([]byte("2 beginbfrange <0000><FFFF><0000> <00 F0><0110><D840DC00> endbfrange"))
	f.Add([]byte("(a(b)\\)) << >> /x 1 beginbfrange <F0><0110>[<41> %c\n<0042>] endbfrange"))
	f.Fuzz(func(t *testing.T, cmap []byte) {
		got, changed := shortRanges(cmap)
		if !changed {
			return
		}
		if len(got) > len(cmap)+(len(cmap)+64)*mostChunks {
			t.Errorf("%d bytes became %d", len(cmap), len(got))
		}
		if _, again := shortRanges(got); again || crosses(got) {
			t.Errorf("not done: %q", got)
		}
		if !maps.Equal(meaning(cmap), meaning(got)) {
			t.Errorf("%q became %q", cmap, got)
		}
	})
}

// FuzzMended: of no document does the look for such CMaps, or the update, crash.
func FuzzMended(f *testing.F) {
	const long = "begincmap 1 beginbfrange <0000><ffff><0000> endbfrange endcmap"
	f.Add([]byte("%PDF-1.7\n4 0 obj<</Length 62>>stream\n" + long + "\nendstream endobj 5 0 obj<</Type/Font/ToUnicode 4 0 R>>endobj\n" +
		"xref\n0 1\n0000000000 65535 f \n4 2\n0000000009 00000 n \n0000000124 00000 n \ntrailer<</Size 6/Root 5 0 R>>startxref\n181\n%%EOF"))
	f.Add([]byte("stream\r\n\x78\x9c\x4b\x4a\x4d\xcf\xccKN,(\x00\x00"))
	f.Add([]byte("endstream stream stream\n" + long))
	f.Add([]byte("/Encrypt"))
	f.Fuzz(func(t *testing.T, document []byte) {
		mended(t.Context(), document, DefaultLimits())
	})
}
