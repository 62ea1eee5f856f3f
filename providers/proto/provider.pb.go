// filmloom.provider.v1 is the contract between a Filmloom host and a provider plugin. This file is
// the normative text; the Go types of package providers mirror it. `filmloom plugin test` tries out
// what it asks of a plugin.
//
// THE PROCESS. The host starts the plugin's executable and speaks gRPC with it over the handshake of
// HashiCorp's go-plugin, core protocol 1, application protocol 1, plugin name "provider":
//
//   - The environment holds FILMLOOM_PLUGIN=filmloom.provider.v1 (the magic cookie). A program that
//     does not find it was started by hand: it says so and exits.
//   - PLUGIN_PROTOCOL_VERSIONS lists the application protocols that the host speaks, separated by
//     commas. A plugin that speaks several uses the highest that is in the list.
//   - The plugin listens on a Unix socket in the directory PLUGIN_UNIX_SOCKET_DIR and writes one line
//     to standard output, the first and only thing it may write there before:
//     1|1|unix|SOCKET|grpc|CERTIFICATE
//     The line comes within the host's patience, 30 seconds unless it was told otherwise. What comes on
//     standard output later is no more than a hint for debugging.
//     CERTIFICATE is the base64 (standard alphabet, no padding) of the DER of a fresh self-signed
//     certificate for "localhost" when PLUGIN_CLIENT_CERT is set; the plugin then serves TLS 1.2 or newer
//     with it and requires the client certificate given in that variable (PEM). It is empty otherwise,
//     and the connection is not encrypted.
//   - It serves this service, grpc.health.v1.Health (service "plugin": SERVING), and
//     plugin.GRPCController, whose Shutdown ends the process. The host asks for the health once at the
//     start and every ten seconds; of a plugin that does not answer six times in a row it ends the process.
//     Any answer will do but the statuses UNAVAILABLE, CANCELLED and DEADLINE_EXCEEDED. UNIMPLEMENTED is a
//     good answer to plugin.GRPCStdio and plugin.GRPCBroker, which the host may call.
//   - There is one connection for the life of the process. When it ends, the calls in it are lost and the
//     host ends the process.
//   - Standard error is the plugin's log, in lines; one over 16 KiB comes in pieces. A line that is a JSON
//     object with the strings "level" and "msg" becomes a structured record, its other members but "time"
//     are the record's attributes; any other line is taken as it is. Standard input is empty.
//   - FILMLOOM_LIFELINE_FD, when set, is the number of an inherited descriptor to read from. Bytes
//     read there mean nothing to a plugin; the end of the file means that the host is gone. The
//     plugin must then kill its process group (it leads one) and so everything that it started. What
//     it starts must stay in that group and must not inherit the descriptor. Until then it ignores
//     SIGTERM, which a service manager that stops the whole server sends to every process; the host ends
//     the plugin in order. (FILMLOOM_LIFELINE_NONCE is what the first bytes are: a program that is a host
//     as well can tell by it that it is meant to be a plugin now.)
//   - The environment is what the host allows; no variable is inherited by right. The working directory
//     is the host's.
//
// VALUES travel as JSON (RFC 8259, UTF-8) in fields of type bytes. Numbers may be of any precision; a
// whole number such as a seed must not lose digits on its way. A file is the object {"sha256", "size",
// "media_type", "name", "path"}: in an input every member is set, path is absolute and its file must not be
// written to; in an output the plugin sets path (inside Start.work_dir, absolute or relative to it) and
// media_type, and may set name, while the host computes sha256 and size. The file must be a regular one, no
// link, not reached through a link, without a second name. A file of the input is passed on as its object
// without path. Media never travels in a message. A message is at most 64 MiB in either direction; most
// libraries must be told so.
//
// Whatever the host sends conforms to the plugin's own schemas: types, allowed values and bounds, defaults
// filled in. A plugin may rely on that as long as it answers with invalid_input, and does not end, when an
// input is no JSON object. Whatever a plugin sends is checked against its schemas: an output with an attribute
// that the schema has not, or without a required one, makes the call fail as internal.
//
// LIFE. Describe may be called at any time. Configure is called once before anything else; a
// fresh process is configured again with the same bytes. Then Estimate and Execute are called
// concurrently, as many at a time as there is work, unless the owner limits that. Shutdown is called once
// after the last call returned; then the controller's Shutdown, and what is left of the process group is
// killed, at the latest ten seconds after the first of the two.
//
// FAILURES are reported as Error in an answer; the RPC itself then ends with OK. A plugin may end an RPC with
// a gRPC status instead, which is read so: INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, NOT_FOUND =
// invalid_input; UNAUTHENTICATED, PERMISSION_DENIED = unauthorized; RESOURCE_EXHAUSTED = rate_limited;
// UNAVAILABLE, ABORTED = unavailable; DEADLINE_EXCEEDED = timeout; all others = internal. When the process
// ends or the connection breaks, every call in it fails as crashed.
//
// COMPATIBILITY. Within v1, fields, messages, values of enums and methods are added; none is renumbered,
// removed, or given another meaning. Both sides ignore fields and members of a oneof that they do not know.
// What is missing has the value that its comment gives to zero, so a newer host works with an older plugin
// and the other way round. A host takes UNIMPLEMENTED from a method that was added later. What cannot be said
// so becomes filmloom.provider.v2, application protocol 2, which a program may serve beside v1.

// Code generated by protoc-gen-go. DO NOT EDIT.
// versions:
// 	protoc-gen-go v1.36.12
// 	protoc        v3.21.12
// source: provider.proto

package providerv1

import (
	protoreflect "google.golang.org/protobuf/reflect/protoreflect"
	protoimpl "google.golang.org/protobuf/runtime/protoimpl"
	reflect "reflect"
	sync "sync"
	unsafe "unsafe"
)

const (
	// Verify that this generated code is sufficiently up-to-date.
	_ = protoimpl.EnforceVersion(20 - protoimpl.MinVersion)
	// Verify that runtime/protoimpl is sufficiently up-to-date.
	_ = protoimpl.EnforceVersion(protoimpl.MaxVersion - 20)
)

// An unknown level is read as LEVEL_INFO.
type Log_Level int32

const (
	Log_LEVEL_INFO  Log_Level = 0
	Log_LEVEL_DEBUG Log_Level = 1
	Log_LEVEL_WARN  Log_Level = 2
	Log_LEVEL_ERROR Log_Level = 3
)

// Enum value maps for Log_Level.
var (
	Log_Level_name = map[int32]string{
		0: "LEVEL_INFO",
		1: "LEVEL_DEBUG",
		2: "LEVEL_WARN",
		3: "LEVEL_ERROR",
	}
	Log_Level_value = map[string]int32{
		"LEVEL_INFO":  0,
		"LEVEL_DEBUG": 1,
		"LEVEL_WARN":  2,
		"LEVEL_ERROR": 3,
	}
)

func (x Log_Level) Enum() *Log_Level {
	p := new(Log_Level)
	*p = x
	return p
}

func (x Log_Level) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (Log_Level) Descriptor() protoreflect.EnumDescriptor {
	return file_provider_proto_enumTypes[0].Descriptor()
}

func (Log_Level) Type() protoreflect.EnumType {
	return &file_provider_proto_enumTypes[0]
}

func (x Log_Level) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use Log_Level.Descriptor instead.
func (Log_Level) EnumDescriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{19, 0}
}

type DescribeRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *DescribeRequest) Reset() {
	*x = DescribeRequest{}
	mi := &file_provider_proto_msgTypes[0]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *DescribeRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*DescribeRequest) ProtoMessage() {}

func (x *DescribeRequest) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[0]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use DescribeRequest.ProtoReflect.Descriptor instead.
func (*DescribeRequest) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{0}
}

type DescribeResponse struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Description   *Description           `protobuf:"bytes,1,opt,name=description,proto3" json:"description,omitempty"`
	Error         *Error                 `protobuf:"bytes,2,opt,name=error,proto3" json:"error,omitempty"` // set when the provider failed; description is then ignored
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *DescribeResponse) Reset() {
	*x = DescribeResponse{}
	mi := &file_provider_proto_msgTypes[1]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *DescribeResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*DescribeResponse) ProtoMessage() {}

