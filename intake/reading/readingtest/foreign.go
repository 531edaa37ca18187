package readingtest

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// Insert is a sentence for a short report that is otherwise sound: beside its
// conclusion, or in place of it.
type Insert struct {
	Mode  string `yaml:"mode"`  // beside or conclusion
	Where string `yaml:"where"` // conclusion, advice, inspection, or end: under the signatures
	Why   string `yaml:"why"`
	Text  string `yaml:"text"`
	Grade string `yaml:"grade"` // that it gives; mode conclusion, sound
}

// Foreign is material that somebody wrote who does not know the reader (all but the set "ours"): in
// traps.yaml sentences over which a report must not be accepted, in benign.yaml
// such as change nothing, in wholes.yaml reports. held.yaml names by text or id
// what ought to be accepted and still goes to a human, and the traps that are
// still fallen for.
type Foreign struct {
	Traps, Benign []Insert
	Wholes        []Whole
	Held          []string
}

// LoadForeign reads a directory; a file that is not there counts as empty.
func LoadForeign(dir fs.FS) (Foreign, error) {
	var f Foreign
	for name, v := range map[string]any{"traps.yaml": &f.Traps, "benign.yaml": &f.Benign, "wholes.yaml": &f.Wholes, "held.yaml": &f.Held} {
		raw, err := fs.ReadFile(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return f, err
		}
		if err := yaml.UnmarshalWithOptions(raw, v, yaml.Strict()); err != nil {
			return f, fmt.Errorf("%s: %w", name, err)
		}
	}
	return f, nil
}

var streetOf = regexp.MustCompile(`(?:重庆市)?(?:江津区)?\p{Han}{0,4}?(?:街道|镇)?\p{Han}{2,4}(?:路|街)[0-9]+号`)

var townIn = regexp.MustCompile(`(?:支坪|先锋|白沙|鼎山|几江|德感|双福|圣泉|油溪|吴滩|石门|朱杨|石蟆|永兴|塘河|龙华|李市|慈云|蔡家|中山|嘉平|柏林|珞璜|贾嗣|夏坝|西湖|杜市|广兴|四面山|四屏)(?:镇|街道)`)

// BuildLine sets the short report.
func (w *Wordings) BuildLine(x Insert) Report {
	conclusion, advice := "该房屋安全性等级为Bsu级，尚不显著影响整体承载。", "可继续正常使用。"
	if x.Mode == "conclusion" {
		conclusion = x.Text
		switch x.Grade {
		case "Csu":
			advice = "对不满足要求的构件进行加固处理，处理前限制使用。"
		case "Dsu":
			advice = "立即停止使用，疏散人员。"
		}
		x.Text = ""
	}
	address := "江津区支坪镇真武街8号"
	if a := streetOf.FindString(conclusion); a != "" && !strings.Contains(a, "真武街") {
		address = a // the house is the one that the conclusion names; next door in its street is another
	} else if a := townIn.FindString(conclusion); a != "" && x.Grade != "" {
		address = "江津区" + a + "真武街8号"
	}
	return w.beside(x.Where, x.Text, address, "《民用建筑可靠性鉴定标准》GB 50292-2015", conclusion, advice)
}
