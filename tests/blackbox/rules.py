"""What holds for an operation as a whole: methods, types, sizes, conditions,
keys, and what nobody asked for.
"""

from dataclasses import replace

from document import METHODS, strictly
from maker import KEY

QUERY_BYTES = 8192
BODY_BYTES = 128 * 1024
HEADER_BYTES = 16384
UNKNOWN = "zz_nothing"


def whole_cases(maker):
    operation, base = maker.operation, maker.base
    end = maker.walk.ends.get(operation.path, operation.success)
    yield maker.case(
        "base", base, also=always_right if end != 404 else None,
        statuses=frozenset({end}),
    )
    yield maker.fine("slash_after", replace(base, path=base.path + "/"))
    yield from unknown_cases(maker)
    yield from method_cases(maker)
    yield from type_cases(maker)
    yield from size_cases(maker)
    if operation.scope is not None:
        yield from key_cases(maker)
    if operation.method == "GET":
        varies = operation.path in maker.walk.varying
        yield maker.fine("head", base, also=head_is_get, varies=varies)
        yield maker.fine("none_match", base.with_field("If-None-Match", '"x"'))
        yield maker.fine("any_match", base, also=conditions_hold)


def unknown_cases(maker):
    name, base, operation = UNKNOWN, maker.base, maker.operation
    strict = base.with_field("Prefer", "handling=strict")
    for request, label in ((base, "unknown"), (strict, "strict_unknown")):
        request = request.given(name, b"1")
        if request.fields == base.fields:
            silent = operation.path in maker.walk.bare or (
                "x-any-case" in operation.node
            )
            also = unknown_is_silent if silent else unknown_is_named
            yield maker.fine(label, request, also=also)
        else:
            yield maker.wrong(
                label, request, ("query", name), {"extra_forbidden"}
            )
    yield maker.fine("strict", strict)
    lenient = base.with_field("Prefer", "handling=lenient").given(name, b"1")
    yield maker.fine("lenient_unknown", lenient)


def method_cases(maker):
    operation, base = maker.operation, maker.base
    path = operation.path
    allowed = operation.document.methods_of(path)
    wrong = {name.upper() for name in METHODS} | {"BREW"}
    for method in sorted(wrong - allowed):
        yield maker.case(
            f"method_{method}",
            replace(base, method=method, body=base.body or b""),
            statuses=frozenset({405}), documented=False, also=allow_is_right,
            by_server=frozenset({400, 501} if method == "BREW" else ()),
        )
    yield maker.case(
        "options", replace(base, method="OPTIONS", body=None),
        statuses=frozenset({204}), documented=False, also=allow_is_right,
    )


def type_cases(maker):
    operation, base = maker.operation, maker.base
    unavailable = base.with_field("Accept", "application/x-nothing")
    if 406 in operation.responses:
        yield maker.case(
            "accept_unavailable", unavailable, statuses=frozenset({406})
        )
    else:
        # Whatever Accept says, it decides nothing.
        yield maker.fine("accept_unavailable", unavailable)
        return
    for kind in operation.content(operation.success):
        request = base.with_field("Accept", f"{kind}, application/x-nothing")
        yield maker.fine(
            "accept_" + kind.replace("/", "_"), request, also=accepted_type
        )


def body_bytes(operation):
    """The most; that of a GET is said at the method that documents a body."""
    nodes = [operation.node]
    if operation.both:
        nodes += operation.document.tree["paths"][operation.path].values()
    said = [node["requestBody"] for node in nodes if "requestBody" in node]
    return said[0].get("x-max-bytes", BODY_BYTES) if said else BODY_BYTES


def size_cases(maker):
    base = maker.base
    room = QUERY_BYTES - len(base.given(UNKNOWN, b"").query_text)
    yield maker.fine("query_8192", base.given(UNKNOWN, b"x" * room))
    yield maker.case(
        "query_8193", base.given(UNKNOWN, b"x" * (room + 1)),
        statuses=frozenset({414}),
    )
    most = body_bytes(maker.operation)
    yield maker.case(
        "body_too_large", replace(base, body=b"[" + b" " * most),
        statuses=frozenset({413}),
    )
    yield maker.case(
        "header_too_large", base.with_field("X-Padding", "x" * HEADER_BYTES),
        statuses=frozenset({431}),
    )


def key_cases(maker):
    for label, value in {
        "no_key": None, "wrong_key": "Bearer lc_aaaaaaaa_" + "A" * 43,
        "empty_key": "Bearer ", "other_scheme": "Basic " + KEY,
        "long_key": "Bearer " + "A" * 3000,
    }.items():
        yield maker.case(
            label, maker.base.with_field("Authorization", value),
            statuses=frozenset({401}), also=asks_for_a_key,
        )


# ---- further checks: what is asked again, or looked at besides


def always_right(case, reply, ask):
    """A problem about the input is no answer to what should be right."""
    assert reply.status not in (400, 404, 406, 422), reply
    if case.mark is not None and case.request.method != "HEAD":
        assert case.mark not in reply.text, reply


def unknown_is_named(case, reply, ask):
    if case.request.method == "HEAD" or reply.media_type != "application/json":
        return
    warnings = strictly(reply)["warnings"]
    assert sum(UNKNOWN in warning for warning in warnings) == 1


def unknown_is_silent(case, reply, ask):
    assert UNKNOWN.encode() not in reply.body


def allow_is_right(case, reply, ask):
    allowed = {word.strip() for word in reply.headers["Allow"].split(",")}
    assert allowed == case.operation.document.methods_of(case.operation.path)
    if case.request.method == "OPTIONS":
        assert reply.body == b""


def accepted_type(case, reply, ask):
    if case.request.method != "HEAD" and reply.status < 300:
        wanted = case.request.fields[-1][1].split(",")[0]
        assert wanted in (reply.media_type, "*/*")


def asks_for_a_key(case, reply, ask):
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def head_is_get(case, reply, ask):
    head = ask(replace(case.request, method="HEAD"))
    assert head.body == b""
    if case.request.method == "HEAD":
        return
    assert head.status == reply.status
    for name in ("Content-Type", "Cache-Control", "Vary"):
        assert head.headers[name] == reply.headers[name], name
    if not case.varies:
        for name in ("Content-Length", "ETag"):
            assert head.headers[name] in (reply.headers[name], None), name


def conditions_hold(case, reply, ask):
    tag = reply.headers["ETag"]
    if tag is None or reply.status != 200:
        return
    same = ask(case.request.with_field("If-None-Match", "*"))
    assert same.status == 304 and same.body == b"", same
    other = ask(case.request.with_field("If-Match", '"x"'))
    assert other.status == 412, other
    if case.request.method != "HEAD":
        case.operation.check(same)
        case.operation.check(other)
