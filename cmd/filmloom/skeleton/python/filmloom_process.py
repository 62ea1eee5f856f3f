"""The process of a plugin and its conversation with the host: provider.proto, in Python.

A plugin's author needs filmloom.py alone; this file is what its serve() does.
"""

import base64
import json
import logging
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from concurrent import futures

import grpc

import filmloom
import provider_pb2 as pb

MAX_MESSAGE = 64 << 20  # bytes; media crosses as files
MAX_CALLS = 1024  # at the same time; threads are made as they are needed


def serve(provider, handshake):
    """Serves until the host ends it. handshake is a file for the one line that the host waits for."""
    _watch_lifeline()
    log = logging.StreamHandler(sys.stderr)
    log.setFormatter(_LogLine())
    logging.basicConfig(level=logging.DEBUG, handlers=[log], force=True)

    done = threading.Event()
    server = grpc.server(futures.ThreadPoolExecutor(MAX_CALLS), options=[
        ("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE)])
    server.add_generic_rpc_handlers((_Service(provider).rpcs(),) + _process_rpcs(done))
    address = os.path.join(os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.mkdtemp(), "s")
    certificate = _open_port(server, "unix:" + address, os.environ.pop("PLUGIN_CLIENT_CERT", ""))
    server.start()
    print(f"1|1|unix|{address}|grpc|{certificate}", file=handshake, flush=True)
    done.wait()
    server.stop(grace=1).wait()
    sys.stderr.flush()
    os._exit(0)  # without waiting for the threads of calls that nobody wants any more


def _process_rpcs(done):
    """The health that the host asks for, and the end of the process."""

    def end(request, context):
        done.set()
        return b""

    # Without a serializer a message is its bytes, and these are a HealthCheckResponse of SERVING.
    health = grpc.unary_unary_rpc_method_handler(lambda request, context: b"\x08\x01")
    return (
        grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": health}),
        grpc.method_handlers_generic_handler(
            "plugin.GRPCController", {"Shutdown": grpc.unary_unary_rpc_method_handler(end)}),
    )


def _open_port(server, address, client_certificate):
    """Opens the socket, encrypted when the host has a certificate, and gives the handshake's last field."""
    if not client_certificate:
        server.add_insecure_port(address)
        return ""
    if not shutil.which("openssl"):
        sys.exit("it needs the openssl command for an encrypted connection: apt-get install openssl")
    pem = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "3650",
         "-keyout", "-", "-out", "-"], check=True, capture_output=True).stdout
    key, certificate = re.findall(rb"-----BEGIN.*?-----END [A-Z ]+-----\n", pem, re.DOTALL)
    server.add_secure_port(address, grpc.ssl_server_credentials(
        [(key, certificate)], root_certificates=client_certificate.encode(), require_client_auth=True))
    der = base64.b64decode(b"".join(certificate.splitlines()[1:-1]))
    return base64.b64encode(der).decode().rstrip("=")


def _watch_lifeline():
    """Kills this process with all that it has started when the host is gone, as the end of the lifeline says.

    Until then SIGTERM is for the host to answer: a service manager that stops a whole server sends it to
    every process.
    """
    number = os.environ.pop("FILMLOOM_LIFELINE_FD", "")
    os.environ.pop("FILMLOOM_LIFELINE_NONCE", None)
    if not number:
        return
    lifeline = int(number)
    os.set_inheritable(lifeline, False)
    signal.signal(signal.SIGTERM, lambda *_: None)  # not SIG_IGN, which children would inherit

    def watch():
        while os.read(lifeline, 4096):
            pass
        sockets = os.environ.get("PLUGIN_UNIX_SOCKET_DIR")
        if sockets:
            shutil.rmtree(sockets, ignore_errors=True)
            try:
                os.rmdir(os.path.dirname(sockets))  # the host's private directory, when it is empty
            except OSError:
                pass
        if os.getpgrp() == os.getpid():  # not when a shell runs it under a debugger
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _LogLine(logging.Formatter):
    """One JSON object a line, which the host takes for a structured record."""

    def format(self, record):
        line = {"level": record.levelname, "msg": record.getMessage()}
        if record.name != "root":
            line["logger"] = record.name
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return json.dumps(line)


class _Service:
    """Answers the host with a provider."""

    def __init__(self, provider):
        self.provider = provider

    def rpcs(self):
        def unary(handler, request, response):
            def answer(message, context):
                try:
                    return handler(message)
                except Exception as e:
                    return response(error=_to_wire(e))

            return grpc.unary_unary_rpc_method_handler(answer, request.FromString, response.SerializeToString)

        return grpc.method_handlers_generic_handler("filmloom.provider.v1.Provider", {
            "Describe": unary(self.describe, pb.DescribeRequest, pb.DescribeResponse),
            "Configure": unary(self.configure, pb.ConfigureRequest, pb.ConfigureResponse),
            "Estimate": unary(self.estimate, pb.EstimateRequest, pb.EstimateResponse),
            "Shutdown": unary(self.shutdown, pb.ShutdownRequest, pb.ShutdownResponse),
            "Execute": grpc.stream_stream_rpc_method_handler(
                self.execute, pb.ExecuteRequest.FromString, pb.ExecuteResponse.SerializeToString),
        })

    def describe(self, request):
        p = self.provider
        return pb.DescribeResponse(description=pb.Description(
            name=p.name, version=p.version, summary=p.summary, config=_schema(p.config),
            capabilities=[pb.Capability(
                name=c.name, description=c.description, input=_schema(c.input), output=_schema(c.output),
                deterministic=c.deterministic, cpu=c.cpu) for c in p.capabilities.values()]))

    def configure(self, request):
        configure = self.provider.on_configure
        config = _object("the configuration", request.config or b"{}", self.provider.config)
        c = (configure and configure(config)) or filmloom.Configured()
        found = [(a, s, True) for a, s in c.warnings.items()] + [(a, s, False) for a, s in c.errors.items()]
        return pb.ConfigureResponse(configured=pb.Configured(
            ready=c.ready, problem=_text(c.problem), hint=_text(c.hint),
            cache_version=_text(c.cache_version or self.provider.version), deterministic=c.deterministic,
            off={capability: _text(why) for capability, why in c.off.items()},
            diagnostics=[pb.ConfigDiagnostic(attribute=a, summary=_text(s), warning=w) for a, s, w in found]))

    def estimate(self, request):
        e = filmloom.Estimate()
        if self.provider.on_estimate:
            e = self.provider.on_estimate(
                request.capability, json.loads(request.input or b"{}"), list(request.unknown))
        return pb.EstimateResponse(estimate=pb.Estimate(
            min_cost=_micros(e.min_cost), max_cost=_micros(e.max_cost),
            min_time_ms=round(e.min_seconds * 1000), max_time_ms=round(e.max_seconds * 1000)))

    def shutdown(self, request):
        if self.provider.on_shutdown:
            self.provider.on_shutdown()
        return pb.ShutdownResponse()

    def execute(self, requests, context):
        """Performs one call. This thread passes on what the handler says, which ends with result or error."""
        start = next(requests).start
        stream = _Stream()
        call = filmloom.Call(
            start.input, start.work_dir, capability=start.capability,
            idempotency_key=start.idempotency_key, attempt=start.attempt,
            checkpoint=start.checkpoint if start.HasField("checkpoint") else None,
            secrets=dict(start.secrets), run=start.run, address=start.address, reporter=stream)
        if not context.add_callback(lambda: stream.over or call.cancel()):  # for a stream that breaks
            return
        threading.Thread(target=stream.listen, args=(requests, call), daemon=True).start()
        threading.Thread(target=self.handle, args=(call, stream), daemon=True).start()
        deadline = time.monotonic() + start.timeout_ms / 1000 if start.timeout_ms else None
        while True:
            try:
                message = stream.outbox.get(timeout=deadline and max(0, deadline - time.monotonic()))
            except queue.Empty:
                deadline = None
                call.cancel(timed_out=True)
                continue
            stream.over = message.WhichOneof("message") in ("result", "error")
            yield message
            if stream.over:
                return

    def handle(self, call, stream):
        """Runs the handler, in a thread of its own."""
        try:
            capability = self.provider.capabilities.get(call.capability)
            if not capability:
                raise filmloom.InvalidInput(f"{self.provider.name} does not serve {call.capability}")
            call.input = _input(call.input, capability)
            output = _json(capability.handler(call))
            stream.say(result=pb.Result(
                output=output, cost=_micros(call.cost), warnings=[_text(w) for w in call.warnings]))
        except BaseException as e:  # a SystemExit too: the host waits for an answer
            stream.say(error=_to_wire(e, call.cost))


class _Stream:
    """What is said during one call, in both directions."""

    def __init__(self):
        self.outbox = queue.SimpleQueue()
        self.over = False
        self._lock = threading.Lock()
        self._waiting, self._last = {}, 0  # queues for the answer to a checkpoint, by its id

    def say(self, **message):
        self.outbox.put(pb.ExecuteResponse(**message))

    def progress(self, done, message):
        self.say(progress=pb.Progress(done=done, message=_text(message)))

    def log(self, level, message, attributes):
        self.say(log=pb.Log(
            level=pb.Log.Level.Value("LEVEL_" + level.upper()), message=_text(message),
            attributes=[pb.LogAttribute(key=_text(k), value=_json(v, default=str)) for k, v in attributes.items()]))

    def checkpoint(self, call, state):
        answer = queue.SimpleQueue()
        with self._lock:
            self._last += 1
            number = self._last
            self._waiting[number] = answer
        self.say(checkpoint=pb.Checkpoint(id=number, state=state))
        call.on_cancel(lambda: answer.put(filmloom.Cancelled("the call was cancelled")))
        failure = answer.get()
        if failure:
            raise failure

    def listen(self, requests, call):
        """Takes what the host says, in a thread of its own, to the end of the stream."""
        try:
            for m in requests:
                if m.HasField("cancel"):
                    call.cancel()
                elif m.HasField("checkpoint_acknowledged"):
                    ack = m.checkpoint_acknowledged
                    with self._lock:
                        answer = self._waiting.pop(ack.id, None)
                    if answer:
                        answer.put(_from_wire(ack.error) if ack.HasField("error") else None)
        except grpc.RpcError:
            pass  # the stream is broken, and the call was told


def _text(s):
    return str(s).encode("utf-8", "replace").decode()


def _object(what, raw, attributes):
    """Reads a JSON object and sees to it that what is there has the type that its schema says."""
    try:
        value = json.loads(raw)
    except ValueError as e:
        raise filmloom.InvalidInput(f"{what} is no JSON: {e}")
    if not isinstance(value, dict):
        raise filmloom.InvalidInput(f"{what} is no object")
    for a in attributes:
        if not _fits(value.get(a.name), a.type):
            raise filmloom.InvalidInput(f"{what}: {a.name} is no {a.type if isinstance(a.type, str) else a.type[0]}")
    return value


def _input(raw, capability):
    what = f"the input of {capability.name}"
    value = _object(what, raw, capability.input)
    for a in capability.input:
        if a.required and a.default is None and value.get(a.name) is None:
            raise filmloom.InvalidInput(f"{what} has no {a.name}")
    return value


def _fits(value, type):
    """Tells whether a value is of a type, as far as it is there."""
    if value is None or type == "dynamic":
        return True
    if isinstance(type, str):
        simple = {"string": str, "number": (int, float), "bool": bool}[type]
        return isinstance(value, simple) and (type == "bool" or not isinstance(value, bool))
    kind, of = type[0], type[1]
    if kind in ("list", "set"):
        return isinstance(value, list) and all(_fits(v, of) for v in value)
    if kind == "map":
        return isinstance(value, dict) and all(_fits(v, of) for v in value.values())
    if kind == "tuple":
        return isinstance(value, list) and len(value) == len(of) and all(map(_fits, value, of))
    return isinstance(value, dict) and all(_fits(value.get(name), t) for name, t in of.items())


def _json(value, default=None):
    return json.dumps(value, allow_nan=False, default=default).encode()


def _micros(dollars):
    return round(dollars * 1e6)


def _schema(attributes):
    return pb.Schema(attributes=[pb.Attribute(
        name=a.name, type=_json(a.type), description=a.description, unit=a.unit,
        required=a.required and a.default is None, default=b"" if a.default is None else _json(a.default),
        allowed=a.allowed, min=a.min, max=a.max, sensitive=a.sensitive) for a in attributes])


def _to_wire(e, cost=0):
    if isinstance(e, filmloom.Error):
        return pb.Error(kind=e.kind, message=_text(e) or e.kind, user=_text(e.user), hint=_text(e.hint),
                        retry_after_ms=round(e.retry_after * 1000), cost=_micros(cost))
    logging.error("provider failed\n%s", "".join(traceback.format_exception(e)))
    return pb.Error(kind="internal", message=_text(f"{type(e).__name__}: {e}"), cost=_micros(cost))


def _from_wire(e):
    out = filmloom.Error(e.message, user=e.user, hint=e.hint, retry_after=e.retry_after_ms / 1000)
    out.kind = e.kind
    return out
