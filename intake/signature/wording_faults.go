package signature

import (
	"fmt"

	"jianding/intake/signature/revision"
)

// faultGroups words what is wrong with the structure of a file for people who
// know files and not PDF; what readers of the standard want is the place.
var faultGroups = []struct {
	text   string
	faults []string
}{
	{"对象的写法有误，读不出来", []string{
		"string not closed",
		"array not closed",
		"dictionary from byte %d is broken",
		"hexadecimal string not closed",
		"unexpected token",
		"object missing",
		"not a number",
		"not a hexadecimal digit",
		"name too long",
		"objects nested too deep",
		"reference out of range",
		"no object here",
		"more than one object",
		"catalog missing",
		"catalog has a key twice",
		"object %d without endobj",
		"object %d has grown together with its value",
		"trailer is not a dictionary",
		"trailer has a key twice",
		"trailer without Root",
	}},
	{"数据流声明的长度与实际不符", []string{
		"stream without a usable Length",
		"endstream is not where Length says",
		"stream lengths refer to each other",
		"stream %d begins in the line of its keyword",
		"compressed data of stream %d break off or go on",
	}},
	{"对象目录（交叉引用表）损坏", []string{
		"cross-reference subsection broken",
		"cross-reference entry broken",
		"cross-reference stream: Index broken",
		"cross-reference stream: W broken",
		"cross-reference stream: Size broken",
		"cross-reference stream: unknown entry type",
		"cross-reference stream: entry out of range",
		"object %d listed twice in one cross-reference section",
		"object %d in object stream 0",
		"cross-reference sections form a loop",
		"table and XRefStm disagree on object %d",
		"XRefStm is not an offset",
		"XRefStm in a cross-reference stream",
		"Prev is not a number",
		"Prev is not an integer",
		"object 0 in use",
		"cross-reference table is not laid out as readers count",
		"readers number the objects of the table differently",
	}},
	{"对象目录指向的位置不对，须经修复才能打开，而各种软件修复的结果不一定相同", []string{
		"cross-reference offset outside the revision",
		"no cross-reference section here",
		"cross-reference stream outside the revision",
		"cross-reference leads to object %d %d instead of %d %d",
		"object outside the revision",
		"object reaches beyond its revision",
		"revision outside the file",
	}},
	{"文件的结尾不完整，或结尾之后还有内容", []string{
		"revision does not end with %%%%EOF",
		"startxref missing",
		"startxref broken",
		"startxref without offset",
		"unexpected bytes after startxref",
		"%%%%EOF missing",
		"update without end",
	}},
	{"追加的内容没有登记在它自己的对象目录里", []string{
		"bytes that no cross-reference section accounts for",
		"object after the cross-reference table",
		"cross-reference table outside the chain",
		"cross-reference stream %d outside the chain",
		"startxref does not lead to this update's section",
		"object %d is not what its cross-reference section lists",
		"object %d is listed where its update has nothing",
		"object %d twice in one update",
		"object stream %d holds object %d, which is not listed there",
	}},
	{"追加的内容会使不同软件读出不同的文件", []string{
		"trailer's Size cuts objects off",
		"trailer's Size brings objects back",
		"trailer's Size is beyond what readers take",
		"object %d lies beyond Size",
		"trailer changes %s",
		"object %d is hidden from some readers",
		"object %d changes its generation",
		"object %d holds what readers take differently",
		"object stream %d holds what readers take differently",
		"object stream %d: objects overlap",
		"the file was not so long when it was signed as it says",
	}},
	{"同一内容有两种写法，不同软件会采用不同的一种", []string{
		"key twice with two values",
		"object %d is shown by XRefStm alone",
		"object %d is referred to by another generation",
		"the first page has cross-references of its own",
		"page takes %s from another node than lists it",
	}},
	{"页面的内容存放在文件之外", []string{"stream whose data are elsewhere"}},
	{"批注或印章图样在有的软件中显示、在有的软件中不显示", []string{"annotation that some readers show", "annotation in none of its states", "annotation that readers draw in their own way"}},
	{"页面要用到的对象读不出来", []string{"object %d cannot be read"}},
	{"页面要用到的对象已被注销，有的软件仍会显示它", []string{"object %d was freed and is still referred to"}},
	{"页面目录残缺，各种软件显示的页数不一定相同", []string{"a node of the page tree is missing", "a page with kids, or a node without"}},
	{"页面目录所记的页数与实际不符，各种软件显示的页数不一定相同", []string{"a node of the page tree states another number of pages"}},
	{"追加的内容里藏有对象，修复文件的软件会把它当作正文", []string{
		"comment that hides structure",
		"stream %d hides structure",
		"object %d hides structure",
	}},
	{"文件里有对象目录没有登记的对象，修复文件的软件会把它当作正文", []string{
		"object %d stands where no cross-reference leads",
		"object %d, which something refers to, stands where no cross-reference leads",
	}},
}

// faultText words a fault of the structure, with its place.
func faultText(e *revision.SyntaxError) string {
	text := "文件结构有误"
	for _, g := range faultGroups {
		for _, f := range g.faults {
			if f == e.Fault {
				text = g.text
			}
		}
	}
	if e.Offset <= 0 {
		return text
	}
	return fmt.Sprintf("%s（文件的第%d字节处）", text, e.Offset)
}