func (x *DescribeResponse) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[1]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use DescribeResponse.ProtoReflect.Descriptor instead.
func (*DescribeResponse) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{1}
}

func (x *DescribeResponse) GetDescription() *Description {
	if x != nil {
		return x.Description
	}
	return nil
}

func (x *DescribeResponse) GetError() *Error {
	if x != nil {
		return x.Error
	}
	return nil
}

type Description struct {
	state   protoimpl.MessageState `protogen:"open.v1"`
	Name    string                 `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"`       // the plugin's name: lower-case letters, digits, _ and -; never empty
	Version string                 `protobuf:"bytes,2,opt,name=version,proto3" json:"version,omitempty"` // semantic version of the plugin, without a v; results are kept under it
	Summary string                 `protobuf:"bytes,3,opt,name=summary,proto3" json:"summary,omitempty"` // one line for people
	// What a provider block may contain. The names "plugin" and "limits" mean something else there.
	Config        *Schema       `protobuf:"bytes,4,opt,name=config,proto3" json:"config,omitempty"`
	Capabilities  []*Capability `protobuf:"bytes,5,rep,name=capabilities,proto3" json:"capabilities,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Description) Reset() {
	*x = Description{}
	mi := &file_provider_proto_msgTypes[2]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Description) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Description) ProtoMessage() {}

func (x *Description) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[2]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Description.ProtoReflect.Descriptor instead.
func (*Description) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{2}
}

func (x *Description) GetName() string {
	if x != nil {
		return x.Name
	}
	return ""
}

func (x *Description) GetVersion() string {
	if x != nil {
		return x.Version
	}
	return ""
}

func (x *Description) GetSummary() string {
	if x != nil {
		return x.Summary
	}
	return ""
}

func (x *Description) GetConfig() *Schema {
	if x != nil {
		return x.Config
	}
	return nil
}

func (x *Description) GetCapabilities() []*Capability {
	if x != nil {
		return x.Capabilities
	}
	return nil
}

// A Capability is a named, typed operation.
type Capability struct {
	state       protoimpl.MessageState `protogen:"open.v1"`
	Name        string                 `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"`               // lower-case words separated by dots: "image.generate"; unique within the plugin
	Description string                 `protobuf:"bytes,2,opt,name=description,proto3" json:"description,omitempty"` // one or two sentences for people
	Input       *Schema                `protobuf:"bytes,3,opt,name=input,proto3" json:"input,omitempty"`
	Output      *Schema                `protobuf:"bytes,4,opt,name=output,proto3" json:"output,omitempty"`
	// The same input gives the same output bytes, as long as the configuration and
	// Configured.cache_version are the same. Only such results are shared between runs.
	Deterministic bool `protobuf:"varint,5,opt,name=deterministic,proto3" json:"deterministic,omitempty"`
	// The call keeps about one local processor busy.
	Cpu           bool `protobuf:"varint,6,opt,name=cpu,proto3" json:"cpu,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Capability) Reset() {
	*x = Capability{}
	mi := &file_provider_proto_msgTypes[3]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Capability) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Capability) ProtoMessage() {}

func (x *Capability) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[3]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Capability.ProtoReflect.Descriptor instead.
func (*Capability) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{3}
}

func (x *Capability) GetName() string {
	if x != nil {
		return x.Name
	}
	return ""
}

func (x *Capability) GetDescription() string {
	if x != nil {
		return x.Description
	}
	return ""
}

func (x *Capability) GetInput() *Schema {
	if x != nil {
		return x.Input
	}
	return nil
}

func (x *Capability) GetOutput() *Schema {
	if x != nil {
		return x.Output
	}
	return nil
}

func (x *Capability) GetDeterministic() bool {
	if x != nil {
		return x.Deterministic
	}
	return false
}

func (x *Capability) GetCpu() bool {
	if x != nil {
		return x.Cpu
	}
	return false
}

// A Schema says which attributes an object has. The order is the order in which people see them.
type Schema struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Attributes    []*Attribute           `protobuf:"bytes,1,rep,name=attributes,proto3" json:"attributes,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Schema) Reset() {
	*x = Schema{}
	mi := &file_provider_proto_msgTypes[4]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Schema) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Schema) ProtoMessage() {}

func (x *Schema) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[4]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Schema.ProtoReflect.Descriptor instead.
func (*Schema) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{4}
}

func (x *Schema) GetAttributes() []*Attribute {
	if x != nil {
		return x.Attributes
	}
	return nil
}

type Attribute struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Name  string                 `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"` // lower-case letters, digits and _; unique within the schema
	// The type as JSON: "string", "number", "bool", "dynamic" (any value), ["list", T], ["set", T],
	// ["map", T], ["tuple", [T, …]], ["object", {"name": T, …}] or, with attributes that may be absent,
	// ["object", {"name": T, …}, ["name", …]]. A file is the object type of exactly the attributes
	// sha256, media_type and name (string) and size (number).
	Type          []byte   `protobuf:"bytes,2,opt,name=type,proto3" json:"type,omitempty"`
	Description   string   `protobuf:"bytes,3,opt,name=description,proto3" json:"description,omitempty"`
	Unit          string   `protobuf:"bytes,4,opt,name=unit,proto3" json:"unit,omitempty"`          // "seconds", "pixels"; empty where there is none
	Required      bool     `protobuf:"varint,5,opt,name=required,proto3" json:"required,omitempty"` // it must be there and not be null; then there is no default
	Default       []byte   `protobuf:"bytes,6,opt,name=default,proto3" json:"default,omitempty"`    // JSON that fits the type, used when the attribute is absent or null; empty means null
	Allowed       []string `protobuf:"bytes,7,rep,name=allowed,proto3" json:"allowed,omitempty"`    // the only values of a string; empty means any
	Min           *float64 `protobuf:"fixed64,8,opt,name=min,proto3,oneof" json:"min,omitempty"`    // inclusive bounds of a number
	Max           *float64 `protobuf:"fixed64,9,opt,name=max,proto3,oneof" json:"max,omitempty"`
	Sensitive     bool     `protobuf:"varint,10,opt,name=sensitive,proto3" json:"sensitive,omitempty"` // a secret, in a configuration: never logged, recorded or shown, by either side
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Attribute) Reset() {
	*x = Attribute{}
	mi := &file_provider_proto_msgTypes[5]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Attribute) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Attribute) ProtoMessage() {}

func (x *Attribute) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[5]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Attribute.ProtoReflect.Descriptor instead.
func (*Attribute) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{5}
}

func (x *Attribute) GetName() string {
	if x != nil {
		return x.Name
	}
	return ""
}

func (x *Attribute) GetType() []byte {
	if x != nil {
		return x.Type
	}
	return nil
}

func (x *Attribute) GetDescription() string {
	if x != nil {
		return x.Description
	}
	return ""
}

func (x *Attribute) GetUnit() string {
	if x != nil {
		return x.Unit
	}
	return ""
}

func (x *Attribute) GetRequired() bool {
	if x != nil {
		return x.Required
	}
	return false
}

func (x *Attribute) GetDefault() []byte {
	if x != nil {
		return x.Default
	}
	return nil
}

func (x *Attribute) GetAllowed() []string {
	if x != nil {
		return x.Allowed
	}
	return nil
}

func (x *Attribute) GetMin() float64 {
	if x != nil && x.Min != nil {
		return *x.Min
	}
	return 0
}

func (x *Attribute) GetMax() float64 {
	if x != nil && x.Max != nil {
		return *x.Max
	}
	return 0
}

func (x *Attribute) GetSensitive() bool {
	if x != nil {
		return x.Sensitive
	}
	return false
}

type ConfigureRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// A JSON object that conforms to Description.config, defaults filled in. Every attribute is there, null
	// where nothing was set.
	Config        []byte `protobuf:"bytes,1,opt,name=config,proto3" json:"config,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ConfigureRequest) Reset() {
	*x = ConfigureRequest{}
	mi := &file_provider_proto_msgTypes[6]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ConfigureRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ConfigureRequest) ProtoMessage() {}

func (x *ConfigureRequest) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[6]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ConfigureRequest.ProtoReflect.Descriptor instead.
func (*ConfigureRequest) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{6}
}

func (x *ConfigureRequest) GetConfig() []byte {
	if x != nil {
		return x.Config
	}
	return nil
}

type ConfigureResponse struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Configured    *Configured            `protobuf:"bytes,1,opt,name=configured,proto3" json:"configured,omitempty"`
	Error         *Error                 `protobuf:"bytes,2,opt,name=error,proto3" json:"error,omitempty"` // set when the provider failed; configured is then ignored
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ConfigureResponse) Reset() {
	*x = ConfigureResponse{}
	mi := &file_provider_proto_msgTypes[7]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ConfigureResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ConfigureResponse) ProtoMessage() {}

func (x *ConfigureResponse) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[7]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ConfigureResponse.ProtoReflect.Descriptor instead.
func (*ConfigureResponse) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{7}
}

func (x *ConfigureResponse) GetConfigured() *Configured {
	if x != nil {
		return x.Configured
	}
	return nil
}

func (x *ConfigureResponse) GetError() *Error {
	if x != nil {
		return x.Error
	}
	return nil
}

type Configured struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// The provider can serve calls. When not, problem says why in one sentence, hint how to mend it. That is
	// no error: another provider serves then, and this one may be tried again in a fresh process.
	Ready   bool   `protobuf:"varint,1,opt,name=ready,proto3" json:"ready,omitempty"`
	Problem string `protobuf:"bytes,2,opt,name=problem,proto3" json:"problem,omitempty"`
	Hint    string `protobuf:"bytes,3,opt,name=hint,proto3" json:"hint,omitempty"`
	// Everything outside input and configuration that the bytes of deterministic results depend on:
	// versions of models, fonts, tools. It need not repeat Description.version.
	CacheVersion string `protobuf:"bytes,4,opt,name=cache_version,json=cacheVersion,proto3" json:"cache_version,omitempty"`
	// Overrides Capability.deterministic, by capability, where it depends on the configuration.
	Deterministic map[string]bool     `protobuf:"bytes,5,rep,name=deterministic,proto3" json:"deterministic,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"varint,2,opt,name=value"`
	Diagnostics   []*ConfigDiagnostic `protobuf:"bytes,6,rep,name=diagnostics,proto3" json:"diagnostics,omitempty"`
	// Capabilities that this configuration does not serve: the name, and one sentence that says why. A
	// host goes on to another provider for them.
	Off           map[string]string `protobuf:"bytes,7,rep,name=off,proto3" json:"off,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Configured) Reset() {
	*x = Configured{}
	mi := &file_provider_proto_msgTypes[8]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Configured) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Configured) ProtoMessage() {}

func (x *Configured) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[8]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Configured.ProtoReflect.Descriptor instead.
func (*Configured) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{8}
}

func (x *Configured) GetReady() bool {
	if x != nil {
		return x.Ready
	}
	return false
}

func (x *Configured) GetProblem() string {
	if x != nil {
		return x.Problem
	}
	return ""
}

func (x *Configured) GetHint() string {
	if x != nil {
		return x.Hint
	}
	return ""
}

func (x *Configured) GetCacheVersion() string {
	if x != nil {
		return x.CacheVersion
	}
	return ""
}

func (x *Configured) GetDeterministic() map[string]bool {
	if x != nil {
		return x.Deterministic
	}
	return nil
}

func (x *Configured) GetDiagnostics() []*ConfigDiagnostic {
	if x != nil {
		return x.Diagnostics
	}
	return nil
}

func (x *Configured) GetOff() map[string]string {
	if x != nil {
		return x.Off
	}
	return nil
}

type ConfigDiagnostic struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Attribute     string                 `protobuf:"bytes,1,opt,name=attribute,proto3" json:"attribute,omitempty"` // of Description.config; empty means the block as a whole
	Summary       string                 `protobuf:"bytes,2,opt,name=summary,proto3" json:"summary,omitempty"`     // a sentence without the value of a sensitive attribute
	Warning       bool                   `protobuf:"varint,3,opt,name=warning,proto3" json:"warning,omitempty"`    // an error otherwise, which keeps the provider from being used
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ConfigDiagnostic) Reset() {
	*x = ConfigDiagnostic{}
	mi := &file_provider_proto_msgTypes[9]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ConfigDiagnostic) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ConfigDiagnostic) ProtoMessage() {}

func (x *ConfigDiagnostic) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[9]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ConfigDiagnostic.ProtoReflect.Descriptor instead.
func (*ConfigDiagnostic) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{9}
}

func (x *ConfigDiagnostic) GetAttribute() string {
	if x != nil {
		return x.Attribute
	}
	return ""
}

func (x *ConfigDiagnostic) GetSummary() string {
	if x != nil {
		return x.Summary
	}
	return ""
}

func (x *ConfigDiagnostic) GetWarning() bool {
	if x != nil {
		return x.Warning
	}
	return false
}

type EstimateRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Capability    string                 `protobuf:"bytes,1,opt,name=capability,proto3" json:"capability,omitempty"`
	Input         []byte                 `protobuf:"bytes,2,opt,name=input,proto3" json:"input,omitempty"`     // a JSON object; attributes that are not known yet are left out, as are null ones
	Unknown       []string               `protobuf:"bytes,3,rep,name=unknown,proto3" json:"unknown,omitempty"` // the names of those that are not known yet
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *EstimateRequest) Reset() {
	*x = EstimateRequest{}
	mi := &file_provider_proto_msgTypes[10]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *EstimateRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*EstimateRequest) ProtoMessage() {}

func (x *EstimateRequest) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[10]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use EstimateRequest.ProtoReflect.Descriptor instead.
func (*EstimateRequest) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{10}
}

func (x *EstimateRequest) GetCapability() string {
	if x != nil {
		return x.Capability
	}
	return ""
}

func (x *EstimateRequest) GetInput() []byte {
	if x != nil {
		return x.Input
	}
	return nil
}

func (x *EstimateRequest) GetUnknown() []string {
	if x != nil {
		return x.Unknown
	}
	return nil
}

type EstimateResponse struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Estimate      *Estimate              `protobuf:"bytes,1,opt,name=estimate,proto3" json:"estimate,omitempty"`
	Error         *Error                 `protobuf:"bytes,2,opt,name=error,proto3" json:"error,omitempty"` // set when the provider failed; estimate is then ignored
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *EstimateResponse) Reset() {
	*x = EstimateResponse{}
	mi := &file_provider_proto_msgTypes[11]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *EstimateResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*EstimateResponse) ProtoMessage() {}

func (x *EstimateResponse) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[11]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use EstimateResponse.ProtoReflect.Descriptor instead.
func (*EstimateResponse) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{11}
}

func (x *EstimateResponse) GetEstimate() *Estimate {
	if x != nil {
		return x.Estimate
	}
	return nil
}

func (x *EstimateResponse) GetError() *Error {
	if x != nil {
		return x.Error
	}
	return nil
}

// An Estimate is an interval of cost and of time; nothing in it is negative. Zero maxima mean "not known".
// Where there is a budget, max_cost is set aside before the call.
type Estimate struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	MinCost       int64                  `protobuf:"varint,1,opt,name=min_cost,json=minCost,proto3" json:"min_cost,omitempty"` // millionths of a US dollar
	MaxCost       int64                  `protobuf:"varint,2,opt,name=max_cost,json=maxCost,proto3" json:"max_cost,omitempty"`
	MinTimeMs     int64                  `protobuf:"varint,3,opt,name=min_time_ms,json=minTimeMs,proto3" json:"min_time_ms,omitempty"` // milliseconds
	MaxTimeMs     int64                  `protobuf:"varint,4,opt,name=max_time_ms,json=maxTimeMs,proto3" json:"max_time_ms,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Estimate) Reset() {
	*x = Estimate{}
	mi := &file_provider_proto_msgTypes[12]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Estimate) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Estimate) ProtoMessage() {}

func (x *Estimate) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[12]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Estimate.ProtoReflect.Descriptor instead.
func (*Estimate) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{12}
}

func (x *Estimate) GetMinCost() int64 {
	if x != nil {
		return x.MinCost
	}
	return 0
}

func (x *Estimate) GetMaxCost() int64 {
	if x != nil {
		return x.MaxCost
	}
	return 0
}

func (x *Estimate) GetMinTimeMs() int64 {
	if x != nil {
		return x.MinTimeMs
	}
	return 0
}

func (x *Estimate) GetMaxTimeMs() int64 {
	if x != nil {
		return x.MaxTimeMs
	}
	return 0
}

