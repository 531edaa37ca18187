package reading

import (
	_ "embed"
	"strings"
)

// townsData lists the 5 街道 and 25 镇 of Jiangjin (500116), one a line.
//
//go:embed data/towns.txt
var townsData string

// townOf returns the town or street of Jiangjin that an address names.
func townOf(address string) string {
	a := fold(address)
	for name := range strings.FieldsSeq(townsData) {
		if strings.Contains(a, name) {
			return name
		}
	}
	return ""
}
