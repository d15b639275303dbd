"""Cases, and what makes them of one operation of a document: requests that are
right, to be made wrong in one place, and what to expect of each.
"""

import copy
import json
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from values import FINE, sample

KEY = "{key}"  # in a header field: a key with the scope that is needed
JSON = ("Content-Type", "application/json")
WRITING = {"POST", "PUT", "PATCH"}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: tuple = ()  # (name, value) in bytes
    fields: tuple = ()
    body: bytes | None = None

    @property
    def query_text(self):
        return "&".join(f"{quote(n)}={quote(v)}" for n, v in self.query)

    def given(self, name, *many):
        """With these values of a query parameter in place of its own."""
        others = tuple(pair for pair in self.query if pair[0] != name)
        return replace(
            self, query=others + tuple((name, value) for value in many)
        )

    def with_field(self, name, value):
        others = tuple(pair for pair in self.fields if pair[0] != name)
        more = () if value is None else ((name, value),)
        return replace(self, fields=others + more)


@dataclass(frozen=True)
class Case:
    operation: object
    label: str
    request: Request
    statuses: frozenset = FINE  # none: 2xx, or what the meaning allows
    at: tuple = ()  # the place that is wrong, or that must not be
    types: frozenset = FINE
    within: range | None = None  # where JSON ends to be JSON
    by_server: frozenset = FINE  # with which a web server may answer instead
    documented: bool = True
    picky: bool = False  # a fine value may be one too many, or one too few
    late: bool = False  # a fine value is a deadline, and may pass
    mark: str | None = None  # what tells an error of the operation's own form
    varies: bool = False  # the same request is answered otherwise next time
    also: object = None  # a further check of the reply

    @property
    def id(self):
        return f"{self.operation.name} {self.label}"


@dataclass(frozen=True)
class Walk:
    """What the document does not say: useful values, and how it ends."""

    samples: dict = field(default_factory=dict)  # (path, name): value
    bodies: dict = field(default_factory=dict)  # path: one that is right
    ends: dict = field(default_factory=dict)  # path: status of a valid request
    error_marks: dict = field(default_factory=dict)  # path: text of an error
    heavy: frozenset = FINE  # paths that HEAD spares; else valid is slow
    varying: frozenset = FINE  # paths whose answers tell the time
    deadlines: dict = field(default_factory=dict)  # path: member of the body
    # Paths where some parameters exclude others, or need them.
    picky: frozenset = FINE
    fields: dict = field(default_factory=dict)  # path: more of the header
    # Paths whose JSON is of somebody else's making: no warnings fit in.
    bare: frozenset = frozenset({"/openapi.json"})
    skipped: frozenset = FINE  # ids


def as_bytes(value):
    if not isinstance(value, str):
        value = json.dumps(value)
    return value.encode("utf-8")


def text_of(value):
    return value.decode("latin-1")


def must_be(parameter):
    """Whether it is required, if not there then in the body."""
    return parameter.get("x-required", parameter["required"])


class Maker:
    """Makes the requests of one operation."""

    def __init__(self, operation, walk):
        self.operation = operation
        self.walk = walk
        self.values = {
            each["name"]: self.value_of(each)
            for each in operation.parameters
        }
        self.bodies = self.bodies_of(operation.body)
        if operation.body is not None and operation.path in walk.bodies:
            self.bodies.insert(0, walk.bodies[operation.path])
        self.base = self.make_base()

    def value_of(self, parameter):
        known = self.known(parameter)
        many = known if isinstance(known, list) else [known]
        return [as_bytes(value) for value in many]

    def known(self, parameter):
        return self.walk.samples.get(
            (self.operation.path, parameter["name"]),
            parameter.get("example", sample(parameter["schema"])),
        )

    def is_in_base(self, parameter):
        key = self.operation.path, parameter["name"]
        return must_be(parameter) or "example" in parameter or (
            key in self.walk.samples
        )

    @staticmethod
    def bodies_of(body):
        """Those of the examples, then one with all there is."""
        if body is None:
            return []
        examples = body.get("examples", {}).values()
        return [each["value"] for each in examples] + [sample(body["schema"])]

    def path(self, given=None):
        path = self.operation.path
        for each in self.operation.parameters:
            if each["in"] == "path":
                value = (given or {}).get(each["name"])
                value = self.values[each["name"]][0] if value is None else value
                name = "{" + each["name"] + "}"
                path = path.replace(name, quote(value, safe=""))
        return path

    def make_base(self):
        query = []
        fields = list(self.walk.fields.get(self.operation.path, ()))
        for each in self.operation.parameters:
            wanted = self.is_in_base(each)
            if wanted and each["in"] == "query":
                query += [(each["name"], v) for v in self.values[each["name"]]]
            elif wanted and each["in"] == "header":
                fields.append((each["name"], text_of(*self.values[each["name"]])))
        if self.operation.scope is not None:
            fields.append(("Authorization", "Bearer " + KEY))
        body = None
        if self.operation.both and self.operation.method in WRITING:
            body = b""  # without its length a web server refuses it
        elif self.bodies and not self.operation.both:
            fields.append(JSON)
            body = json.dumps(self.bodies[0]).encode()
        return Request(
            self.operation.method, self.path(), tuple(query), tuple(fields),
            body,
        )

    def in_body(self, schema):
        """The same with a body for what may stand in the query as well."""
        maker = copy.copy(self)
        maker.bodies = self.bodies or [sample(schema)]
        if self.operation.path in self.walk.picky:
            maker.bodies = [{
                each["name"]: self.known(each)
                for each in self.operation.both if self.is_in_base(each)
            }]
        request = self.base.with_field(*JSON)
        for each in self.operation.both:
            request = request.given(each["name"])
        maker.base = replace(
            request, body=json.dumps(maker.bodies[0]).encode()
        )
        return maker

    # ---- what is expected

    def case(self, label, request, **expected):
        mark = self.walk.error_marks.get(self.operation.path)
        return Case(self.operation, label, request, mark=mark, **expected)

    def fine(self, label, request, at=(), **more):
        """A request that must not be refused, at least not there."""
        statuses = frozenset()
        if self.operation.path in self.walk.ends:
            statuses = frozenset({self.walk.ends[self.operation.path]})
        if self.operation.path in self.walk.heavy:
            request, statuses = replace(request, method="HEAD"), FINE
        return self.case(label, request, statuses=statuses, at=at, **more)

    def wrong(self, label, request, at, types, **more):
        return self.case(
            label, request, statuses=frozenset({422}), at=at,
            types=frozenset(types), **more,
        )

    def judged(self, label, request, at, value, **more):
        """By what a value says of itself."""
        if value.types:
            return self.wrong(label, request, at, value.types, **more)
        return self.fine(label, request, at, **more)
