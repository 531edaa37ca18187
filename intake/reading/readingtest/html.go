package readingtest

import (
	"fmt"
	"html"
	"strings"
)

// HTML writes the document for a browser or word processor to print. style
// chooses among looks; images puts the conclusion's paragraphs as pictures;
// white adds a line in white ink after the conclusion.
func (d Document) HTML(l Layout, style int, pictures bool, white string) string {
	var b strings.Builder
	size := "A4"
	if l.Landscape {
		size = "A4 landscape"
	}
	font := []string{"Noto Serif CJK SC", "Noto Sans CJK SC"}[style%2]
	border := []string{"1px solid #000", "0.5px solid #666", "none"}[style%3]
	columns := ""
	if l.Columns == 2 {
		columns = "main{column-count:2;column-gap:24px}"
	}
	if l.Size == 0 {
		l.Size = 12
	}
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><style>
@page{size:%s;margin:22mm 20mm;%s}
body{font-family:"%s";font-size:%.1fpt;line-height:1.6}
h1{text-align:center;font-size:22pt;margin:2em 0}
h2{font-size:%.1fpt;margin:.6em 0}
p{margin:.2em 0;text-indent:2em;text-align:justify} p.line{text-indent:0} p.caption{text-indent:0;text-align:center}
table{border-collapse:collapse;width:100%%;margin:.3em 0} td,th{border:%s;padding:2px 6px;font-weight:normal;text-align:center}
td.long{text-align:left}
sub{font-size:60%%}
.new{break-before:page}
.mark{position:fixed;top:40%%;left:10%%;font-size:48pt;color:rgba(0,0,0,.08);transform:rotate(-40deg)}
.white{color:#fff;font-size:8pt}
%s</style></head><body>`, size, running(d), font, l.Size, l.Size*1.15, border, columns)
	if d.Watermark != "" {
		fmt.Fprintf(&b, `<div class="mark">%s</div>`, html.EscapeString(d.Watermark))
	}
	b.WriteString("<main>")
	for i, bl := range d.Blocks {
		d.htmlBlock(&b, bl, pictures)
		last := bl.Section == Conclusion && (i+1 == len(d.Blocks) || d.Blocks[i+1].Section != Conclusion)
		if last && white != "" {
			fmt.Fprintf(&b, `<p class="white">%s</p>`, html.EscapeString(white))
		}
	}
	b.WriteString("</main>")
	if pictures {
		b.WriteString(`<script>document.querySelectorAll('canvas').forEach(function(c){var x=c.getContext('2d'),t=c.dataset.t,y=40,l='';x.fillStyle='#fff';x.fillRect(0,0,c.width,c.height);x.fillStyle='#000';x.font='28px serif';for(var ch of t){if(x.measureText(l+ch).width>c.width-20){x.fillText(l,10,y);y+=40;l=''}l+=ch}x.fillText(l,10,y);var i=new Image();i.src=c.toDataURL('image/png');i.style.width='100%';c.replaceWith(i)})</script>`)
	}
	b.WriteString("</body></html>")
	return b.String()
}

// running is the header and the page number as margin boxes (CSS Paged Media).
func running(d Document) string {
	if d.Header == "" {
		return ""
	}
	return fmt.Sprintf(`@top-center{content:"%s";font-size:9pt}@bottom-center{content:"第 " counter(page) " 页 共 " counter(pages) " 页";font-size:9pt}`, strings.NewReplacer(`"`, "", `\`, "").Replace(d.Header))
}

func (d Document) htmlBlock(b *strings.Builder, bl Block, pictures bool) {
	text := inline(bl.Text)
	switch bl.Kind {
	case Title:
		fmt.Fprintf(b, "<h1>%s</h1>", text)
	case Heading:
		fmt.Fprintf(b, "<h2>%s</h2>", text)
	case Para:
		if pictures && bl.Section == Conclusion {
			b.WriteString(picture(bl.Text))
			return
		}
		fmt.Fprintf(b, "<p>%s</p>", text)
	case Line:
		fmt.Fprintf(b, `<p class="line">%s</p>`, text)
	case Caption:
		fmt.Fprintf(b, `<p class="caption">%s</p>`, text)
	case NewPage:
		b.WriteString(`<div class="new"></div>`)
	case Table, KeyValues:
		b.WriteString("<table>")
		for i, row := range bl.Rows {
			b.WriteString("<tr>")
			for j, cell := range row {
				if bl.Kind == Table && cell == "" && i > 0 {
					continue // merged into the cell above
				}
				span := ""
				if bl.Kind == Table {
					if n := merged(bl.Rows, i, j); n > 1 {
						span = fmt.Sprintf(` rowspan="%d"`, n)
					}
				}
				class := ""
				if len([]rune(cell)) > 20 {
					class = ` class="long"`
				}
				if pictures && bl.Section == Conclusion && j > 0 {
					fmt.Fprintf(b, "<td%s>%s</td>", class, picture(cell))
					continue
				}
				fmt.Fprintf(b, "<td%s%s>%s</td>", class, span, inline(cell))
			}
			b.WriteString("</tr>")
		}
		b.WriteString("</table>")
	}
}

func picture(text string) string {
	clean := strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, text)
	return fmt.Sprintf(`<canvas width="900" height="180" data-t="%s"></canvas>`, html.EscapeString(clean))
}

// merged counts the rows that the cell spans: empty cells below a filled one.
func merged(rows [][]string, i, j int) int {
	n := 1
	if i == 0 || rows[i][j] == "" {
		return n
	}
	for k := i + 1; k < len(rows) && j < len(rows[k]) && rows[k][j] == ""; k++ {
		n++
	}
	return n
}

// inline writes a text with its marks as markup.
func inline(text string) string {
	var b strings.Builder
	open := 0
	for _, r := range text {
		switch r {
		case markSub, markSubRow, markSubLate:
			b.WriteString("<sub>")
		case markSubEnd, markSubEnd2, markSubEnd3:
			b.WriteString("</sub>")
		case markBreak:
			b.WriteString("<br>")
		case markPage:
			b.WriteString(`<span style="display:block;break-before:page">`)
			open++
		default:
			b.WriteString(html.EscapeString(string(r)))
		}
	}
	b.WriteString(strings.Repeat("</span>", open))
	return b.String()
}
