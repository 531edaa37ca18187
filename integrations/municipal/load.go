package municipal

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"strings"

	"jianding/schemas"
)

//go:embed profiles/*.yaml
var shipped embed.FS

// ShippedProfiles names the profiles inside the binary.
func ShippedProfiles() []string {
	return []string{"reference-hmac-sha256", "reference-hmac-sm3", "reference-sm2", "dg-work"}
}

// ShippedProfile returns the text of a profile inside the binary, to be
// copied and edited. NotFound when there is none of that name.
func ShippedProfile(name string) ([]byte, error) {
	data, err := shipped.ReadFile("profiles/" + name + ".yaml")
	if err != nil {
		return nil, schemas.Errorf(schemas.KindNotFound, "unknown_profile", "没有内置的平台配置 %q，可用：%s", name, strings.Join(ShippedProfiles(), "、"))
	}
	return data, nil
}

// OpenProfile loads a profile by the name of a shipped one or by file name.
func OpenProfile(nameOrFile string) (*Profile, error) {
	for _, n := range ShippedProfiles() {
		if n == nameOrFile {
			data, err := ShippedProfile(n)
			if err != nil {
				return nil, err
			}
			return LoadProfile(data)
		}
	}
	data, err := os.ReadFile(nameOrFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, schemas.Errorf(schemas.KindNotFound, "unknown_profile", "没有平台配置文件 %q；内置配置：%s", nameOrFile, strings.Join(ShippedProfiles(), "、"))
	} else if err != nil {
		return nil, schemas.E(schemas.KindInvalid, "unreadable_profile", "平台配置文件无法读取", err)
	}
	return LoadProfile(data)
}

// LoadProfile reads and checks a profile. The error is Invalid and holds all
// problems.
func LoadProfile(data []byte) (*Profile, error) {
	p, problems := load(data)
	if len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, x := range problems {
			lines[i] = strings.TrimPrefix(x.Field+"："+x.Message, "：")
		}
		return nil, &schemas.Error{Kind: schemas.KindInvalid, Code: "bad_profile",
			Message: fmt.Sprintf("平台配置有 %d 处问题：\n%s", len(problems), strings.Join(lines, "\n")), Problems: problems}
	}
	return p, nil
}

// CheckProfile returns everything that is wrong with a profile; nothing when
// it can be used. Beyond its form it tries the mapping and the signing on an
// invented filing.
func CheckProfile(data []byte) []schemas.Problem {
	_, problems := load(data)
	return problems
}

// Bounds of a profile's text, each many times what a profile needs: the YAML
// parser takes time and memory by the square of the nesting, and gigabytes for
// the depth that 200 KB of brackets make.
const (
	maxProfile = 64 << 10
	maxLine    = 4 << 10
	maxNesting = 64
)

// tooMuch says why a text is not given to the parser; "" when it may be.
func tooMuch(data []byte) string {
	if len(data) > maxProfile {
		return fmt.Sprintf("平台配置不应超过 %d KiB", maxProfile>>10)
	}
	depth := 0
	for n, line := range bytes.Split(data, []byte("\n")) {
		if len(line) > maxLine {
			return fmt.Sprintf("第 %d 行：一行不应超过 %d 字节", n+1, maxLine)
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
		}
		if depth > maxNesting {
			return fmt.Sprintf("第 %d 行：括号嵌套过深", n+1)
		}
	}
	return ""
}

func load(data []byte) (*Profile, []schemas.Problem) {
	if why := tooMuch(data); why != "" {
		return nil, []schemas.Problem{{Code: "too_large", Message: why}}
	}
	p := &Profile{}
	problems := extend(data, p, 0)
	p.setDefaults()
	c := &checker{profile: p}
	p.compiled = c.check()
	return p, append(problems, c.problems...)
}

// extend decodes a profile over the one that it extends. Only shipped ones can
// be extended, so that a profile is one file whose meaning does not change with
// where it lies.
func extend(data []byte, p *Profile, depth int) []schemas.Problem {
	var head Profile
	problems := decodeStrict(data, &head)
	if head.Extends != "" {
		base, err := ShippedProfile(head.Extends)
		if err != nil || depth > len(ShippedProfiles()) {
			return append(problems, schemas.Problem{Field: "extends", Code: "unknown_profile",
				Message: fmt.Sprintf("没有内置的平台配置 %q，可用：%s", head.Extends, strings.Join(ShippedProfiles(), "、"))})
		}
		problems = append(problems, extend(base, p, depth+1)...)
	}
	decodeStrict(data, p) // the same problems again
	return problems
}
