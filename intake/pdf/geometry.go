package pdf

// Matrices and boxes of page objects.

// matrix is a b c d e f of ISO 32000-2 §8.3.4.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// then applies n after m.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) box(b [4]float64) [4]float64 {
	at := func(x, y float64) [4]float64 {
		x, y = m[0]*x+m[2]*y+m[4], m[1]*x+m[3]*y+m[5]
		return [4]float64{x, y, x, y}
	}
	return union(union(at(b[0], b[1]), at(b[2], b[3])), union(at(b[0], b[3]), at(b[2], b[1])))
}

// axisAligned tells whether the points are the corners of an upright
// rectangle, in order.
func axisAligned(pts [][2]float64) bool {
	if len(pts) < 4 {
		return false
	}
	const near = 0.05
	b := bounding(pts)
	for i, p := range pts {
		onX := p[0]-b[0] < near || b[2]-p[0] < near
		onY := p[1]-b[1] < near || b[3]-p[1] < near
		if !onX || !onY {
			return false
		}
		if i > 0 {
			dx, dy := p[0]-pts[i-1][0], p[1]-pts[i-1][1]
			if dx*dx > near*near && dy*dy > near*near {
				return false
			}
		}
	}
	return true
}

func bounding(pts [][2]float64) [4]float64 {
	b := [4]float64{pts[0][0], pts[0][1], pts[0][0], pts[0][1]}
	for _, p := range pts[1:] {
		b = union(b, [4]float64{p[0], p[1], p[0], p[1]})
	}
	return b
}

// within is the share of a that lies in b.
func within(a, b [4]float64) float64 {
	area := (a[2] - a[0]) * (a[3] - a[1])
	if area <= 0 {
		return 0
	}
	return max(0, min(a[2], b[2])-max(a[0], b[0])) * max(0, min(a[3], b[3])-max(a[1], b[1])) / area
}
