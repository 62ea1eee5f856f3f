package plugin

import (
	"errors"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	pb "github.com/filmloom/filmloom/providers/proto"
)

func TestStatusOfAnyLanguageBecomesAKind(t *testing.T) {
	for code, want := range map[codes.Code]providers.Kind{
		codes.InvalidArgument: providers.KindInvalidInput, codes.FailedPrecondition: providers.KindInvalidInput,
		codes.OutOfRange: providers.KindInvalidInput, codes.NotFound: providers.KindInvalidInput,
		codes.Unauthenticated: providers.KindUnauthorized, codes.PermissionDenied: providers.KindUnauthorized,
		codes.ResourceExhausted: providers.KindRateLimited, codes.Unavailable: providers.KindUnavailable,
		codes.Aborted: providers.KindUnavailable, codes.DeadlineExceeded: providers.KindTimeout,
		codes.Internal: providers.KindInternal, codes.Unknown: providers.KindInternal, codes.Unimplemented: providers.KindInternal,
	} {
		if got := errorFromStatus(status.Error(code, "why")); got.Kind != want || got.Message != "why" {
			t.Errorf("%v becomes %v %q, want %v", code, got.Kind, got.Message, want)
		}
	}
}

func TestErrorKeepsWhatItSaysOverTheWire(t *testing.T) {
	for _, row := range []struct {
		in   error
		want *providers.Error
	}{
		{errors.New("plain"), &providers.Error{Kind: providers.KindInternal, Message: "plain"}},
		{
			providers.Errorf(providers.KindRejected, "no: %w", errors.New("cause")),
			&providers.Error{Kind: providers.KindRejected, Message: "no: cause"},
		},
		{
			&providers.Error{Kind: "odd", Message: "m"},
			&providers.Error{Kind: providers.KindInternal, Message: `m (of the unknown kind "odd")`},
		},
		{
			&providers.Error{Kind: providers.KindRateLimited, RetryAfter: time.Microsecond},
			&providers.Error{Kind: providers.KindRateLimited, RetryAfter: time.Millisecond},
		},
	} {
		if got := errorFromWire(errorToWire(row.in)); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%#v becomes %#v, want %#v", row.in, got, row.want)
		}
	}
	if got := errorFromWire(&pb.Error{Kind: "timeout", RetryAfterMs: math.MaxInt64}); got.RetryAfter <= 0 {
		t.Errorf("a huge wait becomes %v", got.RetryAfter)
	}
	if errorToWire(nil) != nil {
		t.Error("no error becomes one")
	}
}

func TestFilmCapabilitiesKeepTheirSchemasOverTheWire(t *testing.T) {
	want := providers.Description{Name: "film", Version: "1.0.0", Capabilities: []providers.CapabilitySpec{
		film.ImageGenerate.Spec(), film.SpeechSynthesize.Spec(), film.Timeline.Spec(), film.SubtitleLayout.Spec(),
		film.StoryWrite.Spec(), film.MusicCompose.Spec(), film.ClipRender.Spec(), film.TransitionRender.Spec(), film.Assemble.Spec(),
	}}
	w, err := descriptionToWire(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := descriptionFromWire(w); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %#v\nwant %#v", err, got, want)
	}
}

