//go:build !race

package children

const shadowFactor = 1
