package reading

import "testing"

// A room that could not be entered, and what was seen in its stead.
func TestAccessMadeUpFor(t *testing.T) {
	for said, held := range map[string]bool{
		"6-2-2户因住户外出未能入户，从公共部位及5-2-2户顶板观察未见异常。": false,
		"401室住户外出未能入户，其下301室及屋面对应部位正常。":         false,
		"4层1间住户外出未能进入，经查看相邻房间和该房间外立面，未见异常。":     false,
		"602室无人应门，未入户，从屋面和502室查看对应部位无异常。":       false,
		"401室住户外出未能入户，其下301室及屋面对应部位查看正常。":       false,
		"北侧卧室堆放粮柜，柜后墙面未能看到，其外侧墙面已查看完好。":         false,
		"一层各户无人应门，未入户，从外墙查看无异常。":                true,
		"底层承重柱被货架遮挡，未能看到，从外侧查看无异常。":             true,
		"一至三层共24户未能入户，由四层推断未见异常。":               true,
		"601室住户外出未能入户，从门缝查看墙体有贯通裂缝。":            true,
		"三层房东正在晒玉米，北侧房间未进入，由外窗观察及下层板底检查代替。":     false,
		"502室住户上班，未能进入，由走廊外窗观察与下层顶板检查替代。":       false,
		"三层各房间未进入，由外窗观察及下层板底检查代替。":              true,
		"三层其余房间未进入，由外窗观察及下层板底检查代替。":             true,
		"三层承重墙开裂的房间未进入，由外窗观察及下层板底检查代替。":         true,
		"底层北侧房间未进入，由外窗观察及上方板面检查代替。":             true,
		"三层北侧房间未进入，由外窗观察及房东口述代替。":               true,
		"三层北侧房间未进入，由房东口述代替。":                    true,
		"地下室上锁未能进入。":                            true,
	} {
		if b := blockers(Read(setText(attackedWith("INSPECTION", said)), Options{}).Reasons); len(b) > 0 != held {
			t.Errorf("held %v: %s %v", len(b) > 0, said, b)
		}
	}
}
