"""Who asks to change objects, with a key."""

import json
from urllib.parse import quote

from keys import bearer

NEW = {"ra_deg": 200.125, "dec_deg": -33.0625}


class Editor:
    """Asks a site with a key of scope write."""

    def __init__(self, site, key):
        self.site = site
        self.key = key

    def send(self, method, name, body=None, *fields, key=None, query=""):
        more = bearer(self.key if key is None else key) + list(fields)
        if body is not None:
            more.append(("Content-Type", "application/json"))
            body = json.dumps(body).encode()
        return self.site.ask(method, at(name), query, more, body)

    def put(self, name, body, *fields, **more):
        return self.send("PUT", name, body, *fields, **more)

    def delete(self, name, *fields, **more):
        return self.send("DELETE", name, None, *fields, **more)

    def get(self, name, *fields, query=""):
        return self.site.get(at(name), query, fields)

    def made(self, name, body):
        """A new object, and its ETag."""
        reply = self.put(name, body)
        assert reply.status == 201, reply
        return reply.headers["ETag"]

    def listed(self, coordinates, **params):
        reply = self.site.get(
            "/galaxy", {"coordinates": coordinates, "limit": 1000, **params}
        )
        assert reply.status == 200, reply
        return reply.json()["system"]

    def names(self, coordinates, **params):
        return [row["name"] for row in self.listed(coordinates, **params)]


def at(name):
    return "/galaxy/" + quote(name, safe="")
