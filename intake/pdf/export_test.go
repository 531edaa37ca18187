package pdf

// Reworded is the copy of a document that PDFium reads, and how many character
// maps it has in other words.
func Reworded(document []byte) ([]byte, int) {
	out := append([]byte(nil), document...)
	all := rewordings(document)
	for _, r := range all {
		copy(out[r.at:], r.data)
	}
	return out, len(all)
}

// AsItIs makes PDFium read the document itself and nothing in other words.
func (d *Document) AsItIs() {
	d.rewordings, d.reworded = nil, 0
}

// Same tells of which pages was seen that they look the same in other words.
func (d *Document) Same() map[int]bool { return d.same }
