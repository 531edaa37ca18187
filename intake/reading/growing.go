package reading

// Readings told one after another: 上月初读数12mm,月底读成19mm,这个月到了27mm.
var (
	readingOf = re(`读数|沉降|下沉|水准|裂缝计|缝宽|测缝|位移|变位|观测`)
	readWhen  = re(`[月周天日旬年次回]|先|后来|再`)
	readValue = re(`([0-9]+(?:\.[0-9]+)?)mm`)
	// A step of a point is at most so large; beyond, the figures are of several
	// things.
	largestStep = 100.0
)

// grows tells whether a sentence tells of readings of one thing that grow by more
// than the ground of a sound house does in a month.
func grows(s string) bool {
	if !readingOf.MatchString(s) || !readWhen.MatchString(s) || growthOfWhat.MatchString(s) {
		return false
	}
	var vs []float64
	for _, m := range readValue.FindAllStringSubmatch(s, -1) {
		vs = append(vs, decimal(m[1]))
	}
	if len(vs) < 3 {
		return false
	}
	for i := 1; i < len(vs); i++ {
		if step := vs[i] - vs[i-1]; step < 0 || step > largestStep {
			return false
		}
	}
	return vs[len(vs)-1]-vs[len(vs)-2] > fastestSettling
}

// growthOfWhat: measures of different places or things, and bounds.
var growthOfWhat = re(`截面|墙厚|板厚|直径|间距|长度|钢筋|φ|限值|允许|规定|分别|各点|最大|最小|[A-Z东西南北]点|[~、]`)
