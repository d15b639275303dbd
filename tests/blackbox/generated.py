"""Requests made from an OpenAPI document: for each parameter, and for each
member of a body, what must be taken and what must be refused.

cases() walks the document; judge_all() sends each case and holds the reply
against what was expected and against the document.
"""

import traceback
from dataclasses import replace

import values
from inputs import input_cases
from maker import Maker
from problems import PROBLEM, errors_at
from rules import QUERY_BYTES, body_bytes, whole_cases

# What a handler may still say of a value that fits the declaration.
BY_MEANING = {404, 409}
# What a picky one says of parameters that do not go together.
TOGETHER = {"missing", "extra_forbidden", "value_error"}
BINDING_TYPES = {
    "missing", "repeated", "enum", "greater_than_equal", "less_than_equal",
    "greater_than", "less_than",
    "string_too_short", "string_too_long", "string_pattern_mismatch",
    "string_unicode", "string_nul", "too_short", "too_long",
    "extra_forbidden", "json_invalid", "int_parsing", "int_parsing_size",
    "int_from_float", "float_parsing", "finite_number", "bool_parsing",
    *values.TYPE_ERRORS.values(),
}


def operation_cases(maker):
    yield from whole_cases(maker)
    picky = maker.operation.path in maker.walk.picky
    deadline = maker.walk.deadlines.get(maker.operation.path)
    for case in input_cases(maker):
        if is_sendable(case):
            yield replace(
                case, picky=picky,
                late=deadline is not None and case.at == ("body", deadline),
            )


def is_sendable(case):
    """Whether it is small enough to be looked at."""
    request = case.request
    return (
        len(request.query_text) <= QUERY_BYTES
        and len(request.body or b"") <= body_bytes(case.operation)
    )


def cases(document, walk):
    made = [
        case
        for operation in document.operations
        for case in operation_cases(Maker(operation, walk))
    ]
    skipped = {case.id for case in made} & walk.skipped
    assert skipped == walk.skipped, "what is skipped would be made"
    assert len({case.id for case in made}) == len(made), "an id stands twice"
    return [case for case in made if case.id not in skipped]


def by_operation(cases_):
    """Lists of them, by the names of their operations."""
    lists = {}
    for case in cases_:
        lists.setdefault(case.operation.name, []).append(case)
    return lists


def judge_all(cases_, ask):
    """Every one of them, and only then says which were not well: as tests of
    their own most of them would take longer to be counted than to be asked.
    """
    wrong = [said for case in cases_ if (said := what_is_wrong(case, ask))]
    assert not wrong, f"{len(wrong)} of {len(cases_)}:\n" + "\n".join(wrong)


def what_is_wrong(case, ask):
    try:
        judge(case, ask)
    except Exception as failure:  # whatever it is, others are to be asked
        where = traceback.extract_tb(failure.__traceback__)[-1]
        return (f"{case.id}\n    {where.name}: {where.line}\n"
                f"    {type(failure).__name__}: {failure}")
    return None


def judge(case, ask):
    """Sends a case's request by ask(Request), and fails if it is not well."""
    reply = ask(case.request)
    if reply.status in case.by_server and reply.media_type != PROBLEM:
        return
    if case.request.method == "HEAD":
        assert reply.body == b"", reply
        assert reply.status in case.operation.responses, reply
    elif case.documented:
        case.operation.check(reply)
    if case.types:
        judge_errors(case, reply)
    elif case.statuses:
        assert reply.status in case.statuses, reply
    else:
        judge_fine(case, reply)
    if case.also is not None:
        case.also(case, reply, ask)


def judge_errors(case, reply):
    """One error, there, and of that type."""
    if case.operation.error_form is not None:
        judge_form(case, reply)
        return
    (place, type_), = errors_at(reply).items()
    if case.within is None:
        assert place == case.at, reply
    else:
        assert place[:-1] == case.at and place[-1] in case.within, reply
    assert type_ in case.types, reply


def judge_form(case, reply):
    """The same where errors are told in another form, which has no types."""
    form = case.operation.error_form
    assert (reply.status, reply.media_type) == (form["status"], form["media"])
    if case.request.method != "HEAD":
        assert case.mark is None or case.mark in reply.text, reply
        assert str(case.at[-1]) in reply.text, reply


def judge_fine(case, reply):
    if 200 <= reply.status < 300 or reply.status in BY_MEANING:
        return
    if case.late and reply.status == 504:
        return
    assert reply.status == 422 and case.request.method != "HEAD", reply
    for place, type_ in errors_at(reply).items():
        if case.picky:
            assert type_ in TOGETHER, (place, reply)
        else:
            assert type_ not in BINDING_TYPES, (place, reply)
