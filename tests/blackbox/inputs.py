"""Each parameter, and each member of a body: what must be taken there, and what
must be refused with the place's name.
"""

import copy
import json
from dataclasses import replace
from itertools import islice

import values
from maker import as_bytes, must_be, text_of
from rules import always_right
from shapes import Shapes, is_of_earlier, shape_of, telling, wanted_first
from values import FINE, Value, sample, tokens

PATH_BYTES = 3000

# ---- parameters


def query_cases(maker, parameter):
    name, schema = parameter["name"], parameter["schema"]
    place, base = f"query.{name}", maker.base
    at = ("query", name)
    without = base.given(name)
    yield maker.judged(
        f"{place} missing", without, at,
        Value("", b"", frozenset({"missing"} if must_be(parameter) else ())),
    )
    if schema["type"] == "array":
        yield from query_list_cases(maker, name, schema)
        return
    yield from default_cases(maker, name, schema)
    good = maker.values[name][0]
    for label, many in {
        "repeated": (good, good), "repeated_wrong": (good, b"zz"),
        "repeated_empty": (b"", b""), "repeated_often": (good,) * 50,
    }.items():
        yield maker.wrong(
            f"{place} {label}", base.given(name, *many), at, {"repeated"}
        )
    for value in values.texts(schema):
        yield maker.judged(
            f"{place} {value.label}", base.given(name, value.raw), at, value
        )
    if "x-any-case" in maker.operation.node:
        yield from spelling_cases(maker, name, good)


def default_cases(maker, name, schema):
    if "default" in schema and maker.operation.path not in maker.walk.varying:
        yield maker.fine(
            f"query.{name} default",
            maker.base.given(name, as_bytes(schema["default"])),
            ("query", name), also=as_if_absent,
        )


def few_query_cases(maker, parameter):
    """Of one whose shape was tried before."""
    name, schema = parameter["name"], parameter["schema"]
    tried = telling(values.texts(schema))
    if is_of_earlier(maker.operation, parameter):
        tried = islice(tried, 1)
    else:
        yield from default_cases(maker, name, schema)
    for value in tried:
        yield maker.judged(
            f"query.{name} {value.label}", maker.base.given(name, value.raw),
            ("query", name), value,
        )


def spelling_cases(maker, name, good):
    """A name whose letters' case does not count."""
    place, at = f"query.{name}", ("query", name)
    without = maker.base.given(name)
    for spelt in sorted({name.upper(), name.lower(), name.title()} - {name}):
        yield maker.fine(f"{place} as_{spelt}", without.given(spelt, good), at)
        yield maker.wrong(
            f"{place} repeated_as_{spelt}",
            without.given(name, good).given(spelt, good), at, {"repeated"},
        )


def as_if_absent(case, reply, ask):
    """The default is what the document says that it is."""
    absent = ask(case.request.given(case.at[-1]))
    assert absent.status == reply.status
    assert absent.body == reply.body


def query_list_cases(maker, name, schema):
    place, at = f"query.{name}", ("query", name)
    item = as_bytes(sample(schema["items"]))
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    many = [item] * max(least, 1)
    last = len(many) - 1
    if least > 1:
        yield maker.wrong(
            f"{place} too_few", maker.base.given(name, *many[1:]), at,
            {"too_short"},
        )
    yield maker.fine(f"{place} fewest", maker.base.given(name, *many), at)
    if most is not None:
        yield maker.fine(
            f"{place} most", maker.base.given(name, *[item] * most), at
        )
        yield maker.wrong(
            f"{place} too_many", maker.base.given(name, *[item] * (most + 1)),
            at, {"too_long"},
        )
    for value in values.texts(schema["items"]):
        yield maker.judged(
            f"{place}.{last} {value.label}",
            maker.base.given(name, *many[:-1], value.raw), (*at, last), value,
        )


def path_cases(maker, parameter):
    name = parameter["name"]
    for value in values.texts(parameter["schema"]):
        if value.raw == b"":
            continue  # that is another path
        path = maker.path({name: value.raw})
        request = replace(maker.base, path=path)
        label = f"path.{name} {value.label}"
        # As CGI, Lighttpd asks the file system for the whole of it.
        by_server = frozenset({404} if len(path) > PATH_BYTES else ())
        if value.types & {"string_unicode", "string_nul"}:
            yield maker.case(label, request, statuses=frozenset({400}))
        else:
            yield maker.judged(
                label, request, ("path", name), value, by_server=by_server
            )


def condition_cases(maker, parameter):
    """What every writer that has conditions makes of them."""
    name, holds = parameter["name"], {200, 201, 204}
    for label, value, statuses in {
        "if-match": (
            ("any", "*", holds), ("other", '"x"', {412}),
            ("weak", 'W/"x"', {412}), ("several", '"x", "y"', {412}),
            ("no_tag", "x", {412}), ("oversized", '"' + "x" * 8000 + '"', {412}),
        ),
        "if-none-match": (
            ("any", "*", {412}), ("other", '"x"', holds), ("no_tag", "x", holds),
        ),
    }[name]:
        yield maker.case(
            f"header.{name} {label}", maker.base.with_field(name, value),
            statuses=frozenset(statuses),
        )


