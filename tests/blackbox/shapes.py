"""How much is tried of each parameter, and of each member of a body.

Where there are few, everything is.  Of an operation with very many the first
of each shape is tried wholly, and of the others only what shows that they are
bound and bounded.  A shape is a type and which bounds there are.
"""

from values import MANY, kind_of

KEYWORDS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum",
    "format", "pattern", "minLength", "maxLength", "minItems", "maxItems",
    "items", "properties",
}
# What every value of a type is refused for, whatever its declaration says.
OF_ALL = {"string_unicode", "string_nul", "json_invalid", "finite_number"}


def shape_of(schema):
    return kind_of(schema), frozenset(KEYWORDS & schema.keys())


class Shapes:
    """Those that were met among so many."""

    def __init__(self, count):
        self.many = count > MANY
        self.met = set()

    def is_new(self, *shape):
        """Whether it is to be tried wholly."""
        if not self.many:
            return True
        new = shape not in self.met
        self.met.add(shape)
        return new


def telling(values):
    """One for each type of error that declarations lead to, bounds first."""
    told = set()
    edge = ("at_", "too_")
    for value in sorted(values, key=lambda v: not v.label.startswith(edge)):
        if value.types and not value.types & (OF_ALL | told):
            told |= value.types
            yield value


def wanted_first(places, wanted):
    """Where a right request has something, a fine value is answered best."""
    return sorted(places, key=lambda place: not wanted(place))


def is_of_earlier(operation, parameter):
    """Whether another method of the path has it, and stands before."""
    for other in operation.document.operations:
        if other.name == operation.name:
            return False
        if other.path == operation.path and any(
            (each["name"], each["in"], each["schema"])
            == (parameter["name"], parameter["in"], parameter["schema"])
            for each in other.parameters
        ):
            return True
    return False
