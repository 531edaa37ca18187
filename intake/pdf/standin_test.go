package pdf_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"testing"
	"unicode/utf16"
)

var updateStandIn = flag.Bool("update-stand-in", false, "write standin/standin.ttf")

// TestStandInFont: the font that stands in for Chinese fonts that a document
// does not embed is the one that buildStandIn makes.
func TestStandInFont(t *testing.T) {
	want := buildStandIn()
	if *updateStandIn {
		if err := os.WriteFile("standin/standin.ttf", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("standin/standin.ttf")
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("standin/standin.ttf is not what the test builds (-update-stand-in writes it): %v", err)
	}
}

// buildStandIn makes a TrueType font of 1000 units an em with a rectangle for
// each character: of half an em below U+2E80, of an em from there on. Blanks
// have none.
func buildStandIn() []byte {
	const (
		notdef = iota
		blank
		narrow
		wide
		glyphs
	)
	be := binary.BigEndian
	u16 := func(vs ...int) []byte {
		var b []byte
		for _, v := range vs {
			b = be.AppendUint16(b, uint16(v))
		}
		return b
	}
	u32 := func(vs ...int) []byte {
		var b []byte
		for _, v := range vs {
			b = be.AppendUint32(b, uint32(v))
		}
		return b
	}
	// One contour of four points on the curve, deltas of 16 bits.
	rectangle := func(x0, y0, x1, y1 int) []byte {
		b := u16(1, x0, y0, x1, y1, 3, 0)
		b = append(b, 1, 1, 1, 1)
		b = append(b, u16(x0, 0, x1-x0, 0)...)
		b = append(b, u16(y0, y1-y0, 0, y0-y1)...)
		return b
	}
	box := []([]byte){rectangle(40, -80, 960, 840), nil, rectangle(20, 0, 480, 720), rectangle(40, -80, 960, 840)}
	var glyf []byte
	loca := u32(0)
	for _, b := range box {
		glyf = append(glyf, b...)
		loca = append(loca, u32(len(glyf))...)
	}
	// cmap format 13: whole ranges of characters share a glyph.
	groups := []int{
		0x0021, 0x007E, narrow, 0x00A0, 0x00A0, blank, 0x00A1, 0x1FFF, narrow, 0x2000, 0x200B, blank, 0x2010, 0x2E7F, narrow,
		0x2E80, 0x2FFF, wide, 0x3000, 0x3000, blank, 0x3001, 0xD7FF, wide, 0xF900, 0xFFFF, wide, 0x20000, 0x3FFFF, wide,
	}
	sub := append(u16(13, 0), u32(16+4*len(groups), 0, len(groups)/3)...)
	sub = append(sub, u32(groups...)...)
	cmap := append(u16(0, 1, 3, 10), u32(12)...)
	cmap = append(cmap, sub...)
	var name, text []byte
	records := [][2]any{{1, "Jianding Stand-in"}, {2, "Regular"}, {4, "Jianding Stand-in"}, {6, "JiandingStandIn"}}
	for _, r := range records {
		s := u16()
		for _, u := range utf16.Encode([]rune(r[1].(string))) {
			s = be.AppendUint16(s, u)
		}
		name = append(name, u16(3, 1, 0x409, r[0].(int), len(s), len(text))...)
		text = append(text, s...)
	}
	name = append(append(u16(0, len(records), 6+12*len(records)), name...), text...)
	os2 := u16(1, 1000, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 250, 0)
	os2 = append(os2, make([]byte, 10)...)        // PANOSE
	os2 = append(os2, u32(-1, -1, -1, -1)...)     // Unicode ranges
	os2 = append(os2, "JIAN"...)                  // vendor
	os2 = append(os2, u16(0x40, 0x20, 0xFFFF)...) // regular; first and last character
	os2 = append(os2, u16(880, -120, 0, 880, 120)...)
	os2 = append(os2, u32(1<<17|1<<18|1<<19|1<<20|1<<21, 0)...) // code pages: Japanese, Chinese, Korean
	tables := []struct {
		tag  string
		data []byte
	}{
		{"OS/2", os2},
		{"cmap", cmap},
		{"glyf", glyf},
		{"head", append(append(u32(0x10000, 0x10000, 0, 0x5F0F3CF5), u16(3, 1000)...), append(make([]byte, 16), u16(40, -80, 960, 840, 0, 8, 2, 1, 0)...)...)},
		{"hhea", append(u32(0x10000), u16(880, -120, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0, glyphs)...)},
		{"hmtx", u16(1000, 40, 500, 0, 500, 20, 1000, 40)},
		{"loca", loca},
		{"maxp", append(u32(0x10000), u16(glyphs, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)...)},
		{"name", name},
		{"post", append(u32(0x30000), make([]byte, 28)...)},
	}
	out := append(u32(0x10000), u16(len(tables), 128, 3, 16*len(tables)-128)...)
	at := 12 + 16*len(tables)
	var body []byte
	for _, t := range tables {
		for len(t.data)%4 != 0 {
			t.data = append(t.data, 0)
		}
		sum := uint32(0)
		for i := 0; i < len(t.data); i += 4 {
			sum += be.Uint32(t.data[i:])
		}
		out = append(out, t.tag...)
		out = append(out, u32(int(sum), at+len(body), len(t.data))...)
		body = append(body, t.data...)
	}
	return append(out, body...)
}
