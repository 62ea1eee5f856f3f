package config_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
)

// Whatever a file has in it, it is read to a configuration that can be written and read again to the same,
// or refused with places.
func FuzzFile(f *testing.F) {
	var example bytes.Buffer
	if err := errors.Join(config.Default().Write(&example), config.WriteExample(&example)); err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		example.String(), `listen = ":0"`, `admin_password = "x"`, `admin_password_file = "held"`, `cors_origin = ["https://a", 1, null]`,
		`max_active = 1e1000000000`, `mock_delay = 0`, `data = "${x}"`, "data = <<X\na\nX\n", `listen { }`, "\ufeffmock = true", "a=[[[[", "x = {a=[(1)]}",
		`trusted_proxy = ["10.0.0.0/8", "::1"]`, `min_free_disk = "1.5GB"`, "mock = true\r\nmock_delay = \"1s\"\r\n", "/* ", "data = \"\\ud800\"", `max_active = 0x10`,
		"plan \"free\" {\n  credits = \"unlimited\"\n  seconds = 5\n}\nrate_limit_day = 6000\n", `plan free { credits = 1e3 }`, `plan "pro" "x" { y { } }`, `plan = {}`, "plan \"free\" {\n  rate_limit_minute = 1000\n}\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		read := files{"x.hcl": string(src), "held": "secret"}
		c, err := load(t, []string{"--config=x.hcl"}, nil, read)
		var invalid *config.InvalidError
		if errors.As(err, &invalid) {
			for _, p := range invalid.Problems {
				if strings.ContainsAny(p, "\n\r") || len(p) < 10 {
					t.Errorf("%q is no sentence", p)
				}
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		args := []string{"--config=y.hcl"}
		if c.YouTubeClientID != "" {
			args = append(args, "--youtube-client-secret-file=held")
		}
		again, err := load(t, args, nil, files{"y.hcl": b.String(), "held": "secret"})
		if err != nil {
			t.Fatalf("%v\n%s", err, &b)
		}
		for i, s := range again.Describe() {
			if was := c.Describe()[i]; !s.Secret && !reflect.DeepEqual(s.Values, was.Values) {
				t.Errorf("%s was %q and is %q", s.Name, was.Values, s.Values)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	var example bytes.Buffer
	if err := config.Default().Write(&example); err != nil {
		b.Fatal(err)
	}
	name := b.TempDir() + "/x.hcl"
	if err := os.WriteFile(name, example.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := config.Load(config.Sources{Environ: []string{"FILMLOOM_CONFIG=" + name}}); err != nil {
			b.Fatal(err)
		}
	}
}
