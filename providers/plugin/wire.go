package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// text makes a string fit for a protobuf field, which refuses invalid UTF-8: what a provider quotes
// from a tool's output may be anything.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func texts(ss []string) []string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = text(s)
	}
	return out
}

func descriptionToWire(d providers.Description) (*pb.Description, error) {
	out := &pb.Description{Name: text(d.Name), Version: text(d.Version), Summary: text(d.Summary)}
	var err error
	if out.Config, err = schemaToWire(d.Config); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	for _, c := range d.Capabilities {
		w := &pb.Capability{
			Name: text(c.Name), Description: text(c.Description),
			Deterministic: c.Deterministic, Cpu: c.CPU,
		}
		if w.Input, err = schemaToWire(c.Input); err != nil {
			return nil, fmt.Errorf("input of %s: %w", c.Name, err)
		}
		if w.Output, err = schemaToWire(c.Output); err != nil {
			return nil, fmt.Errorf("output of %s: %w", c.Name, err)
		}
		out.Capabilities = append(out.Capabilities, w)
	}
	return out, nil
}

func descriptionFromWire(d *pb.Description) (providers.Description, error) {
	out := providers.Description{Name: d.GetName(), Version: d.GetVersion(), Summary: d.GetSummary()}
	if out.Name == "" {
		return out, errors.New("its description has no name")
	}
	var err error
	if out.Config, err = schemaFromWire(d.GetConfig()); err != nil {
		return out, fmt.Errorf("the schema of its configuration is broken: %w", err)
	}
	for _, c := range d.GetCapabilities() {
		if c.GetName() == "" {
			return out, errors.New("one of its capabilities has no name")
		}
		spec := providers.CapabilitySpec{
			Name: c.GetName(), Description: c.GetDescription(),
			Deterministic: c.GetDeterministic(), CPU: c.GetCpu(),
		}
		if _, twice := out.Capability(spec.Name); twice {
			return out, fmt.Errorf("it describes the capability %s twice", spec.Name)
		}
		if spec.Input, err = schemaFromWire(c.GetInput()); err != nil {
			return out, fmt.Errorf("the schema of the input of %s is broken: %w", spec.Name, err)
		}
		if spec.Output, err = schemaFromWire(c.GetOutput()); err != nil {
			return out, fmt.Errorf("the schema of the output of %s is broken: %w", spec.Name, err)
		}
		out.Capabilities = append(out.Capabilities, spec)
	}
	return out, nil
}

func schemaToWire(s providers.Schema) (*pb.Schema, error) {
	out := &pb.Schema{}
	for _, a := range s.Attributes {
		ty, err := json.Marshal(a.Type)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", a.Name, err)
		}
		out.Attributes = append(out.Attributes, &pb.Attribute{
			Name: text(a.Name), Type: ty, Description: text(a.Description), Unit: text(a.Unit),
			Required: a.Required, Default: a.Default, Allowed: texts(a.Allowed),
			Min: a.Min, Max: a.Max, Sensitive: a.Sensitive,
		})
	}
	return out, nil
}

func schemaFromWire(s *pb.Schema) (providers.Schema, error) {
	var out providers.Schema
	for _, a := range s.GetAttributes() {
		attr := providers.Attribute{
			Name: a.GetName(), Description: a.GetDescription(), Unit: a.GetUnit(),
			Required: a.GetRequired(), Min: a.Min, Max: a.Max, Sensitive: a.GetSensitive(),
		}
		if attr.Name == "" {
			return out, errors.New("an attribute has no name")
		}
		if _, twice := out.Attribute(attr.Name); twice {
			return out, fmt.Errorf("attribute %q occurs twice", attr.Name)
		}
		var err error
		if attr.Type, err = typeFromJSON(a.GetType()); err != nil {
			return out, fmt.Errorf("attribute %q: %w", attr.Name, err)
		}
		if len(a.GetDefault()) > 0 {
			if !json.Valid(a.GetDefault()) {
				return out, fmt.Errorf("attribute %q: its default is not JSON", attr.Name)
			}
			attr.Default = a.GetDefault()
		}
		if len(a.GetAllowed()) > 0 {
			attr.Allowed = a.GetAllowed()
		}
		out.Attributes = append(out.Attributes, attr)
	}
	return out, nil
}

// typeFromJSON reads a type as cty writes it. The encoding keeps optional object attributes.
func typeFromJSON(raw []byte) (ty cty.Type, err error) {
	// cty panics when a name in the list of optional attributes is not an attribute.
	defer func() {
		if r := recover(); r != nil {
			ty, err = cty.NilType, fmt.Errorf("its type %s is broken: %v", raw, r)
		}
	}()
	if err := json.Unmarshal(raw, &ty); err != nil {
		return cty.NilType, fmt.Errorf("its type %q is broken: %w", raw, err)
	}
	if ty == cty.NilType {
		return cty.NilType, errors.New("its type is null")
	}
	return ty, nil
}

