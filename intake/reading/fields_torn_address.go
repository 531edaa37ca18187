package reading

import (
	"slices"
	"strings"
)

// whereEnds: how an address ends. One that ends otherwise was torn where its entry goes on
// in a line of its own: 琅山大 / 道北段86号.
var whereEnds = re(`(?:[路街巷道段号组社队村栋幢楼院室房层区园镇乡坝湾坪沟堡城]|[0-9A-Za-z#)）])$`)

// mendedAddress returns the address that the conclusion has for one that was torn.
func mendedAddress(address string, items []*item) string {
	if address == "" || whereEnds.MatchString(address) {
		return address
	}
	var told []string
	for _, it := range items {
		if it.table != nil || it.section != secConclusion {
			continue
		}
		for _, p := range placesIn(it.text.text) {
			if at := it.text.text[p.from:p.to]; strings.HasPrefix(at, fold(address)) && !slices.Contains(told, at) {
				told = append(told, at)
			}
		}
	}
	if len(told) != 1 {
		return address
	}
	return told[0]
}
