package plugin

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// ticksPerSecond is USER_HZ, which Linux promises to programs whatever its own clock is.
const ticksPerSecond = 100

// groupUsage adds up what the processes of a group use, as the kernel tells in /proc/PID/stat.
func groupUsage(group int) (memory int64, cpu time.Duration) {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0, 0
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
		if u, ok := parseStat(raw); ok && u.group == group {
			memory += u.memory
			cpu += u.cpu
		}
	}
	return memory, cpu
}

type usage struct {
	group  int
	memory int64
	cpu    time.Duration
}

// parseStat reads a line of /proc/PID/stat, see proc_pid_stat(5). The second field is the program's
// name in brackets, which may hold anything.
func parseStat(raw []byte) (usage, bool) {
	end := bytes.LastIndexByte(raw, ')')
	if end < 0 {
		return usage{}, false
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
	return usage{
		group: int(number(5)), memory: number(24) * int64(os.Getpagesize()),
		cpu: time.Duration(ticks) * (time.Second / ticksPerSecond),
	}, len(fields) > 24-first
}
