package artifacttest

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine/artifact"
)

func concurrent(t *testing.T, s artifact.Store) {
	data := strings.Repeat("shared", 50_000)
	dir := workDir(t, s)
	file(t, dir, "same", data)
	var wg sync.WaitGroup
	for i := range 16 {
		own := workDir(t, s)
		file(t, own, "own", data)
		wg.Go(func() {
			var info artifact.Info
			var err error
			switch i % 3 {
			case 0:
				info, err = s.Put(t.Context(), strings.NewReader(data))
			case 1:
				info, err = s.Adopt(t.Context(), own, "own")
			case 2:
				info, err = s.Adopt(t.Context(), dir, "same")
			}
			if err != nil || info.SHA256 != sum(data) {
				t.Errorf("%v, %v", info, err)
				return
			}
			if st, err := s.Stat(t.Context(), info.SHA256); err != nil || st.Size != int64(len(data)) {
				t.Errorf("%v, %v", st, err)
			}
		})
	}
	wg.Wait()
	if got := all(t, s); len(got) != 1 {
		t.Errorf("stored %v", got)
	}
}

func putWhileDeleted(t *testing.T, s artifact.Store) {
	data := strings.Repeat("now and then", 1000)
	there := false
	for round := range 60 {
		dir := workDir(t, s)
		file(t, dir, "same", data)
		var wg sync.WaitGroup
		var info artifact.Info
		var stored, deleted error
		wg.Go(func() {
			if round%2 == 0 {
				info, stored = s.Put(t.Context(), strings.NewReader(data))
			} else {
				info, stored = s.Adopt(t.Context(), dir, "same")
			}
		})
		wg.Go(func() { deleted = s.Delete(t.Context(), sum(data)) })
		wg.Go(func() {
			for info, err := range s.All(t.Context()) {
				if err != nil || info.SHA256 != sum(data) || info.Size != int64(len(data)) {
					t.Errorf("listed meanwhile: %v, %v", info, err)
				}
			}
		})
		wg.Wait()
		if stored != nil || info.SHA256 != sum(data) {
			t.Fatalf("stored %v, %v", info, stored)
		}
		// One came before the other.
		f, _, err := s.Open(t.Context(), sum(data))
		switch {
		case deleted != nil && !errors.Is(deleted, artifact.ErrNotFound):
			t.Fatal(deleted)
		case deleted != nil && (there || err != nil):
			t.Fatalf("there before: %v; nothing was deleted: %v; and then %v", there, deleted, err)
		case err != nil && !errors.Is(err, artifact.ErrNotFound):
			t.Fatal(err)
		}
		if there = err == nil; there {
			got, err := io.ReadAll(f)
			if err := errors.Join(err, f.Close()); err != nil || string(got) != data {
				t.Fatalf("%d bytes came back, %v", len(got), err)
			}
		}
	}
}
