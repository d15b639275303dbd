"""A collector of spans, OTLP over HTTP, that takes nothing on trust.

Requests in protobuf are read by the official .proto files, as npm's
@elastic/mockotlpserver has them, and by the official runtime; those in JSON by
the standard library and, where the .proto files are there, by that runtime as
well.  A field that it does not know, or bytes that it would not have written
itself, are a failure.
"""

import base64
import gzip
import importlib.util
import json
import re
import shutil
import socket
import struct
import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import node_tools
import sinks

PROTOS = node_tools.MODULES / "@elastic/mockotlpserver"
SERVICE = "opentelemetry/proto/collector/trace/v1/trace_service.proto"
PACKAGE = "opentelemetry.proto.collector.trace.v1"


def missing():
    """Why the official files cannot judge here; or None."""
    if shutil.which("protoc") is None:
        return "protoc (protobuf-compiler) is not installed"
    try:
        found = importlib.util.find_spec("google.protobuf")
    except ModuleNotFoundError:
        found = None
    if found is None:
        return "python3-protobuf is not installed"
    return node_tools.missing()


@cache
def message(name):
    """The class of a message of the service."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    with tempfile.NamedTemporaryFile() as compiled:
        subprocess.run(
            ["protoc", "-I", PROTOS, "--include_imports",
             f"--descriptor_set_out={compiled.name}", SERVICE],
            check=True, timeout=60)
        files = descriptor_pb2.FileDescriptorSet.FromString(
            Path(compiled.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    found = pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory(pool).GetPrototype(found)


# ---- reading


def read_protobuf(body):
    """A request; its bytes are those that the runtime writes of it."""
    request = message("ExportTraceServiceRequest").FromString(body)
    whole = request.ByteSize()
    request.DiscardUnknownFields()
    assert request.ByteSize() == whole, "a field that is not OTLP's"
    assert request.SerializeToString(deterministic=True) == body
    return request


def once(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), names
    return dict(pairs)


def no_constant(word):
    raise ValueError(word)


def read_json(body):
    """A request as a tree; OTLP's own rules first, then protobuf's."""
    root = json.loads(body.decode("utf-8"), object_pairs_hook=once,
                      parse_constant=no_constant)
    for span in spans_of(root):
        for name, digits in (("traceId", 32), ("spanId", 16),
                             ("parentSpanId", 16)):
            if name in span:
                assert re.fullmatch(f"[0-9a-f]{{{digits}}}", span[name]), span
        assert isinstance(span["kind"], int), span
        for name in ("startTimeUnixNano", "endTimeUnixNano"):
            assert isinstance(span[name], str), span
        for pair in span["attributes"]:
            assert isinstance(pair["value"].get("intValue", ""), str), pair
    return root


def spans_of(root):
    return [span for resource in root["resourceSpans"]
            for scope in resource["scopeSpans"] for span in scope["spans"]]


def json_to_message(root):
    """Protobuf's mapping has bytes in base64, where OTLP has hexadecimal."""
    from google.protobuf import json_format

    root = json.loads(json.dumps(root))
    for span in spans_of(root):
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in span:
                span[name] = base64.b64encode(
                    bytes.fromhex(span[name])).decode("ascii")
    return json_format.ParseDict(
        root, message("ExportTraceServiceRequest")(), ignore_unknown_fields=False)


def plain_pairs(attributes):
    """Of a message's attributes: a dictionary, each name once."""
    found = {}
    for pair in attributes:
        assert pair.key not in found, pair.key
        kind = pair.value.WhichOneof("value")
        assert kind in ("string_value", "int_value"), pair
        found[pair.key] = getattr(pair.value, kind)
    return found