// ExecuteRequest is what the host says during a call.
type ExecuteRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Message:
	//
	//	*ExecuteRequest_Start
	//	*ExecuteRequest_CheckpointAcknowledged
	//	*ExecuteRequest_Cancel
	Message       isExecuteRequest_Message `protobuf_oneof:"message"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ExecuteRequest) Reset() {
	*x = ExecuteRequest{}
	mi := &file_provider_proto_msgTypes[13]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ExecuteRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ExecuteRequest) ProtoMessage() {}

func (x *ExecuteRequest) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[13]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ExecuteRequest.ProtoReflect.Descriptor instead.
func (*ExecuteRequest) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{13}
}

func (x *ExecuteRequest) GetMessage() isExecuteRequest_Message {
	if x != nil {
		return x.Message
	}
	return nil
}

func (x *ExecuteRequest) GetStart() *Start {
	if x != nil {
		if x, ok := x.Message.(*ExecuteRequest_Start); ok {
			return x.Start
		}
	}
	return nil
}

func (x *ExecuteRequest) GetCheckpointAcknowledged() *CheckpointAcknowledged {
	if x != nil {
		if x, ok := x.Message.(*ExecuteRequest_CheckpointAcknowledged); ok {
			return x.CheckpointAcknowledged
		}
	}
	return nil
}

func (x *ExecuteRequest) GetCancel() *Cancel {
	if x != nil {
		if x, ok := x.Message.(*ExecuteRequest_Cancel); ok {
			return x.Cancel
		}
	}
	return nil
}

type isExecuteRequest_Message interface {
	isExecuteRequest_Message()
}

type ExecuteRequest_Start struct {
	Start *Start `protobuf:"bytes,1,opt,name=start,proto3,oneof"`
}

type ExecuteRequest_CheckpointAcknowledged struct {
	CheckpointAcknowledged *CheckpointAcknowledged `protobuf:"bytes,2,opt,name=checkpoint_acknowledged,json=checkpointAcknowledged,proto3,oneof"`
}

type ExecuteRequest_Cancel struct {
	Cancel *Cancel `protobuf:"bytes,3,opt,name=cancel,proto3,oneof"`
}

func (*ExecuteRequest_Start) isExecuteRequest_Message() {}

func (*ExecuteRequest_CheckpointAcknowledged) isExecuteRequest_Message() {}

func (*ExecuteRequest_Cancel) isExecuteRequest_Message() {}

// Start is the first message of a call.
type Start struct {
	state      protoimpl.MessageState `protogen:"open.v1"`
	Capability string                 `protobuf:"bytes,1,opt,name=capability,proto3" json:"capability,omitempty"`
	// A JSON object that conforms to the input schema, defaults filled in. Attributes that are null are left
	// out; inside them, null is written.
	Input []byte `protobuf:"bytes,2,opt,name=input,proto3" json:"input,omitempty"`
	// Absolute path of a private, empty, writable directory, removed after the call; "" where the
	// capability's output has no file in it. Files of the result are moved out of it.
	WorkDir        string `protobuf:"bytes,3,opt,name=work_dir,json=workDir,proto3" json:"work_dir,omitempty"`
	IdempotencyKey string `protobuf:"bytes,4,opt,name=idempotency_key,json=idempotencyKey,proto3" json:"idempotency_key,omitempty"` // the same for every attempt, also across a crash of the host
	Attempt        int32  `protobuf:"varint,5,opt,name=attempt,proto3" json:"attempt,omitempty"`                                    // counts from 1
	// What an attempt that the end of the host interrupted saved last, also by an earlier version of the plugin;
	// absent when nothing.
	Checkpoint []byte            `protobuf:"bytes,6,opt,name=checkpoint,proto3,oneof" json:"checkpoint,omitempty"`
	Secrets    map[string]string `protobuf:"bytes,7,rep,name=secrets,proto3" json:"secrets,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"` // of this call alone; must never be recorded or logged
	Run        string            `protobuf:"bytes,8,opt,name=run,proto3" json:"run,omitempty"`                                                                                   // for logs only
	Address    string            `protobuf:"bytes,9,opt,name=address,proto3" json:"address,omitempty"`                                                                           // for logs only
	// What is left of the call's time, in milliseconds; 0 when unlimited. The host's own clock ends the call with
	// cancel; this one is for a host that hangs, and a little longer.
	TimeoutMs     int64 `protobuf:"varint,10,opt,name=timeout_ms,json=timeoutMs,proto3" json:"timeout_ms,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Start) Reset() {
	*x = Start{}
	mi := &file_provider_proto_msgTypes[14]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Start) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Start) ProtoMessage() {}

func (x *Start) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[14]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Start.ProtoReflect.Descriptor instead.
func (*Start) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{14}
}

func (x *Start) GetCapability() string {
	if x != nil {
		return x.Capability
	}
	return ""
}

func (x *Start) GetInput() []byte {
	if x != nil {
		return x.Input
	}
	return nil
}

func (x *Start) GetWorkDir() string {
	if x != nil {
		return x.WorkDir
	}
	return ""
}

func (x *Start) GetIdempotencyKey() string {
	if x != nil {
		return x.IdempotencyKey
	}
	return ""
}

func (x *Start) GetAttempt() int32 {
	if x != nil {
		return x.Attempt
	}
	return 0
}

func (x *Start) GetCheckpoint() []byte {
	if x != nil {
		return x.Checkpoint
	}
	return nil
}

func (x *Start) GetSecrets() map[string]string {
	if x != nil {
		return x.Secrets
	}
	return nil
}

func (x *Start) GetRun() string {
	if x != nil {
		return x.Run
	}
	return ""
}

func (x *Start) GetAddress() string {
	if x != nil {
		return x.Address
	}
	return ""
}

func (x *Start) GetTimeoutMs() int64 {
	if x != nil {
		return x.TimeoutMs
	}
	return 0
}

// CheckpointAcknowledged answers a checkpoint.
type CheckpointAcknowledged struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Id            uint64                 `protobuf:"varint,1,opt,name=id,proto3" json:"id,omitempty"`      // of the checkpoint
	Error         *Error                 `protobuf:"bytes,2,opt,name=error,proto3" json:"error,omitempty"` // set when it could not be made durable; whether the call goes on is the plugin's choice
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *CheckpointAcknowledged) Reset() {
	*x = CheckpointAcknowledged{}
	mi := &file_provider_proto_msgTypes[15]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *CheckpointAcknowledged) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*CheckpointAcknowledged) ProtoMessage() {}

func (x *CheckpointAcknowledged) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[15]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use CheckpointAcknowledged.ProtoReflect.Descriptor instead.
func (*CheckpointAcknowledged) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{15}
}

func (x *CheckpointAcknowledged) GetId() uint64 {
	if x != nil {
		return x.Id
	}
	return 0
}

func (x *CheckpointAcknowledged) GetError() *Error {
	if x != nil {
		return x.Error
	}
	return nil
}

// Cancel asks the call to end. The plugin still answers with result or error; a checkpoint on the way to that
// is still taken, since it may be all that is known of work that was paid for.
type Cancel struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Reason        string                 `protobuf:"bytes,1,opt,name=reason,proto3" json:"reason,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Cancel) Reset() {
	*x = Cancel{}
	mi := &file_provider_proto_msgTypes[16]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Cancel) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Cancel) ProtoMessage() {}

func (x *Cancel) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[16]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Cancel.ProtoReflect.Descriptor instead.
func (*Cancel) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{16}
}

func (x *Cancel) GetReason() string {
	if x != nil {
		return x.Reason
	}
	return ""
}

// ExecuteResponse is what the plugin says during a call.
type ExecuteResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Message:
	//
	//	*ExecuteResponse_Progress
	//	*ExecuteResponse_Log
	//	*ExecuteResponse_Checkpoint
	//	*ExecuteResponse_Result
	//	*ExecuteResponse_Error
	Message       isExecuteResponse_Message `protobuf_oneof:"message"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ExecuteResponse) Reset() {
	*x = ExecuteResponse{}
	mi := &file_provider_proto_msgTypes[17]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ExecuteResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ExecuteResponse) ProtoMessage() {}

func (x *ExecuteResponse) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[17]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ExecuteResponse.ProtoReflect.Descriptor instead.
func (*ExecuteResponse) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{17}
}

