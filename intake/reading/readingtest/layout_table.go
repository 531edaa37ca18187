package readingtest

func even(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 / float64(n)
	}
	return out
}

func (s *setter) keyValues(b Block) {
	for _, row := range b.Rows {
		widths := []float64{0.18, 0.82}
		if len(row) == 4 {
			widths = []float64{0.16, 0.36, 0.16, 0.32}
		}
		if b.Widths != nil {
			widths = b.Widths
		}
		s.table([][]string{row}, widths)
	}
}

// table places rows of cells. A row keeps together unless it is higher than a
// page; then it is parted line by line.
func (s *setter) table(rows [][]string, widths []float64) {
	size := s.layout.Size * 0.95
	pitch := size * 1.4
	for _, row := range rows {
		cells := make([][][]glyph, len(row))
		height := 1
		for i, c := range row {
			cells[i] = wrap(parse(c), widths[i]*s.width-size*0.8, size, 0)
			height = max(height, len(cells[i]))
		}
		paged := false
		for _, c := range cells {
			for _, l := range c {
				paged = paged || len(l) > 0 && l[0].r == markPage
			}
		}
		s.room(min(float64(height)*pitch+6, 300))
		if paged || float64(height)*pitch > s.y-margin {
			s.tallRow(cells, widths, size, pitch, height)
			continue
		}
		top := s.y - 3
		if s.layout.RowWise {
			s.rowWise(cells, widths, size, pitch, height, top)
		} else {
			s.cellWise(cells, widths, size, pitch, height, top)
		}
		s.y = top - float64(height)*pitch - 3
	}
}

// offset centres a cell's lines in the height of its row.
func offset(cell [][]glyph, height int, pitch float64) float64 {
	return float64(height-len(cell)) * pitch / 2
}

func (s *setter) cellX(widths []float64, i int) float64 {
	x := s.left
	for _, w := range widths[:i] {
		x += w * s.width
	}
	return x + 4
}

func (s *setter) between() {
	n := len(s.cur.Chars)
	if n >= 2 && s.cur.Chars[n-1].Generated && s.cur.Chars[n-1].R == '\n' {
		// The next cell begins on the same line: a space is inferred, or
		// nothing where cells stand close.
		s.cur.Chars = s.cur.Chars[:n-2]
		if !s.layout.Tight {
			s.inferred(" ")
		}
	}
}

func (s *setter) cellWise(cells [][][]glyph, widths []float64, size, pitch float64, height int, top float64) {
	for i, cell := range cells {
		for j, l := range cell {
			if len(l) == 0 {
				continue
			}
			if i > 0 && j == 0 && len(cells[i-1]) == 1 && len(cell) == 1 {
				s.between()
			}
			y := top - offset(cell, height, pitch) - float64(j+1)*pitch + 0.3*size
			s.line(l, s.cellX(widths, i), y, size)
		}
	}
}

func (s *setter) rowWise(cells [][][]glyph, widths []float64, size, pitch float64, height int, top float64) {
	for j := range height {
		started := false
		for i, cell := range cells {
			if j >= len(cell) || len(cell[j]) == 0 {
				continue
			}
			if started {
				s.between()
			}
			y := top - float64(j+1)*pitch + 0.3*size
			s.line(cell[j], s.cellX(widths, i), y, size)
			started = true
		}
	}
}

// tallRow parts a row over pages, line by line.
func (s *setter) tallRow(cells [][][]glyph, widths []float64, size, pitch float64, height int) {
	for j := range height {
		for _, cell := range cells {
			if j < len(cell) && len(cell[j]) > 0 && cell[j][0].r == markPage {
				s.newPage()
			}
		}
		s.room(pitch)
		s.y -= pitch
		started := false
		for i, cell := range cells {
			if j >= len(cell) || len(cell[j]) == 0 {
				continue
			}
			if started {
				s.between()
			}
			s.line(cell[j], s.cellX(widths, i), s.y, size)
			started = true
		}
	}
}
