package backup

import (
	"context"
	"errors"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
)

// check reads every event of every run, and gives the artifacts that they refer to and there are not, each
// once, and the runs that cannot be read.
func check(ctx context.Context, j journal.Journal, has func(sum string) bool) (missing, unreadable []string, err error) {
	seen := map[string]bool{}
	for run, err := range j.Runs(ctx, journal.Query{}) {
		if err == nil {
			for ev, failed := range j.Events(ctx, run.ID, 1) {
				if err = failed; err != nil {
					break
				}
				for _, sum := range ev.Artifacts {
					if artifact.ValidDigest(sum) && !seen[sum] && !has(sum) {
						seen[sum] = true
						missing = append(missing, sum)
					}
				}
			}
		}
		var corrupt *journal.CorruptError
		switch {
		case errors.Is(err, journal.ErrNotFound): // deleted meanwhile
		case errors.As(err, &corrupt):
			unreadable = append(unreadable, run.ID)
		case err != nil:
			return nil, nil, err
		}
	}
	return missing, unreadable, ctx.Err()
}