func configuredToWire(c providers.Configured) *pb.Configured {
	out := &pb.Configured{
		Ready: c.Ready, Problem: text(c.Problem), Hint: text(c.Hint),
		CacheVersion: text(c.CacheVersion), Deterministic: c.Deterministic,
	}
	for capability, why := range c.Off {
		if out.Off == nil {
			out.Off = make(map[string]string, len(c.Off))
		}
		out.Off[text(capability)] = text(why)
	}
	for _, d := range c.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, &pb.ConfigDiagnostic{
			Attribute: text(d.Attribute), Summary: text(d.Summary), Warning: d.Warning,
		})
	}
	return out
}

func configuredFromWire(c *pb.Configured) providers.Configured {
	out := providers.Configured{
		Ready: c.GetReady(), Problem: c.GetProblem(), Hint: c.GetHint(),
		CacheVersion: c.GetCacheVersion(), Deterministic: c.GetDeterministic(), Off: c.GetOff(),
	}
	for _, d := range c.GetDiagnostics() {
		out.Diagnostics = append(out.Diagnostics, providers.ConfigDiagnostic{
			Attribute: d.GetAttribute(), Summary: d.GetSummary(), Warning: d.GetWarning(),
		})
	}
	return out
}

func estimateToWire(e providers.Estimate) *pb.Estimate {
	return &pb.Estimate{
		MinCost: int64(e.MinCost), MaxCost: int64(e.MaxCost),
		MinTimeMs: e.MinTime.Milliseconds(), MaxTimeMs: milliseconds(e.MaxTime),
	}
}

func estimateFromWire(e *pb.Estimate) providers.Estimate {
	return providers.Estimate{
		MinCost: providers.Money(e.GetMinCost()), MaxCost: providers.Money(e.GetMaxCost()),
		MinTime: duration(e.GetMinTimeMs()), MaxTime: duration(e.GetMaxTimeMs()),
	}
}

// errorToWire writes a failure; the cause stays behind, its text is in the message.
func errorToWire(err error) *pb.Error {
	if err == nil {
		return nil
	}
	e := providers.AsError(err)
	return &pb.Error{
		Kind: string(e.Kind), Message: text(e.Message), User: text(e.User), Hint: text(e.Hint),
		RetryAfterMs: milliseconds(e.RetryAfter), Cost: int64(e.Cost),
	}
}

func errorFromWire(e *pb.Error) *providers.Error {
	out := &providers.Error{
		Kind: providers.Kind(e.GetKind()), Message: e.GetMessage(), User: e.GetUser(), Hint: e.GetHint(),
		RetryAfter: max(0, duration(e.GetRetryAfterMs())), Cost: max(0, providers.Money(e.GetCost())),
	}
	switch out.Kind {
	case providers.KindInvalidInput, providers.KindRejected, providers.KindRateLimited,
		providers.KindUnavailable, providers.KindUnauthorized, providers.KindCrashed,
		providers.KindTimeout, providers.KindInternal:
	default:
		out.Message = strings.TrimSpace(fmt.Sprintf("%s (of the unknown kind %q)", out.Message, out.Kind))
		out.Kind = providers.KindInternal
	}
	return out
}

// errorFromStatus reads the gRPC status that ended an RPC, for plugins that answer with one.
func errorFromStatus(err error) *providers.Error {
	st := status.Convert(err)
	out := &providers.Error{Kind: providers.KindInternal, Message: st.Message(), Err: err}
	switch st.Code() {
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange, codes.NotFound:
		out.Kind = providers.KindInvalidInput
	case codes.Unauthenticated, codes.PermissionDenied:
		out.Kind = providers.KindUnauthorized
	case codes.ResourceExhausted:
		out.Kind = providers.KindRateLimited
		// The same code is what gRPC itself gives for a message over the limit; waiting mends nothing there.
		if strings.Contains(st.Message(), "message larger than max") {
			out.Kind = providers.KindInternal
			out.Message = fmt.Sprintf("a message is larger than the %d MiB allowed: %s", maxMessage>>20, st.Message())
			out.Hint = "Pass large content as a file; only its path travels."
		}
	case codes.Unavailable, codes.Aborted:
		out.Kind = providers.KindUnavailable
	case codes.DeadlineExceeded:
		out.Kind = providers.KindTimeout
	case codes.Unimplemented:
		out.Hint = "The plugin does not implement filmloom.provider.v1 in full."
	}
	return out
}

// milliseconds rounds up, so that a short wait does not become none.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// duration reads milliseconds, bounded to what a Duration holds.
func duration(ms int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(max(ms, -most), most)) * time.Millisecond
}
