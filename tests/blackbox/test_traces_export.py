"""Spans arrive at a collector: what each is, whose they are, and how they are
sent.  The official .proto files judge."""

import json
import shutil
import ssl
import subprocess

import pytest

import collector
import node_tools
from processes import Program, wait_until
from spans import SPANS, environment

pytestmark = pytest.mark.skipif(not SPANS.exists(),
                                reason="tests/spans is not built")
by_the_book = pytest.mark.skipif(collector.missing() is not None,
                                 reason=str(collector.missing()))


# ---- what is sent


@by_the_book
@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_spans_arrive(export, protocol, compression):
    with collector.collecting() as there:
        place = export(otlp_endpoint=there.url, otlp_protocol=protocol,
                       otlp_compression=compression)
        put = place.put(50)
        place.once()
        got, = there.got
    assert got.path == "/v1/traces"
    assert got.fields["content-type"] == {
        "http/protobuf": "application/x-protobuf",
        "http/json": "application/json"}[protocol]
    assert got.fields.get("content-encoding", "none") == compression
    assert got.fields["user-agent"].startswith("OTel-OTLP-Exporter-lightcone/")
    assert not {"expect", "transfer-encoding", "authorization"} & set(got.fields)
    resource, scope, spans = collector.plain(there.read(got))
    assert spans == put
    assert scope == ("lightcone", resource["service.version"])
    assert resource["service.name"] == "lightcone"
    if compression == "gzip":
        assert len(got.body) * 4 < len(there.body(got))
    said = place.look()
    assert (said["exported"], said["accepted"], said["waiting"]) == (50, 1, 0)
    assert said["well"] and said["why"] == ""


@by_the_book
def test_batches(export):
    """As many at once as they may be, one after the other, in their order, by
    one connection."""
    with collector.collecting() as there:
        place = export(otlp_endpoint=there.url, otlp_protocol="http/protobuf",
                       trace_batch=7)
        put = place.put(100)
        place.once("--drain")
        sent = [collector.plain(message)[2] for message in there.messages()]
    assert [len(spans) for spans in sent] == [7] * 14 + [2]
    assert sum(sent, []) == put
    assert len({got.connection for got in there.got}) == 1
    assert place.look()["accepted"] == 15


@by_the_book
def test_a_large_batch(export):
    """What curl would ask about before it sends it, and zlib takes in pieces."""
    for compression in ("none", "gzip"):
        with collector.collecting() as there:
            place = export(otlp_endpoint=there.url, trace_batch=8192,
                           trace_queue=8192,
                           otlp_protocol="http/protobuf",
                           otlp_compression=compression)
            put = place.put(6000)
            place.once()
            got, = there.got
            assert len(there.body(got)) > 1 << 20
            assert collector.plain(there.read(got))[2] == put


@pytest.mark.skipif(node_tools.missing() is not None,
                    reason=str(node_tools.missing()))
@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_another_makers_collector(export, directory, protocol):
    program = Program(
        [shutil.which("node"), node_tools.SCRIPTS / "collector.mjs"],
        environment(NODE_PATH=node_tools.MODULES), directory / "node.log")

    def lines():
        return [json.loads(line) for line in program.said().splitlines()]

    try:
        wait_until(lambda: program.said().endswith("\n"), "a collector", 30)
        place = export(otlp_endpoint=lines()[0], otlp_protocol=protocol)
        put = place.put(20)
        said = place.once()
        wait_until(lambda: len(lines()) == 21, "spans")
        for got, span in zip(lines()[1:], put):
            span["attributes"] = {name: str(value) for name, value
                                  in span["attributes"].items()}
            span |= {"start": str(span["start"]), "end": str(span["end"])}
            assert got == {name: span[name] for name in got}
    finally:
        program.stop()
    assert place.look()["exported"] == 20 and "OTLP" not in said


def test_when_a_batch_is_sent(export):
    """When there are enough of them; or the first has waited."""
    with collector.collecting() as there:
        place = export(otlp_endpoint=there.url, trace_batch=10,
                       trace_delay_ms=3600000)
        place.start()
        full = place.put_ids(29)
        there.wait(2)
        assert sorted(there.spans()) == sorted(full[:20])
        full += place.put_ids(1, mark=1)
        there.wait(3)
        assert sorted(there.spans()) == sorted(full)
    with collector.collecting() as there:
        place = export(otlp_endpoint=there.url, trace_batch=1000,
                       trace_delay_ms=300)
        place.start()
        first = place.put_ids(1)
        there.wait(1)
        assert there.spans() == first


