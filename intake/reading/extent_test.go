package reading

import "testing"

// What a house covers of the ground, and each of its storeys, is less than all its
// floors, and no part of it.
func TestAreaOfPart(t *testing.T) {
	for s, want := range map[string]bool{
		"房屋占地约210平方米,总建筑面积1058.6平方米,底层层高3.9m,以上各层3.0m。": false, "层数:2层占地:96m2总面积:178m2": false, "为6层砖混结构,每层建筑面积173.04m2,总建筑面积1038.24m2。": false, "标准层面积320平方米,全楼1920平方米": false,
		"本次鉴定一层营业厅240m2(全楼1490m2)": true, "鉴定面积240平方米,整栋1490平方米": true, "受检部分约240m2,该楼总面积1490m2": true,
	} {
		if got := tellsPartArea(s); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

// Who answers only for what was tested limits no extent; who names a part does.
func TestAnswersFor(t *testing.T) {
	for s, want := range map[string]bool{
		"声明:本公司仅对所检部位检测数据的真实性及据此作出的鉴定结论负责。": true, "本报告仅对所检房屋作出的鉴定结论负责。": true,
		"本公司仅对一层作出的鉴定结论负责。": false, "本次仅对商铺进行鉴定并对结论负责。": false, "仅对二层进行了鉴定。": false,
	} {
		if got := answersFor(s); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}
