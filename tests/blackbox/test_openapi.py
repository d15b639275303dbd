"""The documents themselves: well formed, whole, and true of what they show."""

import json
import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

import document
import fronts
from processes import clean_environment
from stage import BUILD
from testapp import TestApp

if not document.has_validator():
    pytest.skip(document.NEEDED, allow_module_level=True)

pytestmark = pytest.mark.plain  # its subject is the document

TESTAPP = "testapp"
USAGE = 2


@dataclass(frozen=True)
class Served:
    """A document, and the site that gave it."""

    name: str
    mount: str
    site: object
    state: object
    document: object


def fetched(name, mount, site, state):
    reply = site.get("/openapi.json")
    assert reply.status == 200 and reply.media_type == "application/json"
    made = document.of_bytes(reply.body)
    return Served(name, mount, site, state, made)


@contextmanager
def product_at(mount, stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with fronts.starting("lighttpd", stage, mount) as front:
        yield fetched("product", mount, front.site, front.state)


@pytest.fixture(scope="module", params=fronts.MOUNTS, ids=lambda m: m or "/")
def product(request, stage):
    with product_at(request.param, stage) as product:
        yield product


@pytest.fixture(
    scope="module", params=[*fronts.MOUNTS, TESTAPP], ids=lambda m: m or "/"
)
def served(request, stage):
    if request.param != TESTAPP:
        with product_at(request.param, stage) as product:
            yield product
        return
    app = TestApp(stage)
    yield fetched(TESTAPP, "", app.site, app.state)
    app.stop()


def nodes(node):
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from nodes(each)


def content_nodes(operation):
    """(status or None for the request, media type, its node)."""
    if operation.body is not None:
        yield None, "application/json", operation.body
    for status in operation.responses:
        for media_type, node in operation.content(status).items():
            yield status, media_type, node


# ---- its structure


def test_what_every_document_has(served):
    tree = served.document.tree
    assert re.fullmatch(r"3\.1\.\d+", tree["openapi"])
    assert tree["info"]["title"] and tree["info"]["version"]
    assert all(path.startswith("/") for path in tree["paths"])
    assert set(tree) == {
        "openapi", "info", "servers", "tags", "paths", "components"
    }
    for operation in served.document.operations:
        assert operation.method.lower() in document.METHODS
        assert operation.node["summary"] and operation.node["description"]


def test_references_lead_somewhere(served):
    components, used = served.document.tree["components"], set()
    for node in nodes(served.document.tree):
        if isinstance(node.get("$ref"), str):
            assert set(node) == {"$ref"}
            assert isinstance(served.document.resolve(node), dict)
            used.add(node["$ref"])
    for kind in ("schemas", "responses"):
        for name in components[kind]:
            assert f"#/components/{kind}/{name}" in used, "nobody means it"


def test_parameters_and_paths_fit(served):
    for operation in served.document.operations:
        places = [(each["in"], each["name"]) for each in operation.parameters]
        assert len(set(places)) == len(places), operation.name
        variables = set(re.findall(r"\{([^}]+)\}", operation.path))
        assert {n for place, n in places if place == "path"} == variables
        for each in operation.parameters:
            assert each["required"] or each["in"] != "path"
            assert each["in"] in ("query", "path", "header")
            assert each["description"]


def test_operations_have_names_of_their_own(served):
    names = [each.node["operationId"] for each in served.document.operations]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][A-Za-z0-9]*", name) for name in names)


def test_tags_and_keys_are_described(served):
    tree = served.document.tree
    tags = [tag["name"] for tag in tree["tags"]]
    assert len(set(tags)) == len(tags)
    schemes = tree["components"].get("securitySchemes", {})
    for operation in served.document.operations:
        assert set(operation.node["tags"]) <= set(tags)
        named = {name for each in operation.node["security"] for name in each}
        assert named <= set(schemes)
        # An option may say that one needs a key after all.
        by_option = operation.name == "POST /cosmic_stream"
        assert (bool(named) or by_option) == (
            {401, 403} <= set(operation.responses))


def test_answers_are_described(served):
    for operation in served.document.operations:
        statuses = set(operation.responses)
        assert any(200 <= status < 300 for status in statuses)
        assert any(400 <= status < 500 for status in statuses)
        assert all(each["description"] for each in operation.responses.values())
        for status in statuses:
            content = operation.content(status)
            is_problem = "application/problem+json" in content
            assert is_problem == (status >= 400), (operation.name, status)


