"""The default catalogue as a plain table of SQLite's, for FastAPI and PHP.

Its key is that of the zones, one degree high, as Lightcone's files have it:
what is compared is not the index.
"""
import csv
import math
import sqlite3

ZONES = 180
RA_CELLS = 1 << 44
ZONE_SHIFT = 45
TEXTS = {"name", "type", "constellation", "hubble_type", "aliases",
         "identifiers"}


def key(ra_deg, dec_deg):
    zone = min(math.floor(dec_deg + 90), ZONES - 1)
    return zone << ZONE_SHIFT | min(int(ra_deg / 360 * RA_CELLS), RA_CELLS - 1)


def rows(table):
    """Keys that differ, in their order, and what is not there as None."""
    last = -1
    for row in sorted(table, key=lambda row: key(float(row["ra_deg"]),
                                                 float(row["dec_deg"]))):
        last = max(last + 1, key(float(row["ra_deg"]), float(row["dec_deg"])))
        yield (last, *(value or None for value in row.values()))


def names(rows_of_table, columns):
    taken = {}
    for row in rows_of_table:
        values = dict(zip(columns, row[1:]))
        for names_of_one in (values["name"], values["aliases"],
                             values["identifiers"]):
            for name in (names_of_one or "").split("|"):
                taken.setdefault(name.upper().replace(" ", ""), row[0])
    return taken.items()


def make(source, path):
    """Writes the file at `path` from a table of Lightcone's columns."""
    with open(source, encoding="utf-8") as f:
        table = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        columns = table.fieldnames
        objects = list(rows(table))
    typed = ", ".join(f"{name} {'TEXT' if name in TEXTS else 'REAL'}"
                      for name in columns)
    with sqlite3.connect(path) as db:
        db.execute(f"CREATE TABLE object (k INTEGER PRIMARY KEY, {typed})")
        db.executemany("INSERT INTO object VALUES "
                       f"(?{', ?' * len(columns)})", objects)
        db.execute("CREATE TABLE name (key TEXT PRIMARY KEY, k INTEGER)"
                   " WITHOUT ROWID")
        db.executemany("INSERT INTO name VALUES (?, ?)",
                       names(objects, columns))
    db.close()
