"""An OpenAPI document: its operations, and replies held against it."""

import json
import subprocess
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from fcgi_client import parse, variables
from http_client import Reply
from processes import clean_environment
from stage import BUILD

try:
    from jsonschema import Draft202012Validator, RefResolver
except ImportError:
    Draft202012Validator = None

METHODS = ("get", "post", "put", "patch", "delete")
NEEDED = "jsonschema 4 (python3-jsonschema) is not installed"


def has_validator():
    return Draft202012Validator is not None


def closed(schema):
    """The same with no other members than those that are described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


class Operation:
    def __init__(self, document, path, method, node):
        self.document = document
        self.path = path
        self.method = method.upper()
        self.node = node
        self.name = f"{self.method} {path}"
        self.parameters = node["parameters"]
        self.responses = {
            int(status): document.resolve(reply)
            for status, reply in node["responses"].items()
        }
        self.validators = {}

    @property
    def scope(self):
        """Of the key that it needs; None: it needs none."""
        for needed in self.node["security"]:
            for scopes in needed.values():
                return scopes[0]
        return None

    @property
    def error_form(self):
        """Status and media type of errors that are no problem documents."""
        return self.node.get("x-errors")

    @property
    def success(self):
        """The status of a request that is right; of several the least."""
        return min(
            (status for status in self.responses if 200 <= status < 300),
            default=200,
        )

    @property
    def body(self):
        """The JSON body's part of the document; None: it takes none."""
        return self.bodies.get("application/json")

    @property
    def both(self):
        """The query's parameters that may come in a body instead."""
        return [each for each in self.parameters if "x-also-in-body" in each]

    @property
    def bodies(self):
        """The kinds of body that it takes, by media type."""
        return self.node.get("requestBody", {}).get("content", {})

    def content(self, status):
        return self.responses[status].get("content", {})

    def validator(self, status, media_type):
        key = status, media_type
        if key not in self.validators:
            schema = self.content(status)[media_type]["schema"]
            self.validators[key] = self.document.validator(schema)
        return self.validators[key]

    def check(self, reply):
        """Fails unless the reply is one that the document promises."""
        assert reply.status in self.responses, f"undocumented: {reply}"
        content = self.content(reply.status)
        if not content:
            assert reply.body == b"", reply
            return
        if "*/*" in content and reply.media_type not in content:
            assert reply.media_type, reply
            return
        assert reply.media_type in content, f"undocumented type: {reply}"
        if reply.media_type.endswith("json"):
            self.validator(reply.status, reply.media_type).validate(
                strictly(reply)
            )


def fits(template, path):
    """Whether a path with variables takes this one."""
    ours, theirs = template.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(
        a == b or (a.startswith("{") and b and not b.startswith("{"))
        for a, b in zip(ours, theirs)
    )


class Document:
    def __init__(self, tree):
        self.tree = tree
        self.closed = closed(tree)

    @cached_property
    def operations(self):
        return [
            Operation(self, path, method, node)
            for path, item in self.tree["paths"].items()
            for method, node in item.items()
        ]

    def named(self, name):
        found, = (each for each in self.operations if each.name == name)
        return found

    def methods_of(self, path):
        """What Allow must list there, of all paths that fit it."""
        methods = {
            name.upper()
            for template, item in self.tree["paths"].items()
            if fits(template, path) for name in item
        }
        if "GET" in methods:
            methods.add("HEAD")
        return methods | {"OPTIONS"}

    def resolve(self, node):
        """What a $ref means; what is none, as it is."""
        while "$ref" in node:
            where = node["$ref"]
            assert where.startswith("#/"), where
            node = self.tree
            for step in where[2:].split("/"):
                step = unquote(step).replace("~1", "/").replace("~0", "~")
                node = node[step]
        return node

    def validator(self, schema):
        resolver = RefResolver("", self.closed)
        return Draft202012Validator(closed(schema), resolver=resolver)


def strictly(reply):
    """A reply's JSON, read with nothing but RFC 8259 and no name twice."""

    def no_constant(word):
        raise ValueError(f"{word} is not JSON")

    def no_name_twice(pairs):
        names = [name for name, _ in pairs]
        assert len(set(names)) == len(names), f"a name twice in {names}"
        return dict(pairs)

    return json.loads(
        reply.text, parse_constant=no_constant,
        object_pairs_hook=no_name_twice,
    )


# ---- where documents come from, without a server


def printed(*command, state="/nonexistent", **environment):
    """What a program writes that must end well."""
    result = subprocess.run(
        command, env=clean_environment(LIGHTCONE_STATE=state, **environment),
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True,
    )
    assert not Path("/nonexistent").exists()
    return result.stdout


def of_bytes(content):
    return Document(strictly(Reply(200, {}, content)))


def of_product(*words, **state):
    return of_bytes(printed(BUILD / "lightcone", "openapi", *words, **state))


def of_testapp():
    """The program answers this one request as a CGI program would."""
    named = variables("GET", "/openapi.json")
    reply = parse(printed(BUILD / "tests/testapp.cgi", **named))
    return of_bytes(reply.body)