def test_schemas_are_schemas(served):
    known = {"type", "description", "x-unit", "minimum", "maximum", "items",
             "exclusiveMinimum", "exclusiveMaximum", "contentMediaType",
             "minLength", "maxLength", "minItems", "maxItems", "pattern",
             "format", "enum", "default", "properties", "required",
             "additionalProperties", "$ref", "title", "anyOf"}

    def check(schema):
        assert set(schema) <= known, schema
        assert set(schema.get("required", ())) <= set(
            schema.get("properties", ())
        )
        for member in schema.get("properties", {}).values():
            check(member)
        for each in schema.get("anyOf", ()):
            assert each.get("title"), schema
            check(each)
        if "items" in schema:
            check(schema["items"])
        if "default" in schema:
            served.document.validator(schema).validate(schema["default"])

    for operation in served.document.operations:
        for _, _, node in content_nodes(operation):
            document.Draft202012Validator.check_schema(node["schema"])
            check(node["schema"])
        for each in operation.parameters:
            document.Draft202012Validator.check_schema(each["schema"])
            check(each["schema"])
    for schema in served.document.tree["components"]["schemas"].values():
        check(schema)


# ---- its examples


def test_examples_fit_their_schemas(served):
    count = 0
    for operation in served.document.operations:
        for status, _, node in content_nodes(operation):
            validator = served.document.validator(node["schema"])
            for example in node.get("examples", {}).values():
                assert example["summary"]
                validator.validate(example["value"])
                count += 1
                if status is not None and status >= 400:
                    assert example["value"]["status"] == status
        for each in operation.parameters:
            if "example" in each:
                validator = served.document.validator(each["schema"])
                validator.validate(each["example"])
                count += 1
    assert count >= 3


def test_examples_are_what_is_answered(served):
    shown = 0
    for operation in served.document.operations:
        for status, media_type, node in content_nodes(operation):
            if status is None:
                continue
            for example in node.get("examples", {}).values():
                reply = asked_again(served, example["x-request"])
                assert operation.method == example["x-request"]["method"]
                assert reply.status == status, reply
                assert reply.media_type == media_type
                assert answer_of(reply, example) == example["value"]
                shown += 1
    assert shown == (10 if served.name == TESTAPP else sum(EXAMPLES.values()))


def answer_of(reply, example):
    """As an example shows it."""
    if not reply.media_type.endswith("json"):
        return reply.text.rstrip("\n")
    answer = document.strictly(reply)
    for word in ("pooled", "threads"):  # examples are made without a pool
        if word in answer:
            answer[word] = example["value"][word]
    return answer


def asked_again(served, request):
    path, _, query = request["target"].partition("?")
    body = request.get("body")
    more = {}
    if body is not None:
        body = body.encode()
        more = {"CONTENT_TYPE": "application/json"}
        if served.name != TESTAPP:
            more = {"fields": [("Content-Type", "application/json")]}
    elif served.name == TESTAPP:
        body = b""
    return served.site.ask(request["method"], path, query, body=body, **more)


EXAMPLES = {
    ("get", "/galaxy", "200"): 2, ("get", "/galaxy", "422"): 1,
    ("post", "/galaxy/match", "200"): 1,
    ("post", "/galaxy/match", "422"): 1,
    ("get", "/galaxy/{name}", "200"): 1, ("get", "/galaxy/{name}", "404"): 1,
    ("put", "/galaxy/{name}", "401"): 1,
    ("delete", "/galaxy/{name}", "401"): 1,
    ("get", "/cone", "200"): 3,
    ("get", "/health", "200"): 1,
    ("get", "/singularity", "200"): 3, ("get", "/singularity", "422"): 1,
    ("post", "/singularity", "200"): 1,
    ("post", "/wormhole", "200"): 3, ("post", "/wormhole", "422"): 1,
    ("get", "/cosmic_stream", "422"): 1,
    ("get", "/jobs", "401"): 1, ("get", "/jobs/{id}", "404"): 1,
    ("get", "/jobs/{id}/result", "404"): 1,
    ("delete", "/jobs/{id}", "404"): 1,
}
# What is answered from the arguments alone.
STATELESS = {"/singularity", "/wormhole"}


def test_no_example_has_gone(product):
    """One that answers with another status than it should is left out."""
    for (method, path, status), count in EXAMPLES.items():
        operation = product.document.tree["paths"][path][method]
        content_of = operation["responses"][status]["content"]
        found = [
            example for content in content_of.values()
            for example in content.get("examples", {}).values()
        ]
        assert len(found) == count, (path, status)


