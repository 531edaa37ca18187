//go:build !linux

package children

import "testing"

func requireHardLimit(t *testing.T) {
	t.Skip("this system has no hard limit on a process's memory that counts what matters")
}
