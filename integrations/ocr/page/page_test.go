package page

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
)

const degree = math.Pi / 180

// bars draws lines of "print": rows of short black bars between margins, each
// row with a block at its left end, so that the page has an upright.
func bars(w, h int) Raster {
	r := NewRaster(w, h)
	for y := 60; y+24 < h-60; y += 60 {
		fill(r, 60, y, w-60-(y*7)%200, y+4)
		fill(r, 60, y+20, w-60-(y*7)%200, y+24)
		for x := 60; x < w-60-(y*7)%200; x += 26 {
			fill(r, x, y, x+14, y+24)
		}
		fill(r, 60, y, 108, y+24)
	}
	return r
}

func fill(r Raster, x0, y0, x1, y1 int) { paint(r, x0, y0, x1, y1, [3]byte{20, 20, 20}) }

func paint(r Raster, x0, y0, x1, y1 int, c [3]byte) {
	for y := max(0, y0); y < min(y1, r.H); y++ {
		for x := max(0, x0); x < min(x1, r.W); x++ {
			copy(r.Pix[3*(y*r.W+x):], c[:])
		}
	}
}

func TestTurningFourTimesIsNothing(t *testing.T) {
	r := bars(300, 200)
	turned := r
	for range 4 {
		turned = turned.Turn(1)
	}
	if !slices.Equal(turned.Pix, r.Pix) || turned.W != r.W {
		t.Error("four quarters changed the image")
	}
	if !slices.Equal(r.Turn(1).Turn(1).Pix, r.Turn(2).Pix) || !slices.Equal(r.Turn(3).Pix, r.Turn(-1).Pix) {
		t.Error("quarters do not add up")
	}
	// A quarter clockwise takes the upper left corner to the upper right.
	c := NewRaster(3, 2)
	paint(c, 0, 0, 1, 1, [3]byte{9, 9, 9})
	if q := c.Turn(1); q.W != 2 || q.Pix[3*1] != 9 {
		t.Errorf("turned the other way: %v", q)
	}
}

func TestResizingKeepsLightness(t *testing.T) {
	r := NewRaster(201, 97)
	paint(r, 0, 0, 201, 97, [3]byte{80, 120, 160})
	for _, size := range [][2]int{{50, 24}, {400, 300}, {201, 97}, {1, 1}} {
		s := r.Resize(size[0], size[1])
		for i := 0; i < len(s.Pix); i += 3 {
			if s.Pix[i] != 80 || s.Pix[i+1] != 120 || s.Pix[i+2] != 160 {
				t.Fatalf("%v: pixel %d is %v", size, i/3, s.Pix[i:i+3])
			}
		}
	}
	// A one pixel stroke survives being shrunk to a quarter.
	line := NewRaster(400, 400)
	paint(line, 201, 0, 202, 400, [3]byte{})
	s := line.Resize(100, 100)
	if lo := slices.Min(s.Pix); lo > 215 {
		t.Errorf("a thin stroke is lost: darkest %d", lo)
	}
}

func TestSkewIsFound(t *testing.T) {
	for _, want := range []float64{-5, -2, -0.6, 0, 0.4, 1.7, 4.5} {
		got := Skew(bars(1000, 1400).Rotate(want*degree)) / degree
		if math.Abs(got-want) > 0.15 {
			t.Errorf("skew of %.1f° found as %.2f°", want, got)
		}
	}
	if s := Skew(NewRaster(800, 800)); s != 0 {
		t.Errorf("an empty page is askew by %v", s)
	}
}

