"""An observer of what the application itself says on the cosmic stream, who
holds each event against what is documented of its type."""

import json
from urllib.parse import unquote

from hub import Hub

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def documented(console):
    """What each type's data is, by the type's name."""
    document = json.loads(console.fine("openapi"))
    reply = document["paths"]["/cosmic_stream"]["get"]["responses"]["200"]
    schema = reply["content"]["application/json"]["schema"]
    event = schema["properties"]["events"]["items"]["anyOf"][0]
    return {one["title"]: one
            for one in event["properties"]["data"]["anyOf"]}


def is_of(schema, value):
    """Whether a value is what a member's schema says."""
    kind = schema["type"]
    if kind in ("integer", "number"):
        of = int if kind == "integer" else (int, float)
        return (isinstance(value, of) and not isinstance(value, bool)
                and value >= schema.get("minimum", value)
                and value <= schema.get("maximum", value)
                and value < schema.get("exclusiveMaximum", value + 1))
    return (isinstance(value, TYPES[kind])
            and value in schema.get("enum", [value]))


def conforms(schema, data):
    """Each member is documented, and none that must be there is missing."""
    members = schema["properties"]
    return (data.keys() <= members.keys()
            and set(schema["required"]) <= data.keys()
            and all(is_of(members[name], data[name]) for name in data))


class Observer:
    """One that sees all from now on, through a hub over the directory."""

    def __init__(self, stage, directory, state, schemas):
        self.schemas = schemas
        self.hub = Hub(stage, directory, state).start()
        self.client = self.hub.raw()
        self.seq = None

    def stop(self):
        self.client.close()
        self.hub.stop()

    def next(self):
        """What the next event says; its type is among it."""
        event = self.client.next()
        assert self.seq in (None, event["seq"] - 1), (self.seq, event)
        self.seq = event["seq"]
        data = event["data"]
        if event["type"] != "message":
            schema = self.schemas[event["type"]]
            assert conforms(schema, data), (event, schema)
        return {"type": event["type"], **data}

    def all(self):
        """All that were before now."""
        self.client.text({"until": "here"})
        seen = []
        while (event := self.next()) != {"type": "message", "until": "here"}:
            seen.append(event)
        return seen


def ask(site, target, method="GET", body=b"", **more):
    """Asks a site without a server in front as one would that has it."""
    path, _, query = target.partition("?")
    plain = unquote(path).encode().decode("latin-1")
    return site.ask(method, plain, query, body,
                    **{"REQUEST_URI": target, **more})
