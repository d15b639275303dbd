"""Values that a schema takes, and values that it must refuse.

A place is text (query, path, header) or JSON (a body).  texts() and tokens()
give for a schema of either place Values: a word for what they try, the bytes,
and the types of error of which one must be the answer; none of them: the value
must not be refused for being so.
"""

import json
from dataclasses import dataclass
from math import inf, nextafter

FINE = frozenset()
INT64_MAX = 2**63 - 1
OVERSIZED = 8000  # a query may have 8192 bytes in all
MANY = 48  # parameters or members: not all of them are tried wholly

TYPE_ERRORS = {
    "integer": "int_type", "number": "float_type", "string": "string_type",
    "boolean": "bool_type", "array": "list_type",
    "object": "model_attributes_type",
}

# Texts for each pattern in the tables: those that fit, and those that do not.
PATTERNS = {
    "^[a-z]+$": (["a", "top"], ["", "Top", "a b", "a1", "a\n", "\na", "é"]),
    # Web servers make something else of other characters in a path.
    "^[^|\x01-\x1f\x7f]*$": (["a", "NGC 224", "é ★"], ["|", "a|b"]),
}

FORMATS = {
    "email": (
        ["ada@example.org", "a.b+c@d-e.example"],
        ["", "ada", "@b.org", "a@", "a@b@c.org", "a b@c.org", "a@-b.org",
         "a@b.org\r\nBcc: c@d.org", " a@b.org", "a@b.org "],
    ),
    "uri": (
        ["https://example.org/hook", "http://example.org:8080/a?b=c#d",
         "http://[::1]/"],
        ["", "example.org", "/hook", "file:///etc/passwd", "javascript:x",
         "https://", "http://a b/", "http://u:p@example.org/", "http://a/%zz"],
    ),
    "date": (
        ["2026-03-01", "2024-02-29"],
        ["", "2026-02-30", "2025-02-29", "2026-13-01", "2026-3-1", "20260301",
         "2026-03-01 ", "yesterday"],
    ),
    "date-time": (
        ["2026-03-01T12:00:00Z", "2026-03-01t12:00:00.25+01:00",
         "2016-12-31T23:59:60Z"],
        ["", "2026-03-01", "2026-03-01T12:00:00", "2026-03-01T24:00:00Z",
         "2026-03-01T12:60:00Z", "2026-03-01 12:00:00Z",
         "2026-03-01T12:00:60Z", "now"],
    ),
    "uuid": (
        ["123e4567-e89b-12d3-a456-426614174000"],
        ["", "42", "123e4567e89b12d3a456426614174000",
         "123e4567-e89b-12d3-a456-42661417400g",
         "{123e4567-e89b-12d3-a456-426614174000}"],
    ),
}


@dataclass(frozen=True)
class Value:
    label: str
    raw: bytes
    types: frozenset = FINE
    at: tuple = ()  # the place within the value that is wrong


def refused(label, raw, *types, at=()):
    return Value(label, raw, frozenset(types), at)


def kind_of(schema):
    kind = schema["type"]
    if isinstance(kind, list):
        kind, = (each for each in kind if each != "null")
    return kind


def is_nullable(schema):
    return isinstance(schema["type"], list)


# ---- one value that is right


def sample(schema):
    """A value, as Python's json has it, that the schema takes."""
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "type" not in schema:
        return {"any": [1, None]}
    return {
        "integer": number_sample, "number": number_sample,
        "boolean": lambda _: True, "string": string_sample,
        "array": array_sample, "object": object_sample,
    }[kind_of(schema)](schema)


def number_sample(schema):
    least, most = limits(schema)
    if least < 1 < most or 1 in (schema.get("minimum"), schema.get("maximum")):
        return 1
    if "minimum" in schema or "maximum" in schema:
        return schema["minimum" if "minimum" in schema else "maximum"]
    if kind_of(schema) == "integer":
        return least + 1 if least > 0 else most - 1
    return least + min(most - least, 2) / 2 if least > -inf else most - 1


def string_sample(schema):
    if "format" in schema:
        return FORMATS[schema["format"]][0][0]
    return filler(schema, max(schema.get("minLength", 1), 1))


def array_sample(schema):
    """Two items where it may be, so that one is not the first."""
    most = min(schema.get("maxItems", 2), 2)
    count = max(schema.get("minItems", 0), most)
    return [sample(schema["items"]) for _ in range(count)]


