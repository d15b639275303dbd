"""What every error must look like (RFC 9457, with FastAPI's errors)."""

PROBLEM = "application/problem+json"


def problem(reply, status):
    assert reply.status == status, reply
    assert reply.media_type == PROBLEM, reply
    answer = reply.json()
    assert answer["status"] == status
    assert answer["type"] and answer["title"] and answer["detail"]
    return answer


def errors(reply):
    """The 422's errors as {field: word}, each of them well formed."""
    found = {}
    for error in problem(reply, 422)["errors"]:
        assert set(error) == {"loc", "msg", "type", "input"}
        assert error["loc"][0] == "query"
        assert error["msg"]
        assert error["loc"][1] not in found
        found[error["loc"][1]] = error["type"]
    return found