func (x *ExecuteResponse) GetMessage() isExecuteResponse_Message {
	if x != nil {
		return x.Message
	}
	return nil
}

func (x *ExecuteResponse) GetProgress() *Progress {
	if x != nil {
		if x, ok := x.Message.(*ExecuteResponse_Progress); ok {
			return x.Progress
		}
	}
	return nil
}

func (x *ExecuteResponse) GetLog() *Log {
	if x != nil {
		if x, ok := x.Message.(*ExecuteResponse_Log); ok {
			return x.Log
		}
	}
	return nil
}

func (x *ExecuteResponse) GetCheckpoint() *Checkpoint {
	if x != nil {
		if x, ok := x.Message.(*ExecuteResponse_Checkpoint); ok {
			return x.Checkpoint
		}
	}
	return nil
}

func (x *ExecuteResponse) GetResult() *Result {
	if x != nil {
		if x, ok := x.Message.(*ExecuteResponse_Result); ok {
			return x.Result
		}
	}
	return nil
}

func (x *ExecuteResponse) GetError() *Error {
	if x != nil {
		if x, ok := x.Message.(*ExecuteResponse_Error); ok {
			return x.Error
		}
	}
	return nil
}

type isExecuteResponse_Message interface {
	isExecuteResponse_Message()
}

type ExecuteResponse_Progress struct {
	Progress *Progress `protobuf:"bytes,1,opt,name=progress,proto3,oneof"`
}

type ExecuteResponse_Log struct {
	Log *Log `protobuf:"bytes,2,opt,name=log,proto3,oneof"`
}

type ExecuteResponse_Checkpoint struct {
	Checkpoint *Checkpoint `protobuf:"bytes,3,opt,name=checkpoint,proto3,oneof"`
}

type ExecuteResponse_Result struct {
	Result *Result `protobuf:"bytes,4,opt,name=result,proto3,oneof"`
}

type ExecuteResponse_Error struct {
	Error *Error `protobuf:"bytes,5,opt,name=error,proto3,oneof"`
}

func (*ExecuteResponse_Progress) isExecuteResponse_Message() {}

func (*ExecuteResponse_Log) isExecuteResponse_Message() {}

func (*ExecuteResponse_Checkpoint) isExecuteResponse_Message() {}

func (*ExecuteResponse_Result) isExecuteResponse_Message() {}

func (*ExecuteResponse_Error) isExecuteResponse_Message() {}

type Progress struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Done          float64                `protobuf:"fixed64,1,opt,name=done,proto3" json:"done,omitempty"`     // 0 to 1, never less than before; what lies outside is taken for the nearer end
	Message       string                 `protobuf:"bytes,2,opt,name=message,proto3" json:"message,omitempty"` // short, or empty
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Progress) Reset() {
	*x = Progress{}
	mi := &file_provider_proto_msgTypes[18]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Progress) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Progress) ProtoMessage() {}

func (x *Progress) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[18]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Progress.ProtoReflect.Descriptor instead.
func (*Progress) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{18}
}

func (x *Progress) GetDone() float64 {
	if x != nil {
		return x.Done
	}
	return 0
}

func (x *Progress) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

// Log is a record for the host's log, which adds the run and the address.
type Log struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Level         Log_Level              `protobuf:"varint,1,opt,name=level,proto3,enum=filmloom.provider.v1.Log_Level" json:"level,omitempty"`
	Message       string                 `protobuf:"bytes,2,opt,name=message,proto3" json:"message,omitempty"`
	Attributes    []*LogAttribute        `protobuf:"bytes,3,rep,name=attributes,proto3" json:"attributes,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Log) Reset() {
	*x = Log{}
	mi := &file_provider_proto_msgTypes[19]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Log) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Log) ProtoMessage() {}

func (x *Log) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[19]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Log.ProtoReflect.Descriptor instead.
func (*Log) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{19}
}

func (x *Log) GetLevel() Log_Level {
	if x != nil {
		return x.Level
	}
	return Log_LEVEL_INFO
}

func (x *Log) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

func (x *Log) GetAttributes() []*LogAttribute {
	if x != nil {
		return x.Attributes
	}
	return nil
}

type LogAttribute struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Key           string                 `protobuf:"bytes,1,opt,name=key,proto3" json:"key,omitempty"`
	Value         []byte                 `protobuf:"bytes,2,opt,name=value,proto3" json:"value,omitempty"` // JSON; anything else is taken as text
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *LogAttribute) Reset() {
	*x = LogAttribute{}
	mi := &file_provider_proto_msgTypes[20]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *LogAttribute) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*LogAttribute) ProtoMessage() {}

func (x *LogAttribute) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[20]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use LogAttribute.ProtoReflect.Descriptor instead.
func (*LogAttribute) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{20}
}

func (x *LogAttribute) GetKey() string {
	if x != nil {
		return x.Key
	}
	return ""
}

func (x *LogAttribute) GetValue() []byte {
	if x != nil {
		return x.Value
	}
	return nil
}

// Checkpoint is state from which a later attempt can pick the work up. The plugin waits for its
// acknowledgement before it relies on it. The last one that was acknowledged counts.
type Checkpoint struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Id            uint64                 `protobuf:"varint,1,opt,name=id,proto3" json:"id,omitempty"` // chosen by the plugin, unique within the call
	State         []byte                 `protobuf:"bytes,2,opt,name=state,proto3" json:"state,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Checkpoint) Reset() {
	*x = Checkpoint{}
	mi := &file_provider_proto_msgTypes[21]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Checkpoint) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Checkpoint) ProtoMessage() {}

func (x *Checkpoint) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[21]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Checkpoint.ProtoReflect.Descriptor instead.
func (*Checkpoint) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{21}
}

func (x *Checkpoint) GetId() uint64 {
	if x != nil {
		return x.Id
	}
	return 0
}

func (x *Checkpoint) GetState() []byte {
	if x != nil {
		return x.State
	}
	return nil
}

type Result struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Output        []byte                 `protobuf:"bytes,1,opt,name=output,proto3" json:"output,omitempty"`     // JSON that conforms to the output schema; files carry a path inside work_dir
	Cost          int64                  `protobuf:"varint,2,opt,name=cost,proto3" json:"cost,omitempty"`        // what the call cost, in millionths of a US dollar; 0 when nothing
	Warnings      []string               `protobuf:"bytes,3,rep,name=warnings,proto3" json:"warnings,omitempty"` // sentences for the user about a usable result
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Result) Reset() {
	*x = Result{}
	mi := &file_provider_proto_msgTypes[22]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Result) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Result) ProtoMessage() {}

func (x *Result) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[22]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Result.ProtoReflect.Descriptor instead.
func (*Result) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{22}
}

func (x *Result) GetOutput() []byte {
	if x != nil {
		return x.Output
	}
	return nil
}

func (x *Result) GetCost() int64 {
	if x != nil {
		return x.Cost
	}
	return 0
}

func (x *Result) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

// An Error is a failure of a call. Nothing in it holds a secret.
type Error struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// The kind decides what the host does:
	//
	//	invalid_input  the input can never work: no other attempt, no other provider
	//	rejected       the content was refused: no other attempt, but another provider
	//	unauthorized   a missing or wrong key, no quota left: the same
	//	rate_limited   too many requests: another attempt after retry_after_ms, or the stage's delay
	//	unavailable    a passing fault: another attempt, then another provider
	//	timeout        the call took too long: the same
	//	internal       a fault of the provider itself: the same; anything unknown is read as this
	//	crashed        the process died: the same. The host says this itself
	Kind          string `protobuf:"bytes,1,opt,name=kind,proto3" json:"kind,omitempty"`
	Message       string `protobuf:"bytes,2,opt,name=message,proto3" json:"message,omitempty"`                                  // for the operator; may name internals; never empty
	User          string `protobuf:"bytes,3,opt,name=user,proto3" json:"user,omitempty"`                                        // one sentence that is safe to show to anyone, or empty
	Hint          string `protobuf:"bytes,4,opt,name=hint,proto3" json:"hint,omitempty"`                                        // how to mend it, or empty
	RetryAfterMs  int64  `protobuf:"varint,5,opt,name=retry_after_ms,json=retryAfterMs,proto3" json:"retry_after_ms,omitempty"` // the wait that the provider named, in milliseconds, or 0
	Cost          int64  `protobuf:"varint,6,opt,name=cost,proto3" json:"cost,omitempty"`                                       // what the call has cost although it failed, in millionths of a US dollar; 0 when nothing
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Error) Reset() {
	*x = Error{}
	mi := &file_provider_proto_msgTypes[23]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Error) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Error) ProtoMessage() {}