def object_sample(schema):
    return {
        name: sample(member)
        for name, member in schema["properties"].items()
    }


def filler(schema, length):
    """So many characters, as the pattern wants them."""
    letter = "a"
    if "pattern" in schema:
        letter = PATTERNS[schema["pattern"]][0][0]
    return letter * length


# ---- bounds


def limits(schema):
    """Between which numbers it must be, whether or not it may be those."""
    return (
        schema.get("minimum", schema.get("exclusiveMinimum", -inf)),
        schema.get("maximum", schema.get("exclusiveMaximum", inf)),
    )


def bound_types(schema, value):
    """What a number must be refused for."""
    if value <= schema.get("exclusiveMinimum", -inf):
        return ("greater_than",)
    if value >= schema.get("exclusiveMaximum", inf):
        return ("less_than",)
    if value < schema.get("minimum", -inf):
        return ("greater_than_equal",)
    if value > schema.get("maximum", inf):
        return ("less_than_equal",)
    return ()


def written(value):
    return json.dumps(value).encode()


def neighbour(schema, value, towards):
    """The next number of the type."""
    if kind_of(schema) == "integer":
        return value + (1 if towards > 0 else -1)
    return nextafter(value, towards)


def bounds(schema):
    for label, name, towards in (
        ("low", "minimum", -inf), ("high", "maximum", inf),
        ("low", "exclusiveMinimum", -inf), ("high", "exclusiveMaximum", inf),
    ):
        if name not in schema:
            continue
        limit = schema[name]
        yield refused(
            f"at_{name}", written(limit), *bound_types(schema, limit)
        )
        yield Value(
            f"inside_{name}", written(neighbour(schema, limit, -towards)),
            frozenset(bound_types(schema, neighbour(schema, limit, -towards))),
        )
        beyond = neighbour(schema, limit, towards)
        if abs(beyond) <= INT64_MAX or kind_of(schema) == "number":
            yield refused(
                f"too_{label}", written(beyond), *bound_types(schema, beyond)
            )
        far = limit + (1000 if towards > 0 else -1000)
        yield refused(
            f"far_too_{label}", written(far), *bound_types(schema, far)
        )


# ---- what a text must be, in any place


def strings(schema):
    """(label, text, types) for a schema of type string."""
    if "enum" in schema:
        yield from enum_strings(schema)
        return
    yield from length_strings(schema)
    table = FORMATS.get(schema.get("format")) or PATTERNS.get(
        schema.get("pattern")
    )
    if table is None:
        assert "format" not in schema and "pattern" not in schema, schema
        return
    word = "value_error" if "format" in schema else "string_pattern_mismatch"
    for index, text in enumerate(table[0]):
        yield f"fits_{index}", text, ()
    for index, text in enumerate(table[1]):
        yield f"misfit_{index}", text, (word, "string_too_short")


def enum_strings(schema):
    texts = [text for text in schema["enum"] if text is not None]
    for text in texts:
        yield f"choice_{text}", text, ()
    wrong = {
        "empty": "", "not_in_enum": "zz-nothing", "upper": texts[0].upper(),
        "prefix": texts[0][:-1], "longer": texts[0] + "x",
        "space": " " + texts[0], "two": ",".join(texts[:2]),
        "oversized": "a" * OVERSIZED,
    }
    for label, text in wrong.items():
        if text not in texts:
            yield label, text, ("enum",)


def length_strings(schema):
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    free = "format" not in schema and "pattern" not in schema
    if least > 0:
        yield "empty", "", ("string_too_short",)
        yield "too_short", filler(schema, least - 1), ("string_too_short",)
        if "format" not in schema:
            yield "shortest", filler(schema, least), ()
    elif free:
        yield "empty", "", ()
    if most is None:
        wrong = ("value_error",) if "format" in schema else ()
        yield "oversized", filler(schema, OVERSIZED), wrong
        return
    yield "too_long", filler(schema, most + 1), ("string_too_long",)
    yield "oversized", filler(schema, max(OVERSIZED, most + 1)), (
        "string_too_long",
    )
    if "format" not in schema:
        yield "longest", filler(schema, most), ()
    if free:
        yield "longest_of_two_bytes", "é" * most, ()
        yield "too_long_of_two_bytes", "é" * (most + 1), ("string_too_long",)
        yield "longest_of_four_bytes", "🌌" * most, ()


# ---- text: query, path, header