# What only a request that becomes a job is asked for.
OF_JOBS = {"prefer", "idempotency-key"}


def header_cases(maker, parameter):
    name, required = parameter["name"], parameter["required"]
    if name in ("if-match", "if-none-match"):
        yield from condition_cases(maker, parameter)
        return
    at = ("header", name)
    missing = frozenset({"missing"} if required else ())
    yield maker.judged(
        f"header.{name} missing", maker.base.with_field(name, None), at,
        Value("", b"", missing),
    )
    for value in values.texts(parameter["schema"]):
        if value.raw != value.raw.strip() or b"\0" in value.raw:
            continue  # HTTP takes the spaces away, and has no NUL
        if name in OF_JOBS:
            value = replace(value, types=FINE)
        if value.label == "empty":
            value = replace(value, types=value.types | missing)
        yield maker.judged(
            f"header.{name} {value.label}",
            maker.base.with_field(name, text_of(value.raw)), at, value,
        )


# ---- bodies


def member_at(value, way):
    for step in way:
        value = value[step]
    return value


def has_place(value, way):
    """Whether a value can be put there: a member may be new, no item."""
    if not way:
        return True
    try:
        parent = member_at(value, way[:-1])
    except (KeyError, IndexError, TypeError):
        return False
    if isinstance(way[-1], int):
        return isinstance(parent, list) and way[-1] < len(parent)
    return isinstance(parent, dict)


def stands_at(value, way):
    try:
        member_at(value, way)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def put(body, way, raw):
    """The body's JSON with other bytes at a place, and where they are."""
    mark = "\ufdd0"
    if not way:
        return raw, 0
    body = copy.deepcopy(body)
    member_at(body, way[:-1])[way[-1]] = mark
    text = json.dumps(body).encode()
    mark = json.dumps(mark).encode()
    at = text.index(mark)
    return text[:at] + raw + text[at + len(mark):], at


def places(schema, way=()):
    """Every place of a schema, as (way, its schema)."""
    if "type" not in schema:
        return  # anything is right there
    yield way, schema
    kind = values.kind_of(schema)
    if kind == "object":
        for name, member in schema["properties"].items():
            yield from places(member, (*way, name))
    elif kind == "array":
        last = len(sample(schema)) - 1
        yield from places(schema["items"], (*way, last))


def tried_places(maker, schema):
    """(way, what to try there) for every place of a body."""
    # Of a GET the grammar of JSON is tried with the body as a whole only.
    grammar = maker.operation.method != "GET"
    found = list(places(schema))
    shapes, kinds = Shapes(len(found)), Shapes(len(found))
    base = maker.bodies[0]
    for way, member in wanted_first(found, lambda f: stands_at(base, f[0])):
        tried = tokens(member)
        if not shapes.is_new(*shape_of(member)):
            tried = telling(tried)
        if way and not (grammar and kinds.is_new(values.kind_of(member))):
            tried = (v for v in tried if "json_invalid" not in v.types)
        yield way, tried


def body_cases(maker, schema):
    for way, tried in tried_places(maker, schema):
        place = ".".join(["body", *map(str, way)])
        body = next(b for b in maker.bodies if has_place(b, way))
        for value in tried:
            if not way and value.raw == b"":
                continue
            raw, start = put(body, way, value.raw)
            request = replace(maker.base, body=raw)
            label = f"{place} {value.label}"
            if "json_invalid" in value.types:
                # What is left open ends with what follows, and nothing at all
                # leaves a comma before it.
                end = len(raw) if "open" in value.label else (
                    start + len(value.raw)
                )
                within = range(max(start - 2, 0), end + 1)
                yield maker.wrong(
                    label, request, ("body",), value.types, within=within
                )
            else:
                at = ("body", *way, *value.at)
                yield maker.judged(label, request, at, value)
    yield from whole_body_cases(maker)


