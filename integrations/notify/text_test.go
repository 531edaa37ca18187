package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWeComTextFitsItsLimitAndKeepsWhatAnOfficerNeeds(t *testing.T) {
	clock := newClock()
	var got struct {
		Text struct {
			Content string   `json:"content"`
			Mobiles []string `json:"mentioned_mobile_list"`
		} `json:"text"`
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/cgi-bin/webhook/send" || req.URL.Query().Get("key") != "k-1" {
			answer(w, 93000, "invalid webhook url")
			return
		}
		if err := json.NewDecoder(req.Body).Decode(&got); err != nil || len(got.Text.Content) > 2048 {
			answer(w, 40058, "content exceed max length")
			return
		}
		answer(w, 0, "ok")
	}))
	defer s.Close()
	ch := build(t, Config{Type: "wecom", BaseURL: s.URL, Key: "k-1"}, clock)
	m := redMessage("13800000000")
	m.Quote = strings.Repeat("该房屋安全性等级评定为Dsu级，", 200)
	m.Text = strings.Repeat("说明", 600)
	if _, err := ch.Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	for _, need := range []string{m.Title, m.Address, "Dsu", m.CaseRef, "法定时限", m.AckLink} {
		if !strings.Contains(got.Text.Content, need) {
			t.Errorf("the shortened message lost %q", need)
		}
	}
	if len(got.Text.Mobiles) != 1 {
		t.Errorf("mentions %v", got.Text.Mobiles)
	}
}

// Each fact stands in a message once, whichever of text and facts brings it.
func TestAMessageSaysEachFactOnce(t *testing.T) {
	m := redMessage("")
	m.Text = "请立即确认收悉并组织处置。\n地址：" + m.Address + "\n评定等级：" + string(m.Grade) + "\n报告原文：“" + m.Quote + "”\n案件编号：" + m.CaseRef
	for _, fact := range []string{m.Quote, m.CaseRef, "等级：Dsu", "地址："} {
		if n := strings.Count(plainText(m), fact); n != 1 {
			t.Errorf("%q stands there %d times:\n%s", fact, n, plainText(m))
		}
	}
	m.Text = "请立即确认收悉。"
	for _, fact := range []string{m.Address, m.Quote, m.CaseRef, "等级：Dsu"} {
		if !strings.Contains(plainText(m), fact) {
			t.Errorf("%q is missing:\n%s", fact, plainText(m))
		}
	}
}