NO_INTEGERS = {
    "empty": "", "word": "abc", "fraction": "1.5", "exponent": "1e3",
    "huge": "1e999", "nan": "nan", "inf": "inf", "minus_inf": "-inf",
    "hexadecimal": "0x10", "underscore": "1_000", "space_before": " 1",
    "space_after": "1 ", "comma": "1,5", "two_signs": "--1", "sign": "-",
    "true": "true", "null": "null", "arabic": "١", "json_text": '"1"',
    "newline": "1\n",
}
NO_NUMBERS = {
    "empty": "", "word": "abc", "nan": "nan", "inf": "inf",
    "minus_inf": "-inf", "infinity": "Infinity", "hexadecimal": "0x10",
    "hexadecimal_float": "0x1p3", "underscore": "1_000",
    "space_before": " 1", "space_after": "1 ", "comma": "1,5",
    "two_points": "1.2.3", "lone_point": ".", "exponent_only": "e5",
    "no_exponent": "1e", "fortran": "1d5", "two_signs": "--1", "sign": "-",
    "true": "true", "null": "null", "arabic": "١", "suffix": "1f",
    "newline": "1\n",
}
NO_BOOLEANS = {
    "empty": "", "word": "maybe", "two": "2", "prefix": "tru",
    "longer": "truely", "space": " true", "null": "null", "oui": "oui",
}


def texts(schema):
    """Of a plain type; a list's are those of its item."""
    kind = kind_of(schema)
    yield refused("bad_utf8", b"\xff", "string_unicode")
    yield refused("cut_utf8", b"M31\xe2\x82", "string_unicode")
    yield refused("surrogate", b"\xed\xa0\x80", "string_unicode")
    yield refused("overlong_utf8", b"\xc0\xb1", "string_unicode")
    yield refused("nul", b"\0", "string_nul")
    good = sample(schema)
    good = good if isinstance(good, str) else json.dumps(good)
    yield refused("nul_after", good.encode() + b"\0", "string_nul")
    if kind == "string":
        for label, text, types in strings(schema):
            if "\0" not in text:
                yield refused(label, text.encode(), *types)
        return
    yield from {
        "integer": integer_texts, "number": number_texts,
        "boolean": boolean_texts,
    }[kind](schema)


def integer_texts(schema):
    for label, text in NO_INTEGERS.items():
        yield refused(label, text.encode(), "int_parsing")
    for label, text in {
        "beyond_64_bits": "99999999999999999999",
        "below_64_bits": "-99999999999999999999",
        "just_beyond_64_bits": str(INT64_MAX + 1), "oversized": "1" * OVERSIZED,
    }.items():
        yield refused(label, text.encode(), "int_parsing_size")
    yield refused("minus_zero", b"-0", *bound_types(schema, 0))
    yield refused(
        "greatest", str(INT64_MAX).encode(), *bound_types(schema, INT64_MAX)
    )
    yield from bounds(schema)


def number_texts(schema):
    for label, text in NO_NUMBERS.items():
        yield refused(label, text.encode(), "float_parsing")
    for label, text in {"huge": "1e999", "minus_huge": "-1e999"}.items():
        yield refused(label, text.encode(), "finite_number")
    yield refused("oversized", b"1" * OVERSIZED, "float_parsing", "finite_number")
    for label, text in {
        "twenty_digits": "99999999999999999999", "minus_zero": "-0",
        "minus_nearly_zero": "-1e-999", "nearly_zero": "1e-999",
        "greatest": "1.7976931348623157e308", "whole": "1", "point": "1.0",
    }.items():
        yield refused(label, text.encode(), *bound_types(schema, float(text)))
    yield from bounds(schema)


def boolean_texts(_):
    for label, text in NO_BOOLEANS.items():
        yield refused(label, text.encode(), "bool_parsing")
    yield refused("oversized", b"t" * OVERSIZED, "bool_parsing")
    for text in ("true", "false", "True", "1", "0", "yes", "NO", "on", "off"):
        yield Value(f"is_{text}", text.encode())


# ---- JSON