// The seal's ink goes, the print under it stays, and so does print elsewhere.
func TestSealIsSuppressed(t *testing.T) {
	for name, ink := range map[string][3]byte{"red": {214, 40, 52}, "blue": {40, 70, 196}, "pale red": {230, 120, 125}} {
		r := bars(400, 400)
		for y := 100; y < 300; y++ {
			for x := 100; x < 300; x++ {
				p := r.Pix[3*(y*r.W+x):]
				for c := range 3 { // ink over print: each takes its share of light
					p[c] = byte(int(p[c]) * int(ink[c]) / 255)
				}
			}
		}
		s := FindSeal(r)
		if name != "pale red" && (!s.Any() || !s.Touches(Rect{150, 150, 200, 170}) || s.Touches(Rect{0, 0, 60, 40})) {
			t.Errorf("%s seal: not where it is: %d pixels", name, s.Pixels)
		}
		clean, plain := s.Suppress(r), bars(400, 400)
		for i := range clean.W * clean.H {
			dark := plain.Pix[3*i] < 100
			if v := clean.Pix[3*i]; dark && v > 110 || !dark && v < 200 {
				t.Fatalf("%s seal: pixel %d,%d is %d, print %v", name, i%400, i/400, v, dark)
			}
		}
	}
	if FindSeal(bars(400, 400)).Any() {
		t.Error("a seal on a black and white page")
	}
}

func TestBoxesOfProbabilities(t *testing.T) {
	const w, h = 320, 160
	prob := make([]float32, w*h)
	mark := func(x0, y0, x1, y1 int, slope float64, p float32) {
		for x := x0; x < x1; x++ {
			for y := y0; y < y1; y++ {
				prob[(y+int(slope*float64(x-x0)))*w+x] = p
			}
		}
	}
	mark(20, 20, 220, 30, 0, 0.9)
	mark(20, 60, 300, 68, 0.03, 0.8)
	mark(20, 120, 120, 130, 0, 0.4) // believed by no more than its pixels
	mark(250, 20, 252, 22, 0, 0.9)  // a speck
	got := Boxes(prob, w, h)
	if len(got) != 2 {
		t.Fatalf("%d boxes: %+v", len(got), got)
	}
	// 200×10 grown by 200·10·1.6/420 = 7.6 all around.
	if b := got[0]; math.Abs(b.X0-12.4) > 0.1 || math.Abs(b.Y1-37.6) > 0.1 || b.Slope != 0 {
		t.Errorf("level line: %+v", b)
	}
	if b := got[1]; math.Abs(b.Slope-0.03) > 0.01 {
		t.Errorf("slope of %v, want 0.03", b.Slope)
	}
}

func TestDecode(t *testing.T) {
	d, err := ReadDictionary(strings.NewReader("甲\nD\ns\nu\n级\n" + strings.Repeat("x\n", 100)))
	if err != nil {
		t.Fatal(err)
	}
	if d[0] != 0 || d[1] != '甲' || d[len(d)-1] != ' ' {
		t.Fatalf("dictionary %q", string(d))
	}
	step := func(class int, p float32) []float32 {
		row := make([]float32, len(d))
		row[class] = p
		return row
	}
	var probs []float32
	for _, s := range []struct {
		class int
		p     float32
	}{{0, 1}, {2, .9}, {2, .95}, {0, 1}, {3, .6}, {4, .7}, {5, .9}, {0, 1}, {5, .8}} {
		probs = append(probs, step(s.class, s.p)...)
	}
	cs := d.Decode(probs, 9)
	if text(cs) != "Dsu级级" {
		t.Errorf("decoded %q", text(cs))
	}
	if c := cs[0]; math.Abs(c.Confidence-.95) > 1e-6 || math.Abs(c.At-1.5/9) > 1e-9 {
		t.Errorf("first character %+v", c)
	}
	if _, err := ReadDictionary(strings.NewReader("a\nb\n")); err == nil {
		t.Error("a dictionary of two characters was taken")
	}
}

func chars(s string, confidence float64) []Char {
	rs := []rune(s)
	out := make([]Char, len(rs))
	for i, r := range rs {
		out[i] = Char{R: r, At: (float64(i) + 0.5) / float64(len(rs)), Confidence: confidence}
	}
	return out
}

