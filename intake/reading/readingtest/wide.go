package readingtest

import "fmt"

// Wide is what reports hold beyond the grammar that Draw draws from. It has
// its own streams of random numbers, so that a seed that was kept for its trap
// stays the report that it was.
type Wide struct {
	Seismic  string // a finding by GB 50023 beside the grade
	Upright  bool   // the labels of the sheet's conclusion and advice are set upright
	SignCell bool   // signer, date and agency share a cell
}

// furtherUnits are further ways of naming houses and units.
var furtherUnits = [][]string{
	{"甲栋", "乙栋", "丙栋"}, {"东楼", "西楼", "南楼"}, {"A区", "B区", "C区"},
	{"第一单元", "第二单元", "第三单元"}, {"主楼", "配楼", "门卫室"}, {"1#教学楼", "2#教学楼", "3#宿舍楼"},
	{"一号楼", "二号楼", "三号楼"},
}

// seismicFindings are no grades; A类建筑 is a kind of building.
var seismicFindings = []string{
	"依据《建筑抗震鉴定标准》（GB 50023-2009），该房屋（A类建筑）抗震能力不满足6度抗震设防要求。",
	"该房屋抗震构造措施不满足GB 50023-2009的要求，抗震鉴定结论为不满足。",
	"抗震鉴定：该房屋为丙类建筑，后续使用年限30年（A类），综合抗震能力满足要求。",
}

// manyHouses is how many rows a list of houses has that runs over pages.
const manyHouses = 30

// Widen adds to a drawn report what its seed chooses.
func (w *Wordings) Widen(s Spec) Spec {
	r := s.rng("wide")
	names := pick(r, furtherUnits)
	rename, many := r.IntN(3) == 0, r.IntN(12) == 0
	s.Wide.Upright, s.Wide.SignCell = r.IntN(3) == 0, r.IntN(3) == 0
	if seismic := pick(r, seismicFindings); r.IntN(5) == 0 && s.Kind == "unit_safety" {
		s.Wide.Seismic = seismic
	}
	units := append([]Unit(nil), s.Units...)
	switch {
	case len(units) == 1:
	case many && s.Kind == "unit_safety":
		for i := len(units); i < manyHouses; i++ {
			units = append(units, Unit{Grade: units[r.IntN(len(units))].Grade})
		}
		for i := range units {
			units[i].Name = fmt.Sprintf("%d号楼", i+1)
		}
		s.Placing = InTable
	case rename:
		for i := range units {
			units[i].Name = names[i]
		}
	}
	s.Units = units
	return s
}
