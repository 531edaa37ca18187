package tone

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

var few = []Sentence{
	{Text: "三层未能进入，其墙体按二层推定。", Bad: true}, {Text: "屋面未能进入，屋架按业主所述推定。", Bad: true}, {Text: "地下室未能进入，柱子按图纸推定。", Bad: true}, {Text: "后院厢房上锁，未能进入检查。", Bad: true},
	{Text: "一层墙体未见裂缝，砌筑质量良好。"}, {Text: "二层楼板未见裂缝，板底完好。"}, {Text: "屋面防水层完好，未见渗漏。"}, {Text: "基础埋深1.2米，未见不均匀沉降。"},
}

func TestPlainLeavesTheTone(t *testing.T) {
	for in, want := range map[string]string{
		"该房屋安全性等级为Bsu级，尚不显著影响整体承载。": "◎,◎。",
		"综合评定，该房屋的安全性等级评定为 Ｂsu 级。":  "综合评定,◎。",
		"二〇二六年五月二十六日查勘三层楼房":         "日查勘0层楼房",
		"梁宽 250mm，高0.5 m":       "梁宽0mm,高0m",
		"2026年5月26日、2026-05-26": "日、日",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestSentencesLikeThoseLearned(t *testing.T) {
	m := Learn(few)
	for _, s := range few {
		if score := m.Score(s.Text); score > 0 != s.Bad {
			t.Errorf("%s: %.2f", s.Text, score)
		}
	}
	// Words of the one kind in a sentence of nobody's.
	if s := m.Score("阁楼未能进入，檩条按推定。"); s <= 0 {
		t.Errorf("what was not entered sounds ordinary: %.2f", s)
	}
	if s := m.Score("阁楼板底完好，未见裂缝和渗漏。"); s >= 0 {
		t.Errorf("what is in order sounds alarming: %.2f", s)
	}
	if told := m.Telling("阁楼未能进入，檩条按推定。", 2); len(told) != 2 || !strings.Contains("未能进入,按推定", told[0]) {
		t.Errorf("tells by %q", told)
	}
	for _, s := range []string{"", "未能进入。", "qwertyuiop"} {
		if score := m.Score(s); score != 0 {
			t.Errorf("%q has a tone: %.2f", s, score)
		}
	}
}

// One clause in a long sentence is heard.
func TestAClauseIsHeard(t *testing.T) {
	m := Learn(few)
	long := "一层墙体未见裂缝，砌筑质量良好，二层楼板板底完好，屋面防水层完好，未见渗漏，三层未能进入，其墙体按二层推定，基础埋深1.2米，未见不均匀沉降。"
	if h := m.Hear(long); h.Loudest <= 0 || h.Loudest <= h.Whole {
		t.Errorf("%+v", h)
	}
	if h := m.Hear("三层未能进入，其墙体按二层推定。"); h.Loudest != h.Whole {
		t.Errorf("%+v", h)
	}
}

func TestTheSameSentencesGiveTheSameModel(t *testing.T) {
	var a, b bytes.Buffer
	if err := Learn(few).Write(&a); err != nil {
		t.Fatal(err)
	}
	if err := Learn(few).Write(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two models")
	}
}

func TestAModelIsStored(t *testing.T) {
	m := Learn(few)
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got.Source != m.Source || got.Source != Digest(few) || got.Alarm != m.Alarm || got.Calm != m.Calm {
		t.Errorf("%+v", got.Source)
	}
	for _, s := range append(few, Sentence{Text: "阁楼未能进入，檩条按推定。"}) {
		if x, y := m.Score(s.Text), got.Score(s.Text); math.Abs(x-y) > 0.02 {
			t.Errorf("%s: %.3f, stored %.3f", s.Text, x, y)
		}
	}
	for _, bad := range []string{"", "no gzip"} {
		if _, err := read([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func FuzzScore(f *testing.F) {
	m := Learn(few)
	for _, s := range few {
		f.Add(s.Text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if score := m.Score(s); math.IsNaN(score) || math.IsInf(score, 0) {
			t.Errorf("%q: %v", s, score)
		}
	})
}

func BenchmarkScore(b *testing.B) {
	m := Shipped()
	for b.Loop() {
		m.Score("上部承重结构布置合理、传力明确，框架柱、绝大部分框架梁及楼、屋面板承载力满足现行规范要求，个别框架梁承载力略低于规范要求。")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := read(shipped); err != nil {
			b.Fatal(err)
		}
	}
}

// What is left of a sentence beside its verdict may be too little to have a tone.
func TestAVerdictAloneHasNoTone(t *testing.T) {
	for _, s := range []string{"综合评定，该房屋安全性等级为Bsu级，尚不显著影响整体承载。", "综上，该房屋安全性等级评定为Bsu级。"} {
		if h := Shipped().Hear(s); Shipped().Alarms(h) {
			t.Errorf("%s alarms: %+v", s, h)
		}
	}
}