def whole_body_cases(maker):
    base, operation = maker.base, maker.operation
    at, required = ("body",), False
    if "requestBody" in operation.node:
        required = operation.node["requestBody"]["required"]
    needed = [each["name"] for each in operation.both if must_be(each)]
    if needed:
        at, required = ("query", needed[0]), True
    for label, body in (("absent", None), ("empty", b"")):
        if len(needed) > 1:
            break  # each of them is told
        request = replace(base, body=body)
        missing = Value("", b"", frozenset({"missing"} if required else ()))
        # Lighttpd wants a length where a body is usual.
        yield maker.judged(
            f"body {label}", request, at, missing,
            by_server=frozenset({411}),
        )
    for index, body in enumerate(maker.bodies):
        text = json.dumps(body, indent=1).encode()
        yield maker.fine(
            f"body right_{index}", replace(base, body=text),
            also=always_right if maker.operation.both else None,
        )
    text = base.body
    for count in (1, 2, len(text) // 2, len(text) - 1):
        yield maker.wrong(
            f"body cut_to_{count}", replace(base, body=text[:count]),
            ("body",), {"json_invalid"}, within=range(count + 1),
        )
    for label, body, first, last in (
        ("byte_order_mark", b"\xef\xbb\xbf" + text, 0, 0),
        ("utf_16", b"\xff\xfe" + text.decode().encode("utf-16-le"), 0, 0),
        ("utf_16_without_mark", text.decode().encode("utf-16-le"), 0, 1),
        ("nested_65", b"[" * 65 + b"]" * 65, 64, 64),
        ("nested_65_objects", b'{"a":' * 65 + b"1" + b"}" * 65, 320, 320),
        ("nested_10000", b"[" * 10000 + b"]" * 10000, 64, 64),
        ("nested_open", b"[" * 10000, 64, 64),
        ("twice", text * 2, len(text), len(text)),
        ("nul_after", text + b"\0", len(text), len(text)),
        ("spaces", b" " * 100, 0, 100),
    ):
        yield maker.wrong(
            f"body {label}", replace(base, body=body), ("body",),
            {"json_invalid"}, within=range(first, last + 1),
        )
    nested = replace(base, body=b"[" * 64 + b"]" * 64)
    if maker.operation.body is None or "type" in maker.operation.body["schema"]:
        yield maker.wrong(
            "body nested_64", nested, ("body",), {"model_attributes_type"}
        )
    else:
        yield maker.fine("body nested_64", nested)
    for kind in (
        "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
        "application/json; charset=latin-1", "application/octet-stream",
    ):
        yield maker.case(
            "body type_" + kind.replace("/", "_").replace(" ", ""),
            base.with_field("Content-Type", kind), statuses=frozenset({415}),
        )
    for kind in sorted(set(maker.operation.bodies) - {"application/json"}):
        for label, type_ in (("", kind), ("_utf8", kind + "; charset=UTF-8")):
            request = base.with_field("Content-Type", type_)
            yield maker.case(
                f"body as_{kind.replace('/', '_')}{label}", request,
                statuses=frozenset({200, 422}),
            )
        latin = base.with_field("Content-Type", kind + "; charset=latin-1")
        yield maker.case(
            f"body as_{kind.replace('/', '_')}_latin", latin,
            statuses=frozenset({415}),
        )
    yield maker.fine("body no_type", base.with_field("Content-Type", None))


# ---- what may be in the query or in the body


def nullable(schema):
    either = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        either["enum"] = [*schema["enum"], None]
    return either


def both_schema(operation):
    """Of the body; that of a GET is in no document."""
    members = {
        each["name"]: each["schema"] if must_be(each) else
        nullable(each["schema"]) for each in operation.both
    }
    schema = {
        "type": "object", "properties": members, "required": [],
        "additionalProperties": False,
    }
    if operation.body is not None:
        schema = operation.body["schema"]
        assert members.keys() <= schema["properties"].keys()
        for name, member in members.items():
            assert schema["properties"][name] == member, name
    needed = [each["name"] for each in operation.both if must_be(each)]
    return {**schema, "required": needed + schema["required"]}


def both_cases(maker):
    schema = both_schema(maker.operation)
    maker = maker.in_body(schema)
    yield from body_cases(maker, schema)
    base, right = maker.base, maker.bodies[-1]
    wrapped = {"params": right}
    shapes = Shapes(len(maker.operation.both))
    for each in maker.operation.both:
        if not shapes.is_new(*shape_of(each["schema"])):
            continue
        name = each["name"]
        less = {other: right[other] for other in right if other != name}
        full = {**less, name: sample(each["schema"])}
        given = base.given(name, *maker.values[name])
        for label, body in (("", full), ("_wrapped", {"params": full})):
            yield maker.wrong(
                f"both.{name} twice{label}",
                replace(given, body=json.dumps(body).encode()),
                ("query", name), {"repeated"},
            )
        yield maker.fine(
            f"both.{name} in_query",
            replace(given, body=json.dumps(less).encode()),
        )
    yield maker.fine(
        "both wrapped", replace(base, body=json.dumps(wrapped).encode()),
        also=always_right,
    )
    wrapped = {"params": {**right, "zz_nothing": 1}}
    yield maker.wrong(
        "both wrapped_extra",
        replace(base, body=json.dumps(wrapped).encode()),
        ("body", "params", "zz_nothing"), {"extra_forbidden"},
    )


# ---- all of an operation's


def input_cases(maker):
    makers = {
        "query": query_cases, "path": path_cases, "header": header_cases
    }
    found = maker.operation.parameters
    shapes = Shapes(len(found))
    for parameter in wanted_first(found, maker.is_in_base):
        place, schema = parameter["in"], parameter["schema"]
        if place == "query" and shapes.many and (
            is_of_earlier(maker.operation, parameter)
            or not shapes.is_new(*shape_of(schema))
        ):
            yield from few_query_cases(maker, parameter)
        else:
            yield from makers[place](maker, parameter)
    if maker.operation.both:
        yield from both_cases(maker)
    elif maker.operation.body is not None:
        yield from body_cases(maker, maker.operation.body["schema"])
