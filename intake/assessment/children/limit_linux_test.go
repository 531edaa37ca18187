package children

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func requireHardLimit(*testing.T) {}

// A child that gives way does so with each of its threads, those included that
// it makes while it works; one that does not has the priority of its parent.
func TestChildrenGiveWay(t *testing.T) {
	own, err := strconv.Atoi(priorities(t, "self")[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, nice := range []int{0, 7} {
		p := New(Options{Handler: "rogue", Workers: 1, MemoryBytes: 256 << 20, Nice: nice})
		t.Cleanup(func() { p.Close() })
		if _, err := call(t, p, "grow", ""); err != nil {
			t.Fatal(err)
		}
		pid, err := call(t, p, "pid")
		if err != nil {
			t.Fatal(err)
		}
		if got := priorities(t, pid); !slices.Equal(got, []string{strconv.Itoa(max(own, nice))}) {
			t.Errorf("nice %d: the threads run at %v", nice, got)
		}
	}
}

// priorities are the nice values of a process's threads: proc_pid_stat(5), 19.
func priorities(t *testing.T, pid string) (all []string) {
	t.Helper()
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%s/task/*/stat", pid))
	if err != nil || len(stats) < 2 {
		t.Fatalf("%d threads, %v", len(stats), err)
	}
	for _, s := range stats {
		b, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(b), ") ")
		all = append(all, strings.Fields(after)[16])
	}
	slices.Sort(all)
	return slices.Compact(all)
}