def plain(request):
    """A message as (resource, scope, spans), in the words of tests/spans."""
    resource_spans, = request.resource_spans
    scope_spans, = resource_spans.scope_spans
    spans = []
    for span in scope_spans.spans:
        assert len(span.trace_id) == 16 and len(span.span_id) == 8
        assert len(span.parent_span_id) in (0, 8)
        assert span.flags & ~0x3ff == 0 and span.flags & 0x1ff == 0x101
        assert span.status.code in (0, 2)
        spans.append({
            "trace": span.trace_id.hex(), "span": span.span_id.hex(),
            "parent": span.parent_span_id.hex(), "state": span.trace_state,
            "remote": bool(span.flags & 0x200),
            "failed": span.status.code == 2, "name": span.name,
            "kind": span.kind, "start": span.start_time_unix_nano,
            "end": span.end_time_unix_nano,
            "attributes": plain_pairs(span.attributes),
        })
    return (plain_pairs(resource_spans.resource.attributes),
            (scope_spans.scope.name, scope_spans.scope.version), spans)


# ---- answering


class Answer:
    """One with these bytes, whatever they are."""

    def __init__(self, status, body=b"", kind=None, **fields):
        self.status, self.body, self.kind = status, body, kind
        self.fields = {name.replace("_", "-"): text
                       for name, text in fields.items()}

    def give(self, handler):
        kind = self.kind or handler.headers["Content-Type"]
        handler.send_response(self.status)
        handler.send_header("Content-Type", kind)
        for name, text in self.fields.items():
            handler.send_header(name, text)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)


def partly(rejected, words, kind):
    """An answer to what was taken in part."""
    if kind == "http/json":
        return Answer(200, json.dumps({"partialSuccess": {
            "rejectedSpans": str(rejected), "errorMessage": words,
        }}).encode("utf-8"))
    return Answer(200, message("ExportTraceServiceResponse")(
        partial_success={"rejected_spans": rejected, "error_message": words},
    ).SerializeToString())


def reset(handler, _):
    """Ends the connection as one whose program has died."""
    handler.connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        recorder = self.server.recorder
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fields = {name.lower(): text for name, text in self.headers.items()}
        with recorder.lock:
            step = (recorder.script.pop(0) if len(recorder.script) > 1
                    else recorder.script[0])
        recorder.keep(path=self.path, fields=fields, body=body, step=step,
                      connection=self.client_address[1])
        try:
            if callable(step):
                step(self, recorder.ending)
            else:
                (step if isinstance(step, Answer) else Answer(step)).give(self)
        except OSError:
            self.close_connection = True

    do_GET = do_PUT = do_POST


class Collector(sinks.HookServer):
    allow_reuse_address = True

    def handle_error(self, *_):
        """A connection that was cut is no error of ours."""


@contextmanager
def collecting(*script, port=0, tls=None):
    """One that answers as the script says: statuses, Answers, or functions such
    as sinks.silence(); its last entry counts for all that follow.
    """
    server = Collector(("127.0.0.1", port), Handler)
    recorder = server.recorder = Requests(script or [200])
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    recorder.port = server.server_address[1]
    recorder.url = f"http{'s' if tls else ''}://localhost:{recorder.port}"
    with sinks.serving(server, recorder):
        yield recorder


class Requests(sinks.Recorder):
    """What came, and what of it was taken."""

    def messages(self):
        return [self.read(got) for got in list(self.got)]

    @staticmethod
    def body(got):
        return (gzip.decompress(got.body)
                if got.fields.get("content-encoding") == "gzip" else got.body)

    def read(self, got):
        """As a message, by the official files."""
        if got.fields["content-type"] == "application/json":
            return json_to_message(read_json(self.body(got)))
        assert got.fields["content-type"] == "application/x-protobuf"
        return read_protobuf(self.body(got))

    def spans(self, taken=lambda got: got.step == 200):
        """(trace, span) of all that was taken, in JSON."""
        return [
            (span["traceId"], span["spanId"])
            for got in list(self.got) if taken(got)
            for span in spans_of(read_json(self.body(got)))
        ]
