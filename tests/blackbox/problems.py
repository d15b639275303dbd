"""What every error must look like (RFC 9457, with FastAPI's errors)."""

PROBLEM = "application/problem+json"


def problem(reply, status):
    assert reply.status == status, reply
    assert reply.media_type == PROBLEM, reply
    answer = reply.json()
    assert answer["status"] == status
    assert answer["type"] and answer["title"] and answer["detail"]
    return answer


def errors_at(reply):
    """The 422's errors as {place: word}, each of them well formed."""
    found = {}
    for error in problem(reply, 422)["errors"]:
        assert set(error) == {"loc", "msg", "type", "input"}
        assert error["loc"][0] in ("query", "path", "header", "body")
        assert error["msg"]
        place = tuple(error["loc"])
        assert place not in found
        found[place] = error["type"]
    return found


def errors(reply):
    """The same of a request that has nothing but a query: {field: word}."""
    found = errors_at(reply)
    assert all(place[0] == "query" and len(place) == 2 for place in found)
    return {place[1]: word for place, word in found.items()}
