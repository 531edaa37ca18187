package pdf

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// mapOf is a CMap with blocks as pdfmake writes it.
func mapOf(blocks string) string {
	return "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <<\n  /Registry (Adobe)\n  /Ordering (UCS)\n  /Supplement 0\n>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n" + blocks +
		"\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
}

func meaning(m *charMap) map[int]string {
	said := make(map[int]string)
	for code := range 1 << 16 {
		if m.to[code].n > 0 {
			said[code] = string(utf16.Decode(m.of(code)))
		}
	}
	return said
}

func TestCharMap(t *testing.T) {
	for _, c := range []struct{ name, blocks, want string }{
		{"a list over the edge", "1 beginbfrange\n<00fe> <0101> [<5371> <623F> <9274> <5B9A>]\nendbfrange",
			"2 beginbfrange<00fe><00ff>[<5371><623f>]<0100><0101>[<9274><5b9a>]endbfrange"},
		{"one announced and two there", "1 beginbfrange\n<0001> <0002> [<5371> <623F>]\n<0100> <0100> [<9274>]\nendbfrange",
			"2 beginbfrange<0001><0002>[<5371><623f>]<0100><0100><9274>endbfrange"},
		{"one announced and none there", "1 beginbfchar endbfchar 1 beginbfchar <0001><4E00> endbfchar", "1 beginbfrange<0001><0001><4e00>endbfrange"},
		{"one character after the other", "1 beginbfrange <01F0><0210><4E00> endbfrange",
			"2 beginbfrange<01f0><01ff><4e00><0200><0210><4e10>endbfrange"},
		{"some after the other", "2 beginbfrange <0001><0006>[<5371><4E00><4E01><4E02><4E03><5371>] <00FF><0100>[<0041><0042>] endbfrange",
			"5 beginbfrange<0001><0001><5371><0002><0005><4e00><0006><0006><5371><00ff><00ff><0041><0100><0100><0042>endbfrange"},
		{"ligatures", "2 beginbfchar <0007><00660069> endbfchar 1 beginbfrange <00ff><0100><00660069> endbfrange",
			"3 beginbfrange<0007><0007><00660069><00ff><00ff><00660069><0100><0100><0066006a>endbfrange"},
		{"beyond the first plane", "1 beginbfrange <00ff><0100><D840DC00> endbfrange",
			"2 beginbfrange<00ff><00ff><d840dc00><0100><0100><d840dc01>endbfrange"},
		{"said twice alike", "2 beginbfrange <00ff><0100>[<4E00><4E01>] <0100><0101>[<4e01><4E02>] endbfrange",
			"2 beginbfrange<00ff><00ff><4e00><0100><0101><4e01>endbfrange"},
		{"said twice otherwise", "2 beginbfrange <00ff><0100>[<4E0D><4E01>] <0100><0101>[<4E0D><4E02>] endbfrange", ""},
		{"不 said to be 可 as well", "1 beginbfrange <00ff><0100>[<4E0D><4E01>] endbfrange 1 beginbfchar <00ff><53EF> endbfchar", ""},
		{"beyond the pairs", "1 beginbfrange <00ff><0100><D840DFFF> endbfrange", ""},
		{"beyond the units", "1 beginbfrange <00ff><0100><FFFE> endbfrange", ""},
		{"a list too short", "1 beginbfrange <00ff><0100>[<4E00>] endbfrange", ""},
		{"a list too long", "1 beginbfrange <00ff><0100>[<4E00><4E01><4E02>] endbfrange", ""},
		{"nothing for a code", "1 beginbfrange <00ff><0100>[<4E00><>] endbfrange", ""},
		{"a byte for a character", "1 beginbfrange <00ff><0100>[<4E00><41>] endbfrange", ""},
		{"codes of a byte", "1 beginbfrange <00><ff><0000> endbfrange", ""},
		{"codes of three", "1 beginbfrange <000000><0000ff><0000> endbfrange", ""},
		{"backwards", "1 beginbfrange <0100><00ff><0041> endbfrange", ""},
		{"blanks in a code", "1 beginbfrange <00 ff><01 00><0041> endbfrange", ""},
		{"in a comment", "% 1 beginbfrange\n1 beginbfrange <00ff><0100><0041> endbfrange", ""},
		{"not ended", "1 beginbfrange <00ff><0100><0041>", ""},
		{"no number", "/x beginbfrange <00ff><0100><0041> endbfrange", ""},
		{"an operator of a page", "1 beginbfrange <00ff><0100><0041> endbfrange (Dsu) Tj", ""},
		{"another map", "/GBK-EUC-H usecmap 1 beginbfrange <00ff><0100><0041> endbfrange", ""},
		{"glyphs", "1 beginbfrange <00ff><0100><0041> endbfrange 1 begincidrange <0000><0001> 5 endcidrange", ""},
		{"characters of a collection", "/Adobe-GB1-UCS2 pop 1 beginbfrange <00ff><0100><0041> endbfrange", ""},
		{"a string in a string", "(a(b)) pop 1 beginbfrange <00ff><0100><0041> endbfrange", ""},
		{"a second beginning", "begincmap 1 beginbfrange <00ff><0100><0041> endbfrange", ""},
		{"more after the end", "1 beginbfrange <00ff><0100><0041> endbfrange endcmap end end /x", ""},
		{"a code named over and over", strings.Repeat("1 beginbfrange <0000><ffff><0000> endbfrange ", 20), ""},
	} {
		m := &charMap{left: codesRead}
		got := ""
		if m.read([]byte(mapOf(c.blocks))) && m.misread {
			got = string(m.compact())
		}
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
	m := &charMap{left: codesRead}
	if !m.read([]byte(mapOf("1 beginbfrange <0000><00ff><4E00> endbfrange 2 beginbfchar <0100><0041> <0101><0042> endbfchar"))) || m.misread {
		t.Error("what PDFium reads is to be put in other words")
	}
	for _, text := range []string{
		strings.Replace(mapOf(""), "<ffff>", "<00ff>", 1), // then this is outside:
		strings.Replace(mapOf(""), "1 begincodespacerange", "", 1),
		strings.Replace(mapOf(""), "<0000><ffff>", "<00><ff>", 1),
		"BT " + mapOf(""), "%!PS\n" + mapOf(""), mapOf("") + "garbage", mapOf("") + "\x00", mapOf("") + ")",
		strings.Replace(mapOf(""), "end\nend\n", "", 1),
	} {
		text = strings.Replace(text, "\nendcmap", "1 beginbfrange <00ff><0100><0041> endbfrange\nendcmap", 1)
		if m.read([]byte(text)) {
			t.Errorf("is read: %q", text)
		}
	}
}

// lawOfWords: what is put in other words says of every code what it said, in
// ranges that PDFium reads.
func lawOfWords(t *testing.T, text []byte) {
	m := &charMap{left: codesRead}
	if !m.read(text) {
		return
	}
	said := meaning(m)
	words := m.compact()
	again := &charMap{left: codesRead}
	if !again.read([]byte(mapOf(string(words)))) {
		t.Fatalf("%q became %q, which is no map", text, words)
	}
	if again.misread {
		t.Errorf("%q became %q, which PDFium misreads", text, words)
	}
	if !maps.Equal(said, meaning(again)) {
		t.Errorf("%q became %q, which says something else", text, words)
	}
}

func TestCharMapSaysTheSame(t *testing.T) {
	read := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		var b strings.Builder
		next := 0
		for next < 1<<16-1 && r.IntN(6) > 0 {
			n := 1 + r.IntN(5)
			fmt.Fprintf(&b, "%d beginbfrange\n", n)
			for range n {
				low := min(next+r.IntN(300), 1<<16-1)
				high := min(low+r.IntN(1+r.IntN(1000)), 1<<16-1)
				next = high + 1
				fmt.Fprintf(&b, "<%04x> <%04X> ", low, high)
				switch r.IntN(4) {
				case 0:
					fmt.Fprintf(&b, "<%04X>\n", r.IntN(0xF000))
				case 1:
					fmt.Fprintf(&b, "<0066%04X>", r.IntN(0xD000))
				case 2:
					fmt.Fprintf(&b, "<D840DC%02X>", r.IntN(20))
				default:
					b.WriteString("[")
					for c := low; c <= high; c++ {
						fmt.Fprintf(&b, "<%04x> ", 0x4E00+(c*r.IntN(2)+r.IntN(3))%9000)
					}
					b.WriteString("]\n")
				}
				if next > 1<<16-1 {
					break
				}
			}
			b.WriteString("endbfrange\n")
		}
		text := []byte(mapOf(b.String()))
		if (&charMap{left: codesRead}).read(text) {
			read++
		}
		lawOfWords(t, text)
	}
	if read < 50 {
		t.Errorf("%d maps were read", read)
	}
}

// A map that is read after another does not know of it.
func TestCharMapForgets(t *testing.T) {
	m := &charMap{left: codesRead}
	for _, want := range []string{"<4e00>", "<4e01>"} {
		if !m.read([]byte(mapOf("1 beginbfchar <0001>" + want + " endbfchar"))) {
			t.Fatal("is not read")
		}
		if got := string(m.compact()); got != "1 beginbfrange<0001><0001>"+want+"endbfrange" {
			t.Errorf("%s", got)
		}
	}
}

func FuzzCharMap(f *testing.F) {
	f.Add("1 beginbfrange\n<00fe> <0101> [<5371> <623F> <9274> <5B9A>]\nendbfrange")
	f.Add("2 beginbfrange <0000><0FFF><0000> <1000><1010><D840DC00> endbfrange 1 beginbfchar <2000><00660069> endbfchar")
	f.Add("(a) << >> /x 1 beginbfrange <00F0><00F2>[<0041><0042><0043>] <0100><0101><0044> endbfrange")
	f.Fuzz(func(t *testing.T, blocks string) {
		lawOfWords(t, []byte(mapOf(blocks)))
		lawOfWords(t, []byte(blocks))
	})
}
