"""VOTables as a careful client reads them: with an XML parser, and nothing
taken for granted.
"""

from xml.etree import ElementTree

SPACE = "{http://www.ivoa.net/xml/VOTable/v1.3}"
MEDIA_TYPES = ("application/x-votable+xml", "text/xml")
READERS = {
    "double": float, "float": float, "long": int, "char": str,
    "boolean": {"T": True, "F": False}.__getitem__,
}


class Field:
    def __init__(self, node):
        self.__dict__.update(dict.fromkeys(("unit", "ucd", "ref"), ""))
        self.__dict__.update(node.attrib)
        self.description = node.findtext(SPACE + "DESCRIPTION")

    def read(self, cell):
        """A cell's value; None is null."""
        return READERS[self.datatype](cell.text) if cell.text else None


class VOTable:
    """The one table of a document, or the error that it tells."""

    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        assert self.root.tag == SPACE + "VOTABLE"
        assert self.root.get("version") == "1.4"
        self.description = self.root.findtext(SPACE + "DESCRIPTION")
        self.resource, = self.root.findall(SPACE + "RESOURCE")
        assert self.resource.get("type") == "results"
        children = [each.tag.removeprefix(SPACE) for each in self.resource]
        assert children[0] == "INFO"
        self.statuses = [
            node.get("value")
            for node in self.resource.findall(SPACE + "INFO")
            if node.get("name") == "QUERY_STATUS"
        ]
        tables = self.resource.findall(SPACE + "TABLE")
        self.table = tables[0] if tables else None
        assert len(tables) == (0 if self.statuses == ["ERROR"] else 1)

    def info(self, name):
        """An INFO's value; None: there is none.  Wherever it stands."""
        found = [
            node.get("value") for node in self.root.iter(SPACE + "INFO")
            if node.get("name") == name
        ]
        assert len(found) <= 1, found
        return found[0] if found else None

    @property
    def error(self):
        """What is wrong, which must be told in both ways; None: nothing."""
        told = [
            node.text for node in self.resource.findall(SPACE + "INFO")
            if (node.get("name"), node.get("value"))
            == ("QUERY_STATUS", "ERROR")
        ]
        words = self.info("Error")
        assert told == ([] if words is None else [words])
        return words

    @property
    def status(self):
        """What counts in the end."""
        assert len(self.statuses) == 1 or (
            len(self.statuses) == 2 and self.statuses[0] == "OK"
        )
        return self.statuses[-1]

    @property
    def fields(self):
        return [Field(node) for node in self.table.findall(SPACE + "FIELD")]

    @property
    def rows(self):
        """Dictionaries of what is not null."""
        fields = self.fields
        made = []
        for row in self.table.iter(SPACE + "TR"):
            cells = row.findall(SPACE + "TD")
            assert len(cells) == len(fields)
            values = ((f.name, f.read(c)) for f, c in zip(fields, cells))
            made.append({n: v for n, v in values if v is not None})
        return made

    def with_ucd(self, ucd):
        """The one field that has it."""
        field, = (each for each in self.fields if each.ucd == ucd)
        return field


def of(reply):
    """The VOTable that a reply of a cone search must be."""
    assert reply.status == 200, reply
    assert reply.media_type in MEDIA_TYPES, reply
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    return VOTable(reply.text)