func (x *Error) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[23]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Error.ProtoReflect.Descriptor instead.
func (*Error) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{23}
}

func (x *Error) GetKind() string {
	if x != nil {
		return x.Kind
	}
	return ""
}

func (x *Error) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

func (x *Error) GetUser() string {
	if x != nil {
		return x.User
	}
	return ""
}

func (x *Error) GetHint() string {
	if x != nil {
		return x.Hint
	}
	return ""
}

func (x *Error) GetRetryAfterMs() int64 {
	if x != nil {
		return x.RetryAfterMs
	}
	return 0
}

func (x *Error) GetCost() int64 {
	if x != nil {
		return x.Cost
	}
	return 0
}

type ShutdownRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ShutdownRequest) Reset() {
	*x = ShutdownRequest{}
	mi := &file_provider_proto_msgTypes[24]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ShutdownRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ShutdownRequest) ProtoMessage() {}

func (x *ShutdownRequest) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[24]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ShutdownRequest.ProtoReflect.Descriptor instead.
func (*ShutdownRequest) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{24}
}

type ShutdownResponse struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Error         *Error                 `protobuf:"bytes,1,opt,name=error,proto3" json:"error,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ShutdownResponse) Reset() {
	*x = ShutdownResponse{}
	mi := &file_provider_proto_msgTypes[25]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ShutdownResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ShutdownResponse) ProtoMessage() {}

func (x *ShutdownResponse) ProtoReflect() protoreflect.Message {
	mi := &file_provider_proto_msgTypes[25]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ShutdownResponse.ProtoReflect.Descriptor instead.
func (*ShutdownResponse) Descriptor() ([]byte, []int) {
	return file_provider_proto_rawDescGZIP(), []int{25}
}

func (x *ShutdownResponse) GetError() *Error {
	if x != nil {
		return x.Error
	}
	return nil
}

var File_provider_proto protoreflect.FileDescriptor

const file_provider_proto_rawDesc = "" +
	"\n" +
	"\x0eprovider.proto\x12\x14filmloom.provider.v1\"\x11\n" +
	"\x0fDescribeRequest\"\x8a\x01\n" +
	"\x10DescribeResponse\x12C\n" +
	"\vdescription\x18\x01 \x01(\v2!.filmloom.provider.v1.DescriptionR\vdescription\x121\n" +
	"\x05error\x18\x02 \x01(\v2\x1b.filmloom.provider.v1.ErrorR\x05error\"\xd1\x01\n" +
	"\vDescription\x12\x12\n" +
	"\x04name\x18\x01 \x01(\tR\x04name\x12\x18\n" +
	"\aversion\x18\x02 \x01(\tR\aversion\x12\x18\n" +
	"\asummary\x18\x03 \x01(\tR\asummary\x124\n" +
	"\x06config\x18\x04 \x01(\v2\x1c.filmloom.provider.v1.SchemaR\x06config\x12D\n" +
	"\fcapabilities\x18\x05 \x03(\v2 .filmloom.provider.v1.CapabilityR\fcapabilities\"\xe4\x01\n" +
	"\n" +
	"Capability\x12\x12\n" +
	"\x04name\x18\x01 \x01(\tR\x04name\x12 \n" +
	"\vdescription\x18\x02 \x01(\tR\vdescription\x122\n" +
	"\x05input\x18\x03 \x01(\v2\x1c.filmloom.provider.v1.SchemaR\x05input\x124\n" +
	"\x06output\x18\x04 \x01(\v2\x1c.filmloom.provider.v1.SchemaR\x06output\x12$\n" +
	"\rdeterministic\x18\x05 \x01(\bR\rdeterministic\x12\x10\n" +
	"\x03cpu\x18\x06 \x01(\bR\x03cpu\"I\n" +
	"\x06Schema\x12?\n" +
	"\n" +
	"attributes\x18\x01 \x03(\v2\x1f.filmloom.provider.v1.AttributeR\n" +
	"attributes\"\x95\x02\n" +
	"\tAttribute\x12\x12\n" +
	"\x04name\x18\x01 \x01(\tR\x04name\x12\x12\n" +
	"\x04type\x18\x02 \x01(\fR\x04type\x12 \n" +
	"\vdescription\x18\x03 \x01(\tR\vdescription\x12\x12\n" +
	"\x04unit\x18\x04 \x01(\tR\x04unit\x12\x1a\n" +
	"\brequired\x18\x05 \x01(\bR\brequired\x12\x18\n" +
	"\adefault\x18\x06 \x01(\fR\adefault\x12\x18\n" +
	"\aallowed\x18\a \x03(\tR\aallowed\x12\x15\n" +
	"\x03min\x18\b \x01(\x01H\x00R\x03min\x88\x01\x01\x12\x15\n" +
	"\x03max\x18\t \x01(\x01H\x01R\x03max\x88\x01\x01\x12\x1c\n" +
	"\tsensitive\x18\n" +
	" \x01(\bR\tsensitiveB\x06\n" +
	"\x04_minB\x06\n" +
	"\x04_max\"*\n" +
	"\x10ConfigureRequest\x12\x16\n" +
	"\x06config\x18\x01 \x01(\fR\x06config\"\x88\x01\n" +
	"\x11ConfigureResponse\x12@\n" +
	"\n" +
	"configured\x18\x01 \x01(\v2 .filmloom.provider.v1.ConfiguredR\n" +
	"configured\x121\n" +
	"\x05error\x18\x02 \x01(\v2\x1b.filmloom.provider.v1.ErrorR\x05error\"\xd1\x03\n" +
	"\n" +
	"Configured\x12\x14\n" +
	"\x05ready\x18\x01 \x01(\bR\x05ready\x12\x18\n" +
	"\aproblem\x18\x02 \x01(\tR\aproblem\x12\x12\n" +
	"\x04hint\x18\x03 \x01(\tR\x04hint\x12#\n" +
	"\rcache_version\x18\x04 \x01(\tR\fcacheVersion\x12Y\n" +
	"\rdeterministic\x18\x05 \x03(\v23.filmloom.provider.v1.Configured.DeterministicEntryR\rdeterministic\x12H\n" +
	"\vdiagnostics\x18\x06 \x03(\v2&.filmloom.provider.v1.ConfigDiagnosticR\vdiagnostics\x12;\n" +
	"\x03off\x18\a \x03(\v2).filmloom.provider.v1.Configured.OffEntryR\x03off\x1a@\n" +
	"\x12DeterministicEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\bR\x05value:\x028\x01\x1a6\n" +
	"\bOffEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"d\n" +
	"\x10ConfigDiagnostic\x12\x1c\n" +
	"\tattribute\x18\x01 \x01(\tR\tattribute\x12\x18\n" +
	"\asummary\x18\x02 \x01(\tR\asummary\x12\x18\n" +
	"\awarning\x18\x03 \x01(\bR\awarning\"a\n" +
	"\x0fEstimateRequest\x12\x1e\n" +
	"\n" +
	"capability\x18\x01 \x01(\tR\n" +
	"capability\x12\x14\n" +
	"\x05input\x18\x02 \x01(\fR\x05input\x12\x18\n" +
	"\aunknown\x18\x03 \x03(\tR\aunknown\"\x81\x01\n" +
	"\x10EstimateResponse\x12:\n" +
	"\bestimate\x18\x01 \x01(\v2\x1e.filmloom.provider.v1.EstimateR\bestimate\x121\n" +
	"\x05error\x18\x02 \x01(\v2\x1b.filmloom.provider.v1.ErrorR\x05error\"\x80\x01\n" +
	"\bEstimate\x12\x19\n" +
	"\bmin_cost\x18\x01 \x01(\x03R\aminCost\x12\x19\n" +
	"\bmax_cost\x18\x02 \x01(\x03R\amaxCost\x12\x1e\n" +
	"\vmin_time_ms\x18\x03 \x01(\x03R\tminTimeMs\x12\x1e\n" +
	"\vmax_time_ms\x18\x04 \x01(\x03R\tmaxTimeMs\"\xf1\x01\n" +
	"\x0eExecuteRequest\x123\n" +
	"\x05start\x18\x01 \x01(\v2\x1b.filmloom.provider.v1.StartH\x00R\x05start\x12g\n" +
	"\x17checkpoint_acknowledged\x18\x02 \x01(\v2,.filmloom.provider.v1.CheckpointAcknowledgedH\x00R\x16checkpointAcknowledged\x126\n" +
	"\x06cancel\x18\x03 \x01(\v2\x1c.filmloom.provider.v1.CancelH\x00R\x06cancelB\t\n" +
	"\amessage\"\x9a\x03\n" +
	"\x05Start\x12\x1e\n" +
	"\n" +
	"capability\x18\x01 \x01(\tR\n" +
	"capability\x12\x14\n" +
	"\x05input\x18\x02 \x01(\fR\x05input\x12\x19\n" +
	"\bwork_dir\x18\x03 \x01(\tR\aworkDir\x12'\n" +
	"\x0fidempotency_key\x18\x04 \x01(\tR\x0eidempotencyKey\x12\x18\n" +
	"\aattempt\x18\x05 \x01(\x05R\aattempt\x12#\n" +
	"\n" +
	"checkpoint\x18\x06 \x01(\fH\x00R\n" +
	"checkpoint\x88\x01\x01\x12B\n" +
	"\asecrets\x18\a \x03(\v2(.filmloom.provider.v1.Start.SecretsEntryR\asecrets\x12\x10\n" +
	"\x03run\x18\b \x01(\tR\x03run\x12\x18\n" +
	"\aaddress\x18\t \x01(\tR\aaddress\x12\x1d\n" +
	"\n" +
	"timeout_ms\x18\n" +
	" \x01(\x03R\ttimeoutMs\x1a:\n" +
	"\fSecretsEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01B\r\n" +
	"\v_checkpoint\"[\n" +
	"\x16CheckpointAcknowledged\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\x04R\x02id\x121\n" +
	"\x05error\x18\x02 \x01(\v2\x1b.filmloom.provider.v1.ErrorR\x05error\" \n" +
	"\x06Cancel\x12\x16\n" +
	"\x06reason\x18\x01 \x01(\tR\x06reason\"\xba\x02\n" +
	"\x0fExecuteResponse\x12<\n" +
	"\bprogress\x18\x01 \x01(\v2\x1e.filmloom.provider.v1.ProgressH\x00R\bprogress\x12-\n" +
	"\x03log\x18\x02 \x01(\v2\x19.filmloom.provider.v1.LogH\x00R\x03log\x12B\n" +
	"\n" +
	"checkpoint\x18\x03 \x01(\v2 .filmloom.provider.v1.CheckpointH\x00R\n" +
	"checkpoint\x126\n" +
	"\x06result\x18\x04 \x01(\v2\x1c.filmloom.provider.v1.ResultH\x00R\x06result\x123\n" +
	"\x05error\x18\x05 \x01(\v2\x1b.filmloom.provider.v1.ErrorH\x00R\x05errorB\t\n" +
	"\amessage\"8\n" +
	"\bProgress\x12\x12\n" +
	"\x04done\x18\x01 \x01(\x01R\x04done\x12\x18\n" +
	"\amessage\x18\x02 \x01(\tR\amessage\"\xe5\x01\n" +
	"\x03Log\x125\n" +
	"\x05level\x18\x01 \x01(\x0e2\x1f.filmloom.provider.v1.Log.LevelR\x05level\x12\x18\n" +
	"\amessage\x18\x02 \x01(\tR\amessage\x12B\n" +
	"\n" +
	"attributes\x18\x03 \x03(\v2\".filmloom.provider.v1.LogAttributeR\n" +
	"attributes\"I\n" +
	"\x05Level\x12\x0e\n" +
	"\n" +
	"LEVEL_INFO\x10\x00\x12\x0f\n" +
	"\vLEVEL_DEBUG\x10\x01\x12\x0e\n" +
	"\n" +
	"LEVEL_WARN\x10\x02\x12\x0f\n" +
	"\vLEVEL_ERROR\x10\x03\"6\n" +
	"\fLogAttribute\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\fR\x05value\"2\n" +
	"\n" +
	"Checkpoint\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\x04R\x02id\x12\x14\n" +
	"\x05state\x18\x02 \x01(\fR\x05state\"P\n" +
	"\x06Result\x12\x16\n" +
	"\x06output\x18\x01 \x01(\fR\x06output\x12\x12\n" +
	"\x04cost\x18\x02 \x01(\x03R\x04cost\x12\x1a\n" +
	"\bwarnings\x18\x03 \x03(\tR\bwarnings\"\x97\x01\n" +
	"\x05Error\x12\x12\n" +
	"\x04kind\x18\x01 \x01(\tR\x04kind\x12\x18\n" +
	"\amessage\x18\x02 \x01(\tR\amessage\x12\x12\n" +
	"\x04user\x18\x03 \x01(\tR\x04user\x12\x12\n" +
	"\x04hint\x18\x04 \x01(\tR\x04hint\x12$\n" +
	"\x0eretry_after_ms\x18\x05 \x01(\x03R\fretryAfterMs\x12\x12\n" +
	"\x04cost\x18\x06 \x01(\x03R\x04cost\"\x11\n" +
	"\x0fShutdownRequest\"E\n" +
	"\x10ShutdownResponse\x121\n" +
	"\x05error\x18\x01 \x01(\v2\x1b.filmloom.provider.v1.ErrorR\x05error2\xd5\x03\n" +
	"\bProvider\x12Y\n" +
	"\bDescribe\x12%.filmloom.provider.v1.DescribeRequest\x1a&.filmloom.provider.v1.DescribeResponse\x12\\\n" +
	"\tConfigure\x12&.filmloom.provider.v1.ConfigureRequest\x1a'.filmloom.provider.v1.ConfigureResponse\x12Y\n" +
	"\bEstimate\x12%.filmloom.provider.v1.EstimateRequest\x1a&.filmloom.provider.v1.EstimateResponse\x12Z\n" +
	"\aExecute\x12$.filmloom.provider.v1.ExecuteRequest\x1a%.filmloom.provider.v1.ExecuteResponse(\x010\x01\x12Y\n" +
	"\bShutdown\x12%.filmloom.provider.v1.ShutdownRequest\x1a&.filmloom.provider.v1.ShutdownResponseB9Z7github.com/filmloom/filmloom/providers/proto;providerv1b\x06proto3"

var (
	file_provider_proto_rawDescOnce sync.Once
	file_provider_proto_rawDescData []byte
)

func file_provider_proto_rawDescGZIP() []byte {
	file_provider_proto_rawDescOnce.Do(func() {
		file_provider_proto_rawDescData = protoimpl.X.CompressGZIP(unsafe.Slice(unsafe.StringData(file_provider_proto_rawDesc), len(file_provider_proto_rawDesc)))
	})
	return file_provider_proto_rawDescData
}

var file_provider_proto_enumTypes = make([]protoimpl.EnumInfo, 1)
var file_provider_proto_msgTypes = make([]protoimpl.MessageInfo, 29)
var file_provider_proto_goTypes = []any{
	(Log_Level)(0),                 // 0: filmloom.provider.v1.Log.Level
	(*DescribeRequest)(nil),        // 1: filmloom.provider.v1.DescribeRequest
	(*DescribeResponse)(nil),       // 2: filmloom.provider.v1.DescribeResponse
	(*Description)(nil),            // 3: filmloom.provider.v1.Description
	(*Capability)(nil),             // 4: filmloom.provider.v1.Capability
	(*Schema)(nil),                 // 5: filmloom.provider.v1.Schema
	(*Attribute)(nil),              // 6: filmloom.provider.v1.Attribute
	(*ConfigureRequest)(nil),       // 7: filmloom.provider.v1.ConfigureRequest
	(*ConfigureResponse)(nil),      // 8: filmloom.provider.v1.ConfigureResponse
	(*Configured)(nil),             // 9: filmloom.provider.v1.Configured
	(*ConfigDiagnostic)(nil),       // 10: filmloom.provider.v1.ConfigDiagnostic
	(*EstimateRequest)(nil),        // 11: filmloom.provider.v1.EstimateRequest
	(*EstimateResponse)(nil),       // 12: filmloom.provider.v1.EstimateResponse
	(*Estimate)(nil),               // 13: filmloom.provider.v1.Estimate
	(*ExecuteRequest)(nil),         // 14: filmloom.provider.v1.ExecuteRequest
	(*Start)(nil),                  // 15: filmloom.provider.v1.Start
	(*CheckpointAcknowledged)(nil), // 16: filmloom.provider.v1.CheckpointAcknowledged
	(*Cancel)(nil),                 // 17: filmloom.provider.v1.Cancel
	(*ExecuteResponse)(nil),        // 18: filmloom.provider.v1.ExecuteResponse
	(*Progress)(nil),               // 19: filmloom.provider.v1.Progress
	(*Log)(nil),                    // 20: filmloom.provider.v1.Log
	(*LogAttribute)(nil),           // 21: filmloom.provider.v1.LogAttribute
	(*Checkpoint)(nil),             // 22: filmloom.provider.v1.Checkpoint
	(*Result)(nil),                 // 23: filmloom.provider.v1.Result
	(*Error)(nil),                  // 24: filmloom.provider.v1.Error
	(*ShutdownRequest)(nil),        // 25: filmloom.provider.v1.ShutdownRequest
	(*ShutdownResponse)(nil),       // 26: filmloom.provider.v1.ShutdownResponse
	nil,                            // 27: filmloom.provider.v1.Configured.DeterministicEntry
	nil,                            // 28: filmloom.provider.v1.Configured.OffEntry
	nil,                            // 29: filmloom.provider.v1.Start.SecretsEntry
}
var file_provider_proto_depIdxs = []int32{
	3,  // 0: filmloom.provider.v1.DescribeResponse.description:type_name -> filmloom.provider.v1.Description
	24, // 1: filmloom.provider.v1.DescribeResponse.error:type_name -> filmloom.provider.v1.Error
	5,  // 2: filmloom.provider.v1.Description.config:type_name -> filmloom.provider.v1.Schema
	4,  // 3: filmloom.provider.v1.Description.capabilities:type_name -> filmloom.provider.v1.Capability
	5,  // 4: filmloom.provider.v1.Capability.input:type_name -> filmloom.provider.v1.Schema
	5,  // 5: filmloom.provider.v1.Capability.output:type_name -> filmloom.provider.v1.Schema
	6,  // 6: filmloom.provider.v1.Schema.attributes:type_name -> filmloom.provider.v1.Attribute
	9,  // 7: filmloom.provider.v1.ConfigureResponse.configured:type_name -> filmloom.provider.v1.Configured
	24, // 8: filmloom.provider.v1.ConfigureResponse.error:type_name -> filmloom.provider.v1.Error
	27, // 9: filmloom.provider.v1.Configured.deterministic:type_name -> filmloom.provider.v1.Configured.DeterministicEntry
	10, // 10: filmloom.provider.v1.Configured.diagnostics:type_name -> filmloom.provider.v1.ConfigDiagnostic
	28, // 11: filmloom.provider.v1.Configured.off:type_name -> filmloom.provider.v1.Configured.OffEntry
	13, // 12: filmloom.provider.v1.EstimateResponse.estimate:type_name -> filmloom.provider.v1.Estimate
	24, // 13: filmloom.provider.v1.EstimateResponse.error:type_name -> filmloom.provider.v1.Error
	15, // 14: filmloom.provider.v1.ExecuteRequest.start:type_name -> filmloom.provider.v1.Start
	16, // 15: filmloom.provider.v1.ExecuteRequest.checkpoint_acknowledged:type_name -> filmloom.provider.v1.CheckpointAcknowledged
	17, // 16: filmloom.provider.v1.ExecuteRequest.cancel:type_name -> filmloom.provider.v1.Cancel
	29, // 17: filmloom.provider.v1.Start.secrets:type_name -> filmloom.provider.v1.Start.SecretsEntry
	24, // 18: filmloom.provider.v1.CheckpointAcknowledged.error:type_name -> filmloom.provider.v1.Error
	19, // 19: filmloom.provider.v1.ExecuteResponse.progress:type_name -> filmloom.provider.v1.Progress
	20, // 20: filmloom.provider.v1.ExecuteResponse.log:type_name -> filmloom.provider.v1.Log
	22, // 21: filmloom.provider.v1.ExecuteResponse.checkpoint:type_name -> filmloom.provider.v1.Checkpoint
	23, // 22: filmloom.provider.v1.ExecuteResponse.result:type_name -> filmloom.provider.v1.Result
	24, // 23: filmloom.provider.v1.ExecuteResponse.error:type_name -> filmloom.provider.v1.Error
	0,  // 24: filmloom.provider.v1.Log.level:type_name -> filmloom.provider.v1.Log.Level
	21, // 25: filmloom.provider.v1.Log.attributes:type_name -> filmloom.provider.v1.LogAttribute
	24, // 26: filmloom.provider.v1.ShutdownResponse.error:type_name -> filmloom.provider.v1.Error
	1,  // 27: filmloom.provider.v1.Provider.Describe:input_type -> filmloom.provider.v1.DescribeRequest
	7,  // 28: filmloom.provider.v1.Provider.Configure:input_type -> filmloom.provider.v1.ConfigureRequest
	11, // 29: filmloom.provider.v1.Provider.Estimate:input_type -> filmloom.provider.v1.EstimateRequest
	14, // 30: filmloom.provider.v1.Provider.Execute:input_type -> filmloom.provider.v1.ExecuteRequest
	25, // 31: filmloom.provider.v1.Provider.Shutdown:input_type -> filmloom.provider.v1.ShutdownRequest
	2,  // 32: filmloom.provider.v1.Provider.Describe:output_type -> filmloom.provider.v1.DescribeResponse
	8,  // 33: filmloom.provider.v1.Provider.Configure:output_type -> filmloom.provider.v1.ConfigureResponse
	12, // 34: filmloom.provider.v1.Provider.Estimate:output_type -> filmloom.provider.v1.EstimateResponse
	18, // 35: filmloom.provider.v1.Provider.Execute:output_type -> filmloom.provider.v1.ExecuteResponse
	26, // 36: filmloom.provider.v1.Provider.Shutdown:output_type -> filmloom.provider.v1.ShutdownResponse
	32, // [32:37] is the sub-list for method output_type
	27, // [27:32] is the sub-list for method input_type
	27, // [27:27] is the sub-list for extension type_name
	27, // [27:27] is the sub-list for extension extendee
	0,  // [0:27] is the sub-list for field type_name
}

func init() { file_provider_proto_init() }
func file_provider_proto_init() {
	if File_provider_proto != nil {
		return
	}
	file_provider_proto_msgTypes[5].OneofWrappers = []any{}
	file_provider_proto_msgTypes[13].OneofWrappers = []any{
		(*ExecuteRequest_Start)(nil),
		(*ExecuteRequest_CheckpointAcknowledged)(nil),
		(*ExecuteRequest_Cancel)(nil),
	}
	file_provider_proto_msgTypes[14].OneofWrappers = []any{}
	file_provider_proto_msgTypes[17].OneofWrappers = []any{
		(*ExecuteResponse_Progress)(nil),
		(*ExecuteResponse_Log)(nil),
		(*ExecuteResponse_Checkpoint)(nil),
		(*ExecuteResponse_Result)(nil),
		(*ExecuteResponse_Error)(nil),
	}
	type x struct{}
	out := protoimpl.TypeBuilder{
		File: protoimpl.DescBuilder{
			GoPackagePath: reflect.TypeOf(x{}).PkgPath(),
			RawDescriptor: unsafe.Slice(unsafe.StringData(file_provider_proto_rawDesc), len(file_provider_proto_rawDesc)),
			NumEnums:      1,
			NumMessages:   29,
			NumExtensions: 0,
			NumServices:   1,
		},
		GoTypes:           file_provider_proto_goTypes,
		DependencyIndexes: file_provider_proto_depIdxs,
		EnumInfos:         file_provider_proto_enumTypes,
		MessageInfos:      file_provider_proto_msgTypes,
	}.Build()
	File_provider_proto = out.File
	file_provider_proto_goTypes = nil
	file_provider_proto_depIdxs = nil
}
