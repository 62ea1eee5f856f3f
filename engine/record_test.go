package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

func wholeRecord() record {
	return record{
		Event: Event{
			Seq: 7, Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Kind: InstanceDone, Stage: `films["a"].clips`,
			Address: `films["a"].clips["x"]`, Attempt: 2, Take: 3, Provider: "ffmpeg", Instances: 4, Message: "well",
			Warnings: []string{"a", "b"}, Took: time.Second, Cost: providers.USD(0.5),
			Error: &Failure{Kind: providers.KindRejected, Message: "m", User: "u", Hint: "h", Address: "a"},
		},
		Output: json.RawMessage(`{"a":[1,2.5,"ü"]}`), Key: "key", IdempotencyKey: "idem", Checkpoint: []byte{0, 1, 255},
		Estimate: 5, Unsafe: true, artifacts: []string{"aa"},
	}
}

func TestARecordComesBackWhole(t *testing.T) {
	want := wholeRecord()
	ev, err := want.journalled()
	if err != nil {
		t.Fatal(err)
	}
	ev.Seq = want.Seq
	got, err := readRecord(ev)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v came back as %+v, %v", want, got, err)
	}
	// Nobody has added a field that is not kept.
	v := reflect.ValueOf(want)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the test leaves %s out", v.Type().Field(i).Name)
		}
	}
	event := reflect.ValueOf(want.Event)
	for i := range event.NumField() {
		if name := event.Type().Field(i).Name; event.Field(i).IsZero() && name != "Done" {
			t.Errorf("the test leaves %s out", name)
		}
	}
}

func TestWhatANewerVersionWroteIsSaidToBe(t *testing.T) {
	_, err := readRecord(journal.Event{Data: json.RawMessage(`{"v":99}`)})
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("error %v", err)
	}
	_, err = readFrozen(json.RawMessage(`{"v":99}`))
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("error %v", err)
	}
}

// Whatever the journal holds, it is a record or an error, and a view takes any record in any order.
func FuzzReadRecord(f *testing.F) {
	ev, err := wholeRecord().journalled()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(ev.Data), ev.Kind, ev.Address)
	f.Add([]byte(`{"v":1,"stage":"made[","instances":-1}`), string(StageExpanded), "")
	f.Add([]byte(`{"stage":"a.b.c"}`), string(AttemptStarted), `a["b`)
	pl := &pipeline.Pipeline{Name: "p", Stages: []*pipeline.Stage{{Name: "made", Weight: 1}}}
	f.Fuzz(func(t *testing.T, data []byte, kind, address string) {
		rec, err := readRecord(journal.Event{Seq: 1, Kind: kind, Address: address, Data: data})
		if err != nil {
			return
		}
		v := newView(pl, upTo(pl, ""), nil)
		for range 2 {
			v.apply(rec)
		}
		v.interrupt()
		if p := v.status(pl).Progress; p < 0 || p > 1 {
			t.Errorf("progress %f", p)
		}
	})
}

func FuzzReadFrozen(f *testing.F) {
	raw, err := json.Marshal(frozen{Format: frozenFormat, Source: pipeline.Source{"a.hcl": []byte("x")}, Takes: map[string]int{"a": 2}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(raw))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_, _ = readFrozen(raw)
	})
}
