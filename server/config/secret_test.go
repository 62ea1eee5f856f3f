package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestASecretIsReadFromAFileWithoutTheEndOfItsLine(t *testing.T) {
	for content, want := range map[string]string{"pa ss": "pa ss", "pass\n": "pass", "pass\r\n": "pass"} {
		c, err := load(t, nil, []string{"FILMLOOM_ADMIN_PASSWORD_FILE=f"}, files{"f": content})
		if err != nil || c.AdminPassword.Reveal() != want {
			t.Errorf("%q: got %q, %v", content, c.AdminPassword.Reveal(), err)
		}
	}
	for _, content := range []string{"", "\n", " \n", "a\nb\n", "pass\n\n"} {
		got := problems(t, nil, []string{"FILMLOOM_ADMIN_PASSWORD_FILE=f"}, files{"f": content})
		if len(got) != 1 || !strings.Contains(got[0], "FILMLOOM_ADMIN_PASSWORD_FILE") || strings.Contains(got[0], "pass") {
			t.Errorf("%q: got %q", content, got)
		}
	}
	// One that does not count is not read.
	if _, err := load(t, []string{"--admin-password-file=f"}, []string{"FILMLOOM_ADMIN_PASSWORD_FILE=gone"}, files{"f": "x"}); err != nil {
		t.Error(err)
	}
	// The name may be the secret, by mistake.
	got := problems(t, nil, []string{"FILMLOOM_ADMIN_PASSWORD_FILE=hunter2"}, nil)
	if strings.Contains(strings.Join(got, ""), "hunter2") {
		t.Errorf("got %q", got)
	}
}

func TestASecretIsShownNowhere(t *testing.T) {
	c, err := load(t, []string{"--config=x.hcl"}, []string{"FILMLOOM_ADMIN_PASSWORD=hunter2"}, files{"x.hcl": "youtube_client_id = \"i\"\nyoutube_client_secret = \"hunter2\""})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %v"} {
		fmt.Fprintf(&b, verb, *c)
		fmt.Fprintf(&b, verb, c.AdminPassword)
		fmt.Fprintf(&b, verb, &c.AdminPassword)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("x", "config", c, "secret", c.AdminPassword)
	}
	for _, v := range []any{c, c.Describe(), c.AdminPassword} {
		if err := json.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "hunter2") || strings.Contains(s, "68756e74657232") || !strings.Contains(s, "(set)") {
		t.Errorf("got %s", s)
	}
}

func TestAMistakeInAFileShowsNoSecret(t *testing.T) {
	for _, text := range []string{
		`admin_password = hunter2`, `admin_password = "hunter2`, `admin_password "hunter2"`, `admin_password = "${hunter2}"`,
		`admin_password = ["hunter2"]`, "admin_password = \"x\nhunter2\"", "admin_password = <<X\nhunter2\nhunter2\nX\n", `admin_pasword = "hunter2"`,
		`admin_password = "hunter2" "hunter2"`, `admin_password = hunter2()`, `admin_password: "hunter2"`, `admin_password = 'hunter2'`,
		`secret_key = "hunter2"`, `secret_key_file = "hunter2"`, `admin_password { value = "hunter2" }`, `admin_password = 0xhunter2`,
	} {
		for _, p := range problems(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": text}) {
			if strings.Contains(p, "hunter2") || !strings.Contains(p, "x.hcl:") || strings.ContainsAny(p, "\n") {
				t.Errorf("%s: got %q", text, p)
			}
		}
	}
}
