package localtts

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// configured is set in a process of this test's own, which configures the provider and prints what came.
const configured = "LOCALTTS_TEST_CONFIGURE"

func TestMain(m *testing.M) {
	if mode := os.Getenv(fake); mode != "" {
		os.Exit(playPiper(mode))
	}
	if path := os.Getenv(orphan); path != "" {
		_, err := runProgram(context.Background(), program{path: path, limit: time.Hour})
		panic(err)
	}
	if os.Getenv(configured) == "" {
		os.Exit(m.Run())
	}
	conf, err := New().Configure(context.Background(), nil)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(conf)
	}
	if err != nil {
		panic(err)
	}
}

// configureWith configures the provider in a fresh process that reads espeak-ng's data below a folder.
func configureWith(t *testing.T, data string) providers.Configured {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), configured+"=1", "ESPEAK_DATA_PATH="+data, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var conf providers.Configured
	if err := json.Unmarshal(out, &conf); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return conf
}

// copyData makes a folder with espeak-ng's data, of links where nothing is to be changed.
func copyData(t *testing.T) string {
	t.Helper()
	e, err := openEspeak()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	root := filepath.Join(dir, "espeak-ng-data")
	err = filepath.WalkDir(e.data, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(root, strings.TrimPrefix(path, e.data))
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		return os.Symlink(path, to)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDamagedDataIsToldByConfigure(t *testing.T) {
	ready(t)
	dir := copyData(t)
	if conf := configureWith(t, dir); !conf.Ready {
		t.Fatalf("with all data: %+v", conf)
	}
	for file, named := range map[string]string{
		"de_dict":                  "dictionary for german",
		"cmn_dict":                 "dictionary for chinese",
		"lang/jpx/ja":              "no voice ja",
		"voices/!v/f2":             "f2 for the voice alloy",
		"phondata":                 "cannot read its data",
		"lang/gmw/en-US":           "no voice en-us",
		"lang/roa/pt-BR":           "no voice pt-br",
		"lang/sit/cmn-Latn-pinyin": "no voice cmn-latn-pinyin",
	} {
		path := filepath.Join(dir, "espeak-ng-data", file)
		original, err := os.Readlink(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		conf := configureWith(t, dir)
		if conf.Ready || !strings.Contains(conf.Problem, named) || !strings.HasSuffix(conf.Problem, ".") || conf.Hint != repair {
			t.Errorf("without %s: %+v", file, conf)
		}
		if err := os.Symlink(original, path); err != nil {
			t.Fatal(err)
		}
	}
}