# No number of JSON's grammar: the error is where the text stops being JSON.
NO_JSON = {
    "nan": "NaN", "infinity": "Infinity", "minus_infinity": "-Infinity",
    "inf": "inf", "hexadecimal": "0x10", "underscore": "1_000", "plus": "+1",
    "no_digit_before": ".5", "no_digit_after": "1.", "leading_zero": "01",
    "sign": "-", "no_exponent": "1e", "huge": "1e999", "two": "1 1",
    "single_quotes": "'1'", "comment": "/* */ 1", "True": "True",
    "nothing": "", "unquoted": "abc", "trailing_comma": "[1,]",
    "open_list": "[1", "open_text": '"abc',
}
BAD_STRINGS = {
    "bad_utf8": b'"\xff"', "overlong_utf8": b'"\xc0\xb1"',
    "raw_surrogate": b'"\xed\xa0\x80"', "raw_control": b'"a\nb"',
    "raw_nul": b'"a\0b"', "lone_surrogate": b'"\\ud800"',
    "unknown_escape": b'"\\x41"', "short_escape": b'"\\u00"',
}
OF_TYPES = {
    "text": ("string", b'"text"'), "numeral": ("string", b'"1"'),
    "true": ("boolean", b"true"), "false": ("boolean", b"false"),
    "list": ("array", b"[]"), "object": ("object", b"{}"),
    "number": ("number", b"1"), "null": ("null", b"null"),
}


def tokens(schema):
    """JSON in place of one value."""
    kind = kind_of(schema)
    for label, text in NO_JSON.items():
        yield refused(f"json_{label}", text.encode(), "json_invalid")
    for label, (type_, raw) in OF_TYPES.items():
        fits = {kind, "number" if kind == "integer" else kind}
        if is_nullable(schema):
            fits.add("null")
        if type_ not in fits:
            yield refused(f"type_{label}", raw, TYPE_ERRORS[kind])
    if is_nullable(schema):
        yield Value("null", b"null")
    yield from {
        "integer": integer_tokens, "number": number_tokens,
        "boolean": lambda _: (Value("true", b"true"), Value("false", b"false")),
        "string": string_tokens, "array": array_tokens,
        "object": object_tokens,
    }[kind](schema)


def integer_tokens(schema):
    yield refused("fraction", b"1.5", "int_from_float")
    for raw in (b"99999999999999999999", b"9223372036854775808", b"1e300"):
        yield refused(f"beyond_64_bits_{raw.decode()}", raw, "int_parsing_size")
    for raw in (b"-0", b"1.0", b"1e2", b"-0.0", b"1E+1"):
        types = bound_types(schema, float(raw))
        yield refused(f"whole_{raw.decode()}", raw, *types)
    yield from bounds(schema)


def number_tokens(schema):
    for raw in (b"99999999999999999999", b"-0", b"-0.0", b"1e-999", b"1E+2"):
        types = bound_types(schema, float(raw))
        yield refused(f"number_{raw.decode()}", raw, *types)
    yield refused("oversized", b"1" * OVERSIZED, "json_invalid")
    yield from bounds(schema)


def string_tokens(schema):
    for label, raw in BAD_STRINGS.items():
        yield refused(f"json_{label}", raw, "json_invalid")
    yield refused("nul", b'"a\\u0000b"', "string_nul")
    for label, text, types in strings(schema):
        yield refused(label, json.dumps(text).encode(), *types)
        if not text.isascii():
            raw = json.dumps(text, ensure_ascii=False).encode()
            yield refused(f"{label}_unescaped", raw, *types)


def array_tokens(schema):
    item = sample(schema["items"])
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if least > 0:
        yield refused("too_few", written([item] * (least - 1)), "too_short")
    yield Value("fewest", written([item] * least))
    if most is not None:
        yield Value("most", written([item] * most))
        yield refused("too_many", written([item] * (most + 1)), "too_long")


def object_tokens(schema):
    full = sample(schema)
    first = next(iter(schema["properties"]))
    if schema.get("additionalProperties") is False:
        extra = "zz_nothing"
        yield refused("extra", written({**full, extra: 1}), "extra_forbidden",
                      at=(extra,))
        yield refused("extra_upper", written({**full, first.upper(): 1}),
                      "extra_forbidden", at=(first.upper(),))
    names = schema["properties"]
    if len(names) > MANY:
        names = [first, *schema["required"]]
    for name in names:
        less = {each: full[each] for each in full if each != name}
        types = ("missing",) if name in schema["required"] else ()
        yield refused(f"without_{name}", written(less), *types, at=(name,))
    twice = written({first: full[first]})[:-1] + b"," + written(full)[1:]
    yield refused("json_duplicate", twice, "json_invalid")