# ---- the settings, by OpenTelemetry's names


@by_the_book
def test_the_environment_of_others(export):
    with collector.collecting() as there:
        place = export(
            otlp_protocol=None, trace_delay_ms=None,
            OTEL_EXPORTER_OTLP_ENDPOINT="http://localhost:1/not-this",
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=there.url + "/own?key=1",
            OTEL_EXPORTER_OTLP_PROTOCOL="http/json",
            OTEL_EXPORTER_OTLP_COMPRESSION="gzip",
            OTEL_EXPORTER_OTLP_HEADERS="api-key=no",
            OTEL_EXPORTER_OTLP_TRACES_HEADERS=(
                "Authorization=Basic%20dTpw, x-scope = a%2Cb ,=,Expect=1"),
            OTEL_RESOURCE_ATTRIBUTES=(
                "service.name=sky,deployment.environment=te%20st,%=1"),
        )
        put = place.put(3)
        said = place.once()
        got, = there.got
    assert got.path == "/own?key=1"
    assert got.fields["authorization"] == "Basic dTpw"
    assert got.fields["x-scope"] == "a,b"
    assert not {"api-key", "expect"} & set(got.fields)
    assert got.fields["content-encoding"] == "gzip"
    resource, _, spans = collector.plain(there.read(got))
    assert spans == put
    assert resource["service.name"] == "sky"
    assert resource["deployment.environment"] == "te st"
    assert resource["telemetry.sdk.language"] == "c"
    assert set(resource) == {
        "service.name", "service.version", "service.instance.id", "host.name",
        "deployment.environment", "telemetry.sdk.name",
        "telemetry.sdk.language", "telemetry.sdk.version"}
    assert "otlp_headers: 2 of its entries" in said
    assert "service_attributes: 1 of its entries" in said
    # Neither the log nor what the options say has what is secret.
    assert "dTpw" not in said and "key=1" not in said


@by_the_book
def test_a_name_that_was_given_counts(export):
    with collector.collecting() as there:
        place = export(otlp_endpoint=there.url + "/base/",
                       OTEL_SERVICE_NAME="own",
                       OTEL_RESOURCE_ATTRIBUTES="service.name=sky")
        place.put(1)
        place.once()
        got, = there.got
    assert got.path == "/base/v1/traces"
    assert collector.plain(there.read(got))[0]["service.name"] == "own"


@pytest.mark.parametrize("off", [
    {"traces": "none"}, {"OTEL_SDK_DISABLED": "true"},
    {"OTEL_TRACES_EXPORTER": "none"}, {"otlp_endpoint": None},
], ids=str)
def test_nothing_is_sent_where_none_is_wanted(export, off):
    with collector.collecting() as there:
        place = export(**{"otlp_endpoint": there.url, **off})
        place.put(3)
        said = place.once()
        assert there.got == []
    assert "span" not in said
    assert place.look()["waiting"] == 3


# ---- TLS


@pytest.fixture
def certified(directory):
    """A server's side of TLS, and the file of who has signed for it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        capture_output=True, check=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    return tls, certificate


def test_who_cannot_show_who_they_are_get_nothing(export, certified):
    tls, certificate = certified
    with collector.collecting(tls=tls) as there:
        place = export(otlp_endpoint=there.url)
        put = place.put_ids(5)
        place.start()
        said = place.wait(retried=1)
        assert "certificate" in said["why"].lower() and not said["well"]
        assert said["waiting"] == 5 and there.got == []
        place.stop()
        # A right one for another name is none.
        other = there.url.replace("localhost", "127.0.0.1")
        place.start(otlp_endpoint=other, otlp_certificate=certificate)
        place.wait(retried=2)
        assert there.got == []
        place.stop()
        place.once(OTEL_EXPORTER_OTLP_CERTIFICATE=certificate)
        assert there.spans() == put
    assert place.look()["exported"] == 5
