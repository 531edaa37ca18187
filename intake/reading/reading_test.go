package reading

import (
	"strings"
	"testing"

	"jianding/schemas"
)

const sampleReport = `房屋安全性鉴定报告
报告编号：AB-2026-001
委托单位：江津区几江街道办事处
房屋地址：重庆市江津区几江街道大西门路1号
鉴定单位：重庆某检测鉴定有限公司
签发日期：2026年6月10日
一、鉴定依据
(1)《民用建筑可靠性鉴定标准》(GB 50292-2015)；
二、鉴定结论
该房屋安全性等级评定为Dsu级，严重影响整体承载。
三、处理建议
1、立即停止使用。
`

func TestPlainReport(t *testing.T) {
	got := Read(setText(sampleReport), Options{})
	if len(got.Findings) != 1 || got.Findings[0].Grade != "Dsu" || got.Findings[0].Standard != "GB 50292-2015" {
		t.Errorf("findings %+v", got.Findings)
	}
	f := got.Fields
	if f.ReportNo != "AB-2026-001" || f.Town != "几江街道" || f.IssuedOn != "2026-06-10" || f.Agency != "重庆某检测鉴定有限公司" {
		t.Errorf("fields %+v", f)
	}
	if b := blockers(got.Reasons); len(b) > 0 {
		t.Errorf("reasons %v", b)
	}
}

// Grades from recognition are read, say where they are from, and are never
// accepted without a human.
func TestOCRNeverAcceptsByItself(t *testing.T) {
	got := readScan(sampleReport)
	if len(got.Findings) != 1 || got.Findings[0].Grade != "Dsu" || got.Findings[0].Evidence.Source != schemas.SourceOCR {
		t.Fatalf("findings %+v", got.Findings)
	}
	if len(blockers(got.Reasons)) == 0 {
		t.Error("nothing asks for a human")
	}
}

// readScan reads a page of which recognition saw the lines of text.
func readScan(text string) Result {
	var words []Word
	for i, l := range strings.Split(text, "\n") {
		y := 780 - 18*float64(i)
		words = append(words, Word{Text: l, Box: [4]float64{60, y, 60 + 12*float64(len([]rune(l))), y + 12}, Confidence: 0.9})
	}
	return Read(imageOnly{setText("")}, Options{OCR: map[int][]Word{1: words}})
}

// Recognition loses subscripts. In a report on safety alone a bare letter is
// proposed as the grade of the house; where danger is spoken of it may be a
// class of danger, and on a page of text it is what it is.
func TestALostSubscriptIsProposed(t *testing.T) {
	torn := "房屋安全性鉴定报告\n九、鉴定结论\n该房屋较2022年的等级降低,本次评定为D级,严重影响整体承载。\n十、处理建议\n1、停止使用。"
	gradeOf := func(r Result) string {
		if len(r.Findings) != 1 {
			t.Fatalf("findings %+v", r.Findings)
		}
		return string(r.Findings[0].Aspect) + " " + string(r.Findings[0].Grade)
	}
	if g := gradeOf(readScan(torn)); g != "safety Dsu" {
		t.Errorf("scan: %s", g)
	}
	if g := gradeOf(readScan(strings.Replace(torn, "该房屋", "依据《危险房屋鉴定标准》,该房屋", 1))); g != "danger D" {
		t.Errorf("scan of a report on danger: %s", g)
	}
	// A factory's systems are A to D: 等级（B级） is no Bsu.
	factory := "工业建筑可靠性鉴定报告\n依据《工业建筑可靠性鉴定标准》GB 50144-2019，分别评定安全性和使用性。\n6. 可靠性评级\n" +
		"等级（B级）相差不大于一级，故鉴定单元可靠性等级按较低者评定为二级。\n" +
		"7. 鉴定结论\n1号厂房可靠性等级评定为二级。\n8. 处理建议\n厂房可继续正常使用。"
	for _, f := range readScan(factory).Findings {
		if f.Grade != "II" {
			t.Errorf("scan of a factory: %s %s %q", f.Aspect, f.Grade, f.Evidence.Quote)
		}
	}
	if got := Read(setText(torn), Options{}); len(got.Findings) != 1 || got.Findings[0].Grade != "D" || len(blockers(got.Reasons)) == 0 {
		t.Errorf("text: %+v %v", got.Findings, got.Reasons)
	}
}

type imageOnly struct{ textSource }

func (imageOnly) ImageShare(int) (float64, error) { return 1, nil }

// A page that cannot be read is never silence.
func TestUnreadablePagesAreSaid(t *testing.T) {
	garbled := setText(strings.Repeat("鍏鏂囦欢瀹夊叏璇勫畾绛夌骇鎴垮眿瀹夊叏\n", 8))
	for name, got := range map[string]Result{
		"scan":    Read(imageOnly{setText("")}, Options{}),
		"garbled": Read(garbled, Options{}),
	} {
		if len(got.NeedsOCR) != 1 || len(blockers(got.Reasons)) == 0 || !got.Pages[0].Critical {
			t.Errorf("%s: %+v %v", name, got.Pages, got.Reasons)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2022年8月5日": "2022-08-05", "二〇二二年八月五日": "2022-08-05", "2022.08.05": "2022-08-05", "2022-8-5": "2022-08-05",
		"二〇二六年十二月二十一日": "2026-12-21", "２０２６年６月１０日": "2026-06-10", "2026年6月3日至5日": "2026-06-03 2026-06-05",
		"2026年6月28日至7月2日": "2026-06-28 2026-07-02", "2026年13月1日": "", "GB 50292-2015": "", "20260711": "2026-07-11",
	} {
		var got []string
		for _, d := range datesIn(fold(in)) {
			got = append(got, d.iso)
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s: got %q, want %q", in, g, want)
		}
	}
}

func TestFoldLeadsBackToThePrint(t *testing.T) {
	p := plain("Ｄ ₛᵤ級⺠", 1)
	if p.text != "Dsu级民" {
		t.Fatalf("folded %q", p.text)
	}
	if got := printed(p.sub(0, 3)); got != "Ｄₛᵤ" {
		t.Errorf("printed %q", got)
	}
}

// FuzzRead: no text makes the reader crash, and no finding is without its
// words.
func FuzzRead(f *testing.F) {
	f.Add(sampleReport)
	f.Add("除3#楼外均为Bsu级，\nD\nsu级")
	f.Add("1#～300#楼安全性等级分别为Asu级、Dsu级")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		for _, x := range Read(setText(text), Options{}).Findings {
			if x.Evidence.Quote == "" || x.Evidence.Page < 1 {
				t.Errorf("finding without evidence: %+v", x)
			}
		}
	})
}
