package plugin

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// ticksPerSecond is USER_HZ, which Linux promises to programs whatever its own clock is.
const ticksPerSecond = 100

// addUsage adds up what the processes of some groups use, as the kernel tells in /proc/PID/stat. Which
// processes are in a group is not told elsewhere, so it looks at all that there are.
func addUsage(groups map[int]usage) {
	proc, err := os.Open("/proc")
	if err != nil {
		return
	}
	defer func() { _ = proc.Close() }()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		if _, err := strconv.Atoi(name); err != nil {
			continue
		}
		raw, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue // it has ended meanwhile
		}
		group, u, ok := parseStat(raw)
		sum, wanted := groups[group]
		if ok && wanted {
			groups[group] = usage{sum.memory + u.memory, sum.cpu + u.cpu}
		}
	}
}

// parseStat reads a line of /proc/PID/stat, see proc_pid_stat(5). The second field is the program's
// name in brackets, which may hold anything.
func parseStat(raw []byte) (group int, u usage, ok bool) {
	end := bytes.LastIndexByte(raw, ')')
	if end < 0 {
		return 0, usage{}, false
	}
	fields := bytes.Fields(raw[end+1:])
	const first = 3 // the number of fields[0] in the manual
	number := func(n int) int64 {
		if n-first >= len(fields) {
			return 0
		}
		v, _ := strconv.ParseInt(string(fields[n-first]), 10, 64)
		return v
	}
	ticks := number(14) + number(15) + number(16) + number(17) // user and system, of it and of children that ended
	u = usage{number(24) * int64(os.Getpagesize()), time.Duration(ticks) * (time.Second / ticksPerSecond)}
	return int(number(5)), u, len(fields) > 24-first
}
