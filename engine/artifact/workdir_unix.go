//go:build unix

package artifact

import "golang.org/x/sys/unix"

// A mark tells one directory from every other, and one that nothing was written to from one that
// something was, as far as its times tell: they are coarse.
type mark struct {
	dev, inode uint64
	mode       uint32
	sec, nsec  int64
}

func markOf(dir string) (m mark, ok bool) {
	var st unix.Stat_t
	if unix.Lstat(dir, &st) != nil {
		return mark{}, false
	}
	return markFrom(&st), true
}

func markFrom(st *unix.Stat_t) mark {
	sec, nsec := st.Mtim.Unix()
	return mark{uint64(st.Dev), st.Ino, uint32(st.Mode), sec, nsec}
}

// look opens a directory and tells what it is and whether nothing is in it. Package os would do the
// same with more system calls, and one look is all that most calls need.
func look(dir string) (m mark, empty bool) {
	f, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return mark{}, false
	}
	defer unix.Close(f)
	var st unix.Stat_t
	if unix.Fstat(f, &st) != nil {
		return mark{}, false
	}
	var entries [1024]byte
	for {
		n, err := unix.ReadDirent(f, entries[:])
		if err != nil {
			return mark{}, false
		}
		if n == 0 {
			return markFrom(&st), true
		}
		if _, count, _ := unix.ParseDirent(entries[:n], 1, nil); count > 0 { // . and .. do not count
			return mark{}, false
		}
	}
}

func rename(from, to string) bool { return unix.Rename(from, to) == nil }
