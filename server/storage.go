package server

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/store"
)

// storageModule opens the data directory. fx closes in the reverse order.
var storageModule = fx.Module("storage", fx.Provide(openStore, openJournal, openArtifacts, secretsConfig), secrets.Module)

func openStore(life fx.Lifecycle, conf *config.Config) (*store.DB, error) {
	if err := Mark(conf.Data, conf.Mock); err != nil {
		return nil, err
	}
	db, err := store.Open(conf.Data)
	if errors.Is(err, journal.ErrInUse) {
		return nil, fmt.Errorf("the data directory %s is in use by another filmloom (a server, or a render); stop it, wait for it, or name another directory with --data", conf.Data)
	}
	if err != nil {
		return nil, err
	}
	life.Append(closing(db))
	return db, nil
}

func openJournal(life fx.Lifecycle, db *store.DB) (journal.Journal, error) {
	j, err := badger.New(db.Badger(), "")
	if err != nil {
		return nil, err
	}
	life.Append(closing(j))
	return j, nil
}

func openArtifacts(life fx.Lifecycle, conf *config.Config, _ *store.DB) (artifact.Store, error) {
	files, err := artifact.OpenDir(filepath.Join(conf.Data, "artifacts"))
	if err != nil {
		return nil, err
	}
	life.Append(closing(files))
	return files, nil
}

func secretsConfig(conf *config.Config, _ *store.DB) (own secrets.Config, err error) {
	own.Dir = conf.Data
	if conf.SecretKey.IsSet() {
		if own.Given, err = base64.StdEncoding.DecodeString(conf.SecretKey.Reveal()); err != nil {
			return own, errors.New("secret_key is not the base64 of 32 bytes; make one with `openssl rand -base64 32`")
		}
	}
	return own, nil
}

// mockMark is in a data directory whose films are mocked.
const mockMark = "MOCK"

// Mocked tells whether a data directory has mocked films.
func Mocked(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, mockMark))
	return err == nil
}

// Mark marks a new data directory as one of mocked films, or refuses one of the other kind: what is mocked must
// not be taken for what is real.
func Mark(dir string, mock bool) error {
	marked := Mocked(dir)
	switch {
	case marked == mock:
		return nil
	case marked:
		return fmt.Errorf("the data directory %s has mocked films; use it with --mock, or name another directory with --data", dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "artifacts")); err == nil { // accounts alone are no films
		return fmt.Errorf("the data directory %s has real films; name another directory for --mock with --data", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory cannot be made: %w", err)
	}
	note := "The films in this directory were made with --mock.\n"
	if err := os.WriteFile(filepath.Join(dir, mockMark), []byte(note), 0o600); err != nil {
		return fmt.Errorf("the data directory cannot be marked: %w", err)
	}
	return nil
}
