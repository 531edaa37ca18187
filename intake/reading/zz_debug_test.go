package reading

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"jianding/intake/pdf"
)

func TestZZ(t *testing.T) {
	e := newEngine(t)
	for _, f := range strings.Fields(os.Getenv("ZZ")) {
		t.Run("", func(t *testing.T) {
			src := openSample(t, e, f)
			r := &reader{roles: roleRules()}
			pages, v, _ := r.load(src, Options{})
			if os.Getenv("PIECES") != "" {
				for i, p := range pages {
					for _, l := range p.lines {
						for _, c := range l.cells {
							fmt.Printf("PIECE p%d size %.1f %.0f,%.0f %q\n", i+1, c.size, c.x0, c.y0, c.folded())
						}
					}
					for _, m := range p.marks {
						fmt.Printf("MARK %q %.1f\n", runesOf(m.glyphs), m.size)
					}
				}
			}
			lines := make([][]*line, len(pages))
			infos := make([]pdf.PageInfo, len(pages))
			for i, p := range pages {
				lines[i], infos[i] = p.lines, p.info
			}
			lines, _ = dropFurniture(lines, infos)
			items := assemble(lines)
			markSections(items)
			fmt.Println("=====", f, v)
			for _, it := range items {
				if it.table != nil {
					fmt.Printf("p%d [%s] TABLE form=%v:", it.page, it.section, it.form != nil)
					for _, c := range it.table.cells {
						fmt.Printf(" | %s", strings.ReplaceAll(c.folded(), "\n", "/"))
					}
					fmt.Println()
					continue
				}
				h := ""
				if it.heading {
					h = " H"
				}
				fmt.Printf("p%d [%s]%s %s\n", it.page, it.section, h, it.text.text)
			}
			dump(t, Read(src, Options{}))
		})
	}
}