// What look-alikes mean where grades stand; and what they must not be taken
// for.
func TestTolerate(t *testing.T) {
	for in, want := range map[string]string{
		"安全性等级为D5u级":  "安全性等级为Dsu级",
		"评定为DSu级":     "评定为Dsu级",
		"评定为Osu緩，严重":  "评定为Dsu级，严重",
		"评定为0su级":     "评定为Dsu级",
		"评定为D su级":    "评定为Dsu级",
		"鉴定单元 Cau":    "鉴定单元 Csu",
		"评定为Dsn级":     "评定为Dsu级",
		"评定为D(su)级":   "评定为Dsu级",
		"评定为Csv圾":     "评定为Csu级",
		"鉴定单元 8su":    "鉴定单元 Bsu",
		"Dsu吸":        "Dsu级",
		"该房屋安全性等级为D级": "该房屋安全性等级为Dsu级",
		"该房屋安全性等级为D 级，严重影响":        "该房屋安全性等级为Dsu级，严重影响",
		"该房屋安全性等级及为D级，严重影响":        "该房屋安全性等级及为Dsu级，严重影响",
		"安全性等级由2022年的C级降低，本次评定为D级": "安全性等级由2022年的Csu级降低，本次评定为Dsu级",
		"地基基础承载力不足，鉴定单元安全性等级评定为C级": "地基基础承载力不足，鉴定单元安全性等级评定为Csu级",
		"鉴定单元安全性鉴定，围护系统评定为C级":      "鉴定单元安全性鉴定，围护系统评定为C级",
		"上部承重结构安全性评定为C级":           "上部承重结构安全性评定为C级",
		// Whose safety it is stands a clause ahead.
		"地基基础无沉降变形，承载力满足，安全性评为A级。": "地基基础无沉降变形，承载力满足，安全性评为A级。",
		"围护系统开裂，安全性、使用性均评为B级":      "围护系统开裂，安全性、使用性均评为B级",
		"地基基础稳定，房屋完好，安全性等级评定为B级":   "地基基础稳定，房屋完好，安全性等级评定为Bsu级",
		"房屋无沉降，安全性等级评定为B级":         "房屋无沉降，安全性等级评定为Bsu级",
		"地基基础沉降明显，安全性等级评定为D级，严重影响": "地基基础沉降明显，安全性等级评定为Dsu级，严重影响",
		"安全性鉴定评定为D级危房":             "安全性鉴定评定为D级危房",
		"安全性等级见表，施工质量为B级":          "安全性等级见表，施工质量为B级",
		"安全性鉴定。危险性等级为C级":           "安全性鉴定。危险性等级为C级",
		"安全性构件评级 GB级":              "安全性构件评级 GB级",
		"危险性等级评定为O级":               "危险性等级评定为D级",
		"属O级危房":                    "属D级危房",
		"可靠性等级为lV级":                "可靠性等级为Ⅳ级",
		"可靠性等级为1V緩":                "可靠性等级为Ⅳ级",
		"可靠性等级为V级":                 "可靠性等级为Ⅳ级",
		"可靠性鉴定评级为N级":               "可靠性鉴定评级为Ⅳ级",
		"可靠性等级为lll级":               "可靠性等级为Ⅲ级",
		"可靠性等级为II級":                "可靠性等级为Ⅱ级",
		"可靠性等级为|级":                 "可靠性等级为Ⅰ级",
		"评定为C緩":                    "评定为C级",
		"Dsu及，应立即停止使用":             "Dsu级，应立即停止使用",
		"混凝土强度等级C20":               "混凝土强度等级C20",
		"抗震设防烈度6度，8级":              "抗震设防烈度6度，8级",
		"Bsu级和Asu级":                "Bsu级和Asu级",
		"截面400×500":                "截面400×500",
		"0.5u":                     "0.5u",
		"A类建筑 B类建筑":                "A类建筑 B类建筑",
		"检测编号BSU2026":              "检测编号BSU2026",
		"二级":                       "二级",
		"100级台阶":                   "100级台阶",
		"第11级":                     "第11级",
		"Cu级，Du级，bu级":              "Cu级，Du级，bu级",
		"承载力10级":                   "承载力10级",
		"危险性等级评定为B级":               "危险性等级评定为B级",
		"上部承重结构安全性等级为Du":           "上部承重结构安全性等级为Du",
	} {
		if got := Tolerate(chars(in, 0.95)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// A phrase on which a hazard hangs is mended where the model was unsure, never
// where it was sure, and a denial is never written over.
func TestMendedPhrases(t *testing.T) {
	for _, c := range []struct {
		in         string
		confidence float64
		want       string
	}{
		{"严重影响整休承载", 0.6, "严重影响整体承载"},
		{"严重影响整休承载", 0.97, "严重影响整休承载"},
		{"不影响整体承载", 0.5, "不影响整体承载"},
		{"不影响整休承载", 0.5, "不影响整体承载"},
		{"未显著影响整体", 0.5, "未显著影响整体"},
		{"属整幢厄房", 0.5, "属整幢危房"},
		{"立即停正使用", 0.5, "立即停止使用"},
		{"立即不止使用", 0.5, "立即不止使用"},
	} {
		if got := Tolerate(chars(c.in, c.confidence)); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestVote(t *testing.T) {
	read := func(s string, confidence float64) reading { return reading{chars: chars(s, confidence)} }
	for _, c := range []struct {
		want string
		rs   []reading
	}{
		{"评定为Dsu级", []reading{read("评定为D级", .9), read("评定为Dsu级", .9), read("评定为Dsu级", .92)}},
		{"评定为Csu级", []reading{read("评定为Csu级", .99), read("评定为Csu级", .98), read("评定为Dsu级", .6)}},
		// As good as equally likely: the worse.
		{"评定为Dsu级", []reading{read("评定为Csu级", .9), read("评定为Dsu级", .9)}},
		// Readings that lost the grade do not outvote one that has it.
		{"评定为Bsu级", []reading{read("评定为", .9), read("评定为Bsu级", .9)}},
	} {
		if got := text(vote(c.rs).chars); got != c.want {
			t.Errorf("%s won, want %s", got, c.want)
		}
	}
}

// Cells of a table that detection joined come apart at the gap; the parts of a
// line that the seal broke come together; rows run from left to right.
func TestRowsAndCells(t *testing.T) {
	cs := []Char{{'地', .02, 1}, {'基', .06, 1}, {'D', .8, 1}, {'s', .83, 1}, {'u', .85, 1}}
	cells := split(reading{Rect{0, 0, 800, 40}, cs})
	if len(cells) != 2 || cells[0].Text != "地基" || cells[1].Text != "Dsu" || cells[1].X0 < 600 || cells[0].X1 > 80 {
		t.Errorf("cells %+v", cells)
	}
	line := func(s string, x0, y0, x1, y1 float64) Line {
		return Line{Rect: Rect{x0, y0, x1, y1}, Text: s, Chars: chars(s, 1)}
	}
	got := rows([]Line{line("为D级。", 492, 102, 700, 138), line("第二行", 10, 160, 100, 196), line("安全性等级", 240, 104, 483, 140), line("表格", 900, 100, 1000, 138)})
	var texts []string
	for _, l := range got {
		texts = append(texts, l.Text)
	}
	if want := []string{"安全性等级为D级。", "表格", "第二行"}; !slices.Equal(texts, want) {
		t.Errorf("%q, want %q", texts, want)
	}
	broken := rows([]Line{line("该房屋安全性等级", 240, 100, 483, 133), line("售章", 470, 108, 500, 130), line("为D级，严重影响", 520, 98, 900, 140),
		line("子单元安全性等级", 240, 200, 483, 233), line("C级", 520, 200, 560, 233)})
	if s := TolerateRows(broken); !slices.Contains(s, "为Dsu级，严重影响") || !slices.Contains(s, "C级") {
		t.Errorf("a broken sentence: %q", s)
	}
	lost := rows([]Line{line("安全性等级评定为C", 90, 209, 414, 240), line("级。", 450, 209, 490, 240)})
	if len(lost) != 1 || Tolerate(lost[0].Chars) != "安全性等级评定为Csu级。" {
		t.Errorf("a subscript that was not seen: %+v", lost)
	}
	if s := Tolerate(got[0].Chars); s != "安全性等级为Dsu级。" {
		t.Errorf("joined, it says %s", s)
	}
}

func TestMergedVersions(t *testing.T) {
	r := NewRaster(640, 640)
	paint(r, 300, 0, 400, 640, [3]byte{210, 30, 40})
	seal := FindSeal(r)
	at := func(x0, y0, x1, y1 float64) Box { return Box{Rect: Rect{x0, y0, x1, y1}} }
	clean := []Box{at(10, 10, 290, 40), at(10, 100, 600, 130)}
	plain := []Box{at(10, 10, 600, 40), at(10, 101, 600, 131), at(320, 300, 390, 330)}
	got := mergeBoxes(clean, plain, seal)
	if want := []Box{at(10, 100, 600, 130), at(10, 10, 600, 40), at(320, 300, 390, 330)}; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

// eye stands in for the networks: it takes dark bands for lines, and reads a
// line as 正 when its block is at the left, as 反 with less certainty when not.
type eye struct{}

func (eye) Detect(in []float32, h, w int) ([]float32, error) {
	out := make([]float32, h*w)
	dark := func(x, y int) bool { return in[y*w+x] < 0 }
	for y := range h {
		for x := range w {
			// Ink within the width of a gap along the line: standing lines have
			// it along y, lying ones along x; both are tried, the longer wins.
			if dark(x, y) {
				out[y*w+x] = 0.9
			}
		}
	}
	return out, nil
}

func (eye) Recognise(in []float32, w int) ([]float32, int, error) {
	left, right := 0.0, 0.0
	for x := range w / 12 {
		for y := 8; y < LineHeight-8; y++ {
			left += float64(in[y*w+x+w/24])
			right += float64(in[y*w+w-1-x-w/24])
		}
	}
	if left < right {
		return []float32{0, 0.99, 0, 0}, 1, nil
	}
	return []float32{0, 0, 0.8, 0}, 1, nil
}

func (eye) Upside(in []float32) (float64, error) { return 0.5, nil } // cannot tell

// A page is read upright and straight whichever way it was scanned.
func TestPagesAreTurnedAndStraightened(t *testing.T) {
	upright := NewRaster(960, 1280)
	for y := 100; y < 1180; y += 80 {
		fill(upright, 100, y+9, 860, y+15)
		fill(upright, 100, y, 300, y+24)
	}
	for quarters := range 4 {
		for _, skew := range []float64{0, 2.5, -3} {
			r := Reader{Models: eye{}, Dictionary: Dictionary{0, '正', '反', ' '}, Limits: Limits{LongSide: 1280}}
			got, err := r.Read(context.Background(), upright.Rotate(skew*degree).Turn(-quarters))
			if err != nil {
				t.Fatal(err)
			}
			if got.Quarters != quarters || math.Abs(got.Skew/degree-skew) > 0.2 || got.W != 960 || got.H != 1280 {
				t.Errorf("turned by %d, skew %.1f: found %d, %.2f", quarters, skew, got.Quarters, got.Skew/degree)
			}
			if len(got.Lines) != 14 {
				t.Errorf("turned by %d, skew %.1f: %d lines", quarters, skew, len(got.Lines))
			}
			for _, l := range got.Lines {
				if l.Text != "正" {
					t.Errorf("turned by %d, skew %.1f: %+v", quarters, skew, l)
					break
				}
			}
		}
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := Reader{Models: eye{}, Dictionary: Dictionary{0, '正', '反', ' '}}
	if _, err := r.Read(ctx, bars(400, 400)); err == nil {
		t.Error("no error")
	}
}

func TestNothingIsReadOnAnEmptyPage(t *testing.T) {
	r := Reader{Models: eye{}, Dictionary: Dictionary{0, '正', '反', ' '}}
	for _, size := range [][2]int{{1, 1}, {31, 400}, {800, 600}} {
		got, err := r.Read(t.Context(), NewRaster(size[0], size[1]))
		if err != nil || len(got.Lines) != 0 {
			t.Errorf("%v: %+v %v", size, got, err)
		}
	}
}