func TestBrokenDescriptionsAreRefused(t *testing.T) {
	schema := func(a ...*pb.Attribute) *pb.Schema { return &pb.Schema{Attributes: a} }
	text := []byte(`"string"`)
	for _, row := range []struct {
		want string
		d    *pb.Description
	}{
		{"no name", nil},
		{"one of its capabilities has no name", &pb.Description{Name: "x", Capabilities: []*pb.Capability{{}}}},
		{"twice", &pb.Description{Name: "x", Capabilities: []*pb.Capability{{Name: "a"}, {Name: "a"}}}},
		{"an attribute has no name", &pb.Description{Name: "x", Config: schema(&pb.Attribute{Type: text})}},
		{"occurs twice", &pb.Description{Name: "x", Config: schema(&pb.Attribute{Name: "a", Type: text}, &pb.Attribute{Name: "a", Type: text})}},
		{"its type", &pb.Description{Name: "x", Config: schema(&pb.Attribute{Name: "a", Type: []byte(`"strin"`)})}},
		{"its type", &pb.Description{Name: "x", Config: schema(&pb.Attribute{Name: "a", Type: []byte(`["object",{"b":"string"},["c"]]`)})}},
		{"not JSON", &pb.Description{Name: "x", Config: schema(&pb.Attribute{Name: "a", Type: text, Default: []byte("x")})}},
		{"input of a", &pb.Description{Name: "x", Capabilities: []*pb.Capability{{Name: "a", Input: schema(&pb.Attribute{Name: "b"})}}}},
		{"output of a", &pb.Description{Name: "x", Capabilities: []*pb.Capability{{Name: "a", Output: schema(&pb.Attribute{Name: "b"})}}}},
	} {
		if _, err := descriptionFromWire(row.d); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v gives %v, want %q", row.d, err, row.want)
		}
	}
}

func TestLogLinesOfAnyLanguageAreRead(t *testing.T) {
	for _, row := range []struct {
		line    string
		level   slog.Level
		message string
		args    []any
	}{
		{"plain text", slog.LevelInfo, "plain text", nil},
		{`{"time":"t","level":"ERROR","msg":"m","b":1,"a":"x"}`, slog.LevelError, "m", []any{"a", "x", "b", 1.0}},
		{`{"level":"warning","msg":"m"}`, slog.LevelWarn, "m", []any{}},
		{`{"level":"CRITICAL","msg":"m"}`, slog.LevelError, "m", []any{}},
		{`{"level":5,"msg":"m"}`, slog.LevelInfo, `{"level":5,"msg":"m"}`, nil},
		{`{"broken`, slog.LevelInfo, `{"broken`, nil},
	} {
		level, message, args := parseLogLine(row.line)
		if level != row.level || message != row.message || !reflect.DeepEqual(args, row.args) {
			t.Errorf("%s: %v %q %v", row.line, level, message, args)
		}
	}
}

func TestLastWordsBeginWithThePanic(t *testing.T) {
	var w lastWords
	for range 3 * keptLines {
		w.add("chatter")
	}
	w.add("  ")
	w.add("panic: boom")
	for range 40 {
		w.add("goroutine 1")
	}
	if got := w.String(); !strings.HasPrefix(got, "panic: boom | goroutine 1") || strings.Count(got, "|") != shownLines-1 {
		t.Errorf("got %q", got)
	}
	if len(w.lines) != keptLines {
		t.Errorf("%d lines are kept", len(w.lines))
	}
}

func FuzzDescription(f *testing.F) {
	d, _ := testling().Describe(f.Context())
	w, err := descriptionToWire(d)
	if err != nil {
		f.Fatal(err)
	}
	seed, err := proto.Marshal(w)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var in pb.Description
		if proto.Unmarshal(raw, &in) != nil {
			return
		}
		first, err := descriptionFromWire(&in)
		if err != nil {
			return
		}
		again, err := descriptionToWire(first)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if second, err := descriptionFromWire(again); err != nil || len(second.Capabilities) != len(first.Capabilities) {
			t.Errorf("%v: %#v becomes %#v", err, first, second)
		}
	})
}

func FuzzParseLogLine(f *testing.F) {
	f.Add(`{"time":"t","level":"ERROR","msg":"m","b":1}`)
	f.Add("panic: boom")
	f.Fuzz(func(t *testing.T, line string) {
		if _, message, args := parseLogLine(line); len(args)%2 != 0 || (message == "" && line != "" && line[0] != '{') {
			t.Errorf("%q: %q %v", line, message, args)
		}
	})
}
