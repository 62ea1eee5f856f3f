"""Serves a Filmloom provider that is written in Python.

A whole plugin:

    import filmloom
    from filmloom import Attribute

    plugin = filmloom.Provider("shouter", "1.0.0", "Makes texts louder.")

    @plugin.capability(
        "text.shout", "Writes a text in capitals.", deterministic=True,
        input=[Attribute("text", "string", "What to shout.")],
        output=[Attribute("text", "string")])
    def shout(call):
        return {"text": call.input["text"].upper()}

    if __name__ == "__main__":
        filmloom.serve(plugin)

Handlers are called concurrently, each in a thread of its own. Whatever the program prints after it has
imported this module goes to the host's log, and so does the logging module. The contract behind it all
is provider.proto; filmloom_process.py speaks it.

To serve, it needs grpcio, protobuf and the openssl command: on Debian
`apt-get install python3-grpcio python3-protobuf openssl`. Tests of handlers need none of them.
"""

import json
import os
import sys
import threading
from dataclasses import dataclass, field

_started_by_host = os.environ.get("FILMLOOM_PLUGIN") == "filmloom.provider.v1"
_handshake = None
if _started_by_host:
    # Standard output belongs to the handshake, and a library that greets there would spoil it.
    _handshake = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)

# The type of a file. An input file is a dict whose "path" must only be read; for output see file().
FILE = ["object", {"sha256": "string", "size": "number", "media_type": "string", "name": "string"}]


@dataclass
class Attribute:
    """One attribute of a configuration, an input or an output.

    The type is "string", "number", "bool", "dynamic", FILE, ["list", T], ["map", T] or
    ["object", {"name": T}]. An attribute with a default is not required.
    """

    name: str
    type: object = "string"
    description: str = ""
    required: bool = True
    default: object = None
    unit: str = ""
    allowed: list = field(default_factory=list)  # the only values of a string
    min: float = None
    max: float = None
    sensitive: bool = False  # a secret: never logged, recorded or shown


@dataclass
class Configured:
    """The answer to a configuration. A provider that is not ready says why, and how to mend it."""

    ready: bool = True
    problem: str = ""
    hint: str = ""
    cache_version: str = ""  # what deterministic results depend on beside input and configuration
    deterministic: dict = field(default_factory=dict)  # by capability, where the configuration decides
    off: dict = field(default_factory=dict)  # why a capability is not served, by capability
    warnings: dict = field(default_factory=dict)  # a sentence by attribute
    errors: dict = field(default_factory=dict)


@dataclass
class Estimate:
    """What a call may cost, in US dollars, and take, in seconds. A maximum of 0 means "not known"."""

    min_cost: float = 0
    max_cost: float = 0
    min_seconds: float = 0
    max_seconds: float = 0


@dataclass
class Capability:
    """A named operation and the function that performs it."""

    name: str
    description: str
    input: list
    output: list
    deterministic: bool
    cpu: bool
    handler: object


class Provider:
    """A named set of capabilities."""

    def __init__(self, name, version, summary="", config=()):
        self.name, self.version, self.summary, self.config = name, version, summary, list(config)
        self.capabilities = {}
        self.on_configure = self.on_estimate = self.on_shutdown = None

    def capability(self, name, description="", *, input, output, deterministic=False, cpu=False):
        """Serves a capability with the decorated function: it takes a Call and gives the output.

        deterministic: the same input gives the same bytes. cpu: a call keeps a processor busy.
        """

        def add(handler):
            self.capabilities[name] = Capability(name, description, input, output, deterministic, cpu, handler)
            return handler

        return add

    def configure(self, handler):
        """The decorated function takes the configuration, a dict, and may give a Configured."""
        self.on_configure = handler
        return handler

    def estimate(self, handler):
        """The decorated function takes a capability's name, what is known of its input, and the names of
        what is not known yet, and gives an Estimate."""
        self.on_estimate = handler
        return handler

    def shutdown(self, handler):
        """The decorated function releases what the provider holds."""
        self.on_shutdown = handler
        return handler


class Error(Exception):
    """A failure whose kind tells the host what to do next. Any other exception counts as internal.

    The message is for the operator. user is one sentence that anyone may read, hint says how to mend
    it, retry_after is a wait in seconds that the vendor named.
    """

    kind = "internal"

    def __init__(self, message, *, user="", hint="", retry_after=0.0):
        super().__init__(message)
        self.user, self.hint, self.retry_after = user, hint, retry_after


