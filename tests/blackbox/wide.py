"""A catalogue whose columns are of all types, and mostly its own: whatever may
stand in a cell, and that only a careful reader gets right.
"""

import subprocess
from xml.sax.saxutils import escape, quoteattr

from processes import clean_environment

SIZE, FLAG, COUNT, NOTE = 'Größe <µm> & "q"', "flag", "count]]>", "note"
FIELDS = [
    ("name", "char"), ("RA", "double"), ("DEC", "double"), (SIZE, "double"),
    ("single", "float"), (FLAG, "boolean"), (COUNT, "long"), (NOTE, "char"),
    ("empty", "double"), ("parallax", "double"), ("main_id", "char"),
]
ROWS = [
    ["A 1", 10.5, 41.0, 1.5, 0.1, True, 3, "x < y & z > \"w\" ]]> 'q'", None,
     2.5, "one"],
    ["Ω 2", 10.6, 41.1, None, None, False, -(2**63), "Grüße,\ttab", None,
     None, None],
    ["#3, x", 10.7, 41.2, 1e-300, -2.5e10, None, 0, "日本\nzwei Zeilen", None,
     1.0, "three"],
    ["=4", 10.8, 41.3, -123456789.125, 16777216.0, True, None, "&amp;lt;",
     None, None, "one"],
]
KNOWN = {"RA": "ra_deg", "DEC": "dec_deg", "parallax": "parallax_mas"}
SAID = {
    "--title": "Größen & <mehr>", "--description": "Eine \"kleine\" Tafel",
    "--licence": "CC <0>", "--citation": "A & B (2020), §1",
}


def cell(value):
    if isinstance(value, bool):
        return "T" if value else "F"
    return "" if value is None else escape(str(value))


def import_wide(bin, state, directory):
    """From a VOTable, which has columns of all types."""
    table = directory / "wide.vot"
    fields = "".join(
        f"<FIELD name={quoteattr(name)} datatype='{kind}'"
        + (" arraysize='*'" if kind == "char" else "")
        + (" unit='mas'" if name == "parallax" else "") + "/>"
        for name, kind in FIELDS
    )
    rows = "".join(
        "<TR>" + "".join(f"<TD>{cell(v)}</TD>" for v in row) + "</TR>"
        for row in ROWS
    )
    table.write_text(
        "<VOTABLE version='1.4'><RESOURCE><TABLE>" + fields
        + "<DATA><TABLEDATA>" + rows
        + "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>",
        encoding="utf-8",
    )
    options = [word for pair in SAID.items() for word in pair]
    subprocess.run(
        [bin / "lightcone", "import", "--catalogue", "wide", *options, table],
        env=clean_environment(LIGHTCONE_STATE=state), check=True,
        capture_output=True,
    )