def test_parameters_are_shown_with_what_examples_ask(product):
    shown = {
        (operation.name, each["name"]): each.get("example")
        for operation in product.document.operations
        for each in operation.parameters
    }
    assert shown["GET /galaxy", "coordinates"] == "M31"
    assert shown["GET /galaxy", "limit"] == 3
    assert shown["GET /galaxy/{name}", "name"] == "M1"


# ---- where it is mounted


def test_it_says_where_the_application_is(served):
    server, = served.document.tree["servers"]
    assert server["url"] == (served.mount or "/")


def test_it_can_be_kept(served):
    first = served.site.get("/openapi.json")
    tag = first.headers["ETag"]
    assert tag
    if served.name == TESTAPP:
        again = served.site.get("/openapi.json", HTTP_IF_NONE_MATCH=tag)
    else:
        again = served.site.get("/openapi.json", "", [("If-None-Match", tag)])
    assert again.status == 304 and again.body == b"", again
    assert again.headers["ETag"] == tag


# ---- the commands


def without_companions(tree):
    """/health's example tells what runs beside the server that was asked."""
    tree = json.loads(json.dumps(tree))
    content = tree["paths"]["/health"]["get"]["responses"]["200"]["content"]
    for example in content["application/json"]["examples"].values():
        example["value"].pop("companions")
    return tree


def outline(described):
    """All but examples, which are the state directory's."""
    return {
        operation.name: (
            {k: v for k, v in operation.node.items() if k != "responses"},
            {
                (status, media_type): node["schema"]
                for status, media_type, node in content_nodes(operation)
            },
            {s: r["description"] for s, r in operation.responses.items()},
        )
        for operation in described.operations
    }


def test_the_command_prints_the_same(product):
    printed = document.of_product(
        "--mount", product.mount, state=product.state
    )
    assert without_companions(printed.tree) == without_companions(
        product.document.tree
    )
    assert list(printed.tree["paths"]) == list(product.document.tree["paths"])


@pytest.mark.parametrize("words, url", [
    ([], "/"), (["--mount", "/"], "/"), (["--mount", ""], "/"),
    (["--mount", "/sub/dir"], "/sub/dir"),
    (["--mount", "/sub/dir/"], "/sub/dir"),
])
def test_the_command_is_told_where(words, url):
    server, = document.of_product(*words).tree["servers"]
    assert server["url"] == url


def test_without_a_state_directory(product):
    """All is there but what cannot be answered."""
    bare = document.of_product("--mount", product.mount)
    assert outline(bare) == outline(product.document)
    for path in STATELESS:
        assert bare.tree["paths"][path] == product.document.tree["paths"][path]
    for operation in bare.operations:
        if operation.path in STATELESS:
            continue
        for status, _, node in content_nodes(operation):
            # Where errors have status 200, these are their examples.
            if operation.error_form is None and status is not None:
                assert status >= 400 or not node.get("examples")


@pytest.mark.parametrize("words", [
    ["--mount"], ["--mount", "/a", "/b"], ["/a"], ["--moun", "/a"],
    ["--mount", "sub/dir"], ["--mount", "/a?b"], ["--mount", "/a#b"],
])
def test_wrong_words(words):
    result = subprocess.run(
        [BUILD / "lightcone", "openapi", *words], capture_output=True,
        env=clean_environment(LIGHTCONE_STATE="/nonexistent"), timeout=20,
        check=False,
    )
    assert result.returncode == USAGE, result
    assert result.stdout == b"" and b"lightcone openapi" in result.stderr


def test_routes_lists_the_operations():
    """The document's operations, in its order, and nothing else."""
    head, *rows = document.printed(BUILD / "lightcone", "routes").decode(
    ).splitlines()
    assert head.split()[:2] == ["METHOD", "PATH"]
    found = []
    for row in rows:
        method, path, work, deadline, ms, limit, guards, says = row.split(
            None, 7
        )
        assert work in ("quick", "heavy", "either") and ms == "ms"
        found.append((method, path, deadline, says))
        assert says and limit and guards
    described = [
        (each.method, each.path, deadline_of(each), each.node["summary"])
        for each in document.of_product().operations
    ]
    assert sorted(found) == sorted(described)


def deadline_of(operation):
    text = operation.node["description"]
    word = re.search(r"Answers within (\d+|`\w+`) ms", text)[1]
    if word.isdigit():
        return word
    members = operation.body["schema"]["properties"]
    return str(members[word.strip("`")]["default"])