class InvalidInput(Error):
    """The input can never work: not tried again."""

    kind = "invalid_input"


class Rejected(Error):
    """The content was refused: not tried again here."""

    kind = "rejected"


class RateLimited(Error):
    """Too many requests: tried again after the wait."""

    kind = "rate_limited"


class Unavailable(Error):
    """A passing fault: tried again."""

    kind = "unavailable"


class Unauthorized(Error):
    """A missing or wrong key: not tried again here."""

    kind = "unauthorized"


class Timeout(Error):
    """It took too long: tried again."""

    kind = "timeout"


class Cancelled(Error):
    """The host wants no result any more."""


def file(path, media_type, name=""):
    """The value of a file that a handler has written inside call.work_dir."""
    return {"path": str(path), "media_type": media_type, "name": name or os.path.basename(path)}


class Call:
    """One request, and the way to report back.

    A test makes its own: Call({"text": "hi"}, work_dir=...). What it reports is dropped.
    """

    def __init__(self, input, work_dir="", *, capability="", idempotency_key="", attempt=1,
                 checkpoint=None, secrets=None, run="", address="", reporter=None):
        self.input, self.work_dir, self.capability = input, work_dir, capability
        self.idempotency_key = idempotency_key  # the same for every attempt at this call
        self.attempt = attempt  # counts from 1
        self.checkpoint = checkpoint  # bytes that an interrupted attempt saved last, or None
        self.secrets = secrets or {}  # of this call alone; never to be recorded
        self.run, self.address = run, address  # for logs only
        self.cost, self.warnings = 0.0, []
        self.cancelled = threading.Event()
        self._timed_out = False
        self._reporter = reporter
        self._lock = threading.Lock()
        self._on_cancel = []

    def progress(self, done, message=""):
        """Tells how far the call is, from 0 to 1."""
        if self._reporter:
            self._reporter.progress(done, message)

    def log(self, level, message, **attributes):
        """Writes to the host's log. The level is "debug", "info", "warn" or "error"."""
        if self._reporter:
            self._reporter.log(level, message, attributes)

    def save_checkpoint(self, state):
        """Makes state, which is bytes, durable and returns only then."""
        if self._reporter:
            self._reporter.checkpoint(self, state)

    def charge(self, dollars):
        """Adds to what the call has cost, also where it fails then."""
        self.cost += dollars

    def warn(self, sentence):
        """Adds a sentence for the user to a result that is usable nevertheless."""
        self.warnings.append(sentence)

    def check(self):
        """Raises Cancelled, or Timeout, when the call is to end. Call it between steps of work."""
        if self.cancelled.is_set():
            raise Timeout("the call's time is over") if self._timed_out else Cancelled("the call was cancelled")

    def wait(self, seconds):
        """Sleeps, but raises as check does as soon as the call is to end."""
        self.cancelled.wait(seconds)
        self.check()

    def on_cancel(self, act):
        """Calls act when the call is to end, or now if it is: process.kill of a program that was started.

        Such a program must stay in this process's group, which is what subprocess does by default.
        """
        with self._lock:
            if not self.cancelled.is_set():
                self._on_cancel.append(act)
                return
        act()

    def cancel(self, timed_out=False):
        """Asks the handler to end. The host's cancel comes here."""
        with self._lock:
            if self.cancelled.is_set():
                return
            self._timed_out = timed_out
            self.cancelled.set()
        for act in self._on_cancel:
            act()


def serve(provider):
    """Serves the provider to the host that has started this process, and never returns.

    A program that was started by hand prints how it is meant to be used.
    """
    if not _started_by_host:
        command = json.dumps([sys.executable] + sys.argv)
        sys.exit(f"This is the Filmloom plugin {provider.name}, which filmloom starts by itself: name it in a "
                 f'pipeline file as plugin "{provider.name}" {{ command = {command} }}.')
    try:
        import filmloom_process
    except ImportError as e:
        sys.exit(f"it needs grpcio and protobuf: apt-get install python3-grpcio python3-protobuf ({e})")
    filmloom_process.serve(provider, _handshake)
