#!/usr/bin/env python3
"""Make Lightcone's default catalogue, openngc.tsv, from OpenNGC.

    npm pack astronomy-oracle@0.1.1
    tar xzf astronomy-oracle-0.1.1.tgz
    ./make-openngc.py package/data > openngc.tsv

The npm package ships OpenNGC as data/NGC.csv and data/addendum.csv, which is
all that is read here. The same input gives the same output, byte for byte; a
summary of what was folded together or left out goes to stderr.

What is changed, and nothing else:

* names get a space and lose their leading zeros: NGC0224 is "NGC 224";
* types become words, and Serpens' two halves become one constellation;
* RA and Dec become decimal degrees, rounded to 7 places from exact integers;
* a row marked Dup becomes names of the object that it duplicates;
* a row without a position is left out;
* an identifier that several objects claim stays with one of them, and a few
  missing commas between identifiers are put in;
* an article before a common name goes: "the Guitar" is "Guitar";
* the few values in CORRECTIONS are put right.

Every other value is OpenNGC's own text.
"""

import csv
import os
import re
import sys

TYPES = {
    "*": "star",
    "**": "double_star",
    "*Ass": "association_of_stars",
    "OCl": "open_cluster",
    "GCl": "globular_cluster",
    "Cl+N": "cluster_with_nebula",
    "G": "galaxy",
    "GPair": "galaxy_pair",
    "GTrpl": "galaxy_triplet",
    "GGroup": "group_of_galaxies",
    "PN": "planetary_nebula",
    "HII": "hii_region",
    "DrkN": "dark_nebula",
    "EmN": "emission_nebula",
    "Neb": "nebula",
    "RfN": "reflection_nebula",
    "SNR": "supernova_remnant",
    "Nova": "nova",
    "NonEx": "nonexistent",
    "Other": "other",
}

CONSTELLATIONS = {"Se1": "Ser", "Se2": "Ser"}

# Our column, and OpenNGC's, for the values that are copied as they stand.
COPIED = [
    ("major_axis_arcmin", "MajAx"),
    ("minor_axis_arcmin", "MinAx"),
    ("position_angle_deg", "PosAng"),
    ("magnitude_b", "B-Mag"),
    ("magnitude_v", "V-Mag"),
    ("magnitude_j", "J-Mag"),
    ("magnitude_h", "H-Mag"),
    ("magnitude_k", "K-Mag"),
    ("surface_brightness_mag_arcsec2", "SurfBr"),
    ("hubble_type", "Hubble"),
    ("parallax_mas", "Pax"),
    ("pm_ra_mas_yr", "Pm-RA"),
    ("pm_dec_mas_yr", "Pm-Dec"),
    ("radial_velocity_km_s", "RadVel"),
    ("redshift", "Redshift"),
]

HEADER = (["name", "type", "ra_deg", "dec_deg", "constellation"]
          + [ours for ours, _ in COPIED] + ["aliases", "identifiers"])

# OpenNGC's addendum has M 102 as a duplicate of M 101, and says itself that
# this is controversial. Atlases take it as NGC 5866: aliases.tsv has it.
DISPUTED = {"M102"}

# Values of OpenNGC that are replaced: for which row, by what, and why.
CORRECTIONS = {
    # M 45. OpenNGC has 03:47:28.6 +24:06:19, which is within seconds of arc
    # of the star Alcyone; the usual lists of Messier objects give the
    # position of the cluster as follows.
    "Mel022": {"RA": "03:47:24", "Dec": "+24:07:00"},
}

# Running numbers, whose leading zeros say nothing. In the other identifiers
# (2MASX, SDSS, IRAS, ESO, MCG, ...) the digits are positions or fields.
NUMBERED = re.compile(
    r"(NGC|IC|M|B|C|Cl|H|HCG|Mel|MWSC|PGC|LEDA|UGC|UGCA|HD|HIP|SAO|LBN)"
    r" ?0*([1-9].*)")

# The others only want their space: "MCG-07-28-004" is "MCG -07-28-004".
FIELDED = re.compile(r"(ESO-LV|ESO|MCG|BD|SDSS|2MAS[XS]|IRAS) ?([-+J0-9F].*)")


def display(text):
    """A designation as people write it: "PGC002557" is "PGC 2557"."""
    text = re.sub(r"J (?=[0-9])", "J", " ".join(text.split()))
    match = NUMBERED.fullmatch(text) or FIELDED.fullmatch(text)
    return " ".join(match.groups()) if match else text


def fold(text):
    """What makes two spellings of a name the same one."""
    text = re.sub(r"\s", "", text).upper()
    return re.sub(r"^([A-Z]+)0+(?=[0-9])", r"\1", text)


def listed(cell):
    """The parts of a comma-separated cell.

    A few commas are missing ("PGC 1SDSS J2"), and two cells hold a bare "HD".
    """
    parts = re.split(r",|(?<=[0-9])(?=SDSS J|UGC )", cell)
    return [part.strip() for part in parts if part.strip() not in ("", "HD")]


def degrees(sexagesimal, per_unit):
    """Degrees to 7 places from "[+-]a:b:c", by integers throughout.

    per_unit is 15 for hours and 1 for degrees. A half cannot occur: 10^7/3600
    seconds' worth leaves thirds and ninths only, so rounding has no ties.
    Seconds of 60.0, which OpenNGC has once, carry over as they should.
    """
    match = re.fullmatch(r"([-+]?)(\d\d):(\d\d):(\d\d)(?:\.(\d+))?", sexagesimal)
    if not match:
        raise ValueError("not sexagesimal: %r" % sexagesimal)
    sign, whole, minutes, seconds, fraction = match.groups()
    fraction = fraction or ""
    if int(minutes) > 59 or int(seconds) > 60:
        raise ValueError("out of range: %r" % sexagesimal)
    total = (int(whole) * 60 + int(minutes)) * 60 + int(seconds)
    numerator = (total * 10 ** len(fraction) + int(fraction or 0)) * per_unit
    denominator = 3600 * 10 ** len(fraction)
    units = (2 * numerator * 10 ** 7 + denominator) // (2 * denominator)
    text = "%d.%07d" % divmod(units, 10 ** 7)
    return "-" + text if sign == "-" and units else text


def references(row):
    """The other NGC, IC and Messier designations that a row gives."""
    return (["NGC " + number for number in listed(row["NGC"])]
            + ["IC " + number for number in listed(row["IC"])])


def read_rows(directory):
    rows = []
    for name in ("NGC.csv", "addendum.csv"):
        path = os.path.join(directory, name)
        with open(path, encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file, delimiter=";", strict=True)
    for row in rows:
        row.update(CORRECTIONS.get(row["Name"], {}))
    missing = CORRECTIONS.keys() - {row["Name"] for row in rows}
    if missing:
        raise ValueError("corrections for no row: %s" % sorted(missing))
    return rows


def sort_key(row):
    """NGC, then IC, then the rest; within a catalogue by number."""
    name = display(row["Name"])
    catalogue = re.match(r"[A-Za-z]+", name).group()
    rank = {"NGC": 0, "IC": 1}.get(catalogue, 2)
    natural = [int(part) if part.isdigit() else part
               for part in re.split(r"(\d+)", name[len(catalogue):])]
    return rank, catalogue, natural


def find_original(row, by_name):
    """Follow a Dup row to the object behind it; None if there is none.

    Duplicates may point at each other as well as at the object, so this looks
    through all that can be reached, nearest first.
    """
    queue, seen = [row], {row["Name"]}
    for current in queue:
        if current["Type"] != "Dup":
            return current
        messier = ["M " + number for number in listed(current["M"])]
        for name in references(current) + messier:
            target = by_name.get(fold(name))
            if target and target["Name"] not in seen:
                seen.add(target["Name"])
                queue.append(target)
    return None


class Catalogue:
    """The objects, and who owns each name."""

    def __init__(self, rows):
        self.notes = []
        self.rows_read = len(rows)
        self.without_position = [r for r in rows if not r["RA"] or not r["Dec"]]
        placed = sorted((r for r in rows if r["RA"] and r["Dec"]), key=sort_key)
        self.objects = [r for r in placed if r["Type"] != "Dup"]
        self.duplicates = [r for r in placed if r["Type"] == "Dup"]

        self.by_name = {fold(r["Name"]): r for r in placed}
        self.by_name.update((fold("M " + r["M"]), r)
                            for r in self.objects if r["M"])
        self.owner = {fold(r["Name"]): r["Name"] for r in self.objects}
        self.aliases = {r["Name"]: self.aliases_of(r) for r in self.objects}
        self.identifiers = {r["Name"]: [] for r in self.objects}
        self.give_identifiers()

    def aliases_of(self, row):
        """What is shown beside the name; two objects may share such a name."""
        names = ["M " + number.lstrip("0") for number in listed(row["M"])]
        names += [re.sub(r"^the ", "", name)
                  for name in listed(row["Common names"])]
        kept = []
        for alias in names:
            if fold(alias) == fold(row["Name"]):
                continue
            owner = self.owner.setdefault(fold(alias), row["Name"])
            if owner != row["Name"]:
                self.notes.append("alias %r of %s is also one of %s"
                                  % (alias, display(row["Name"]), display(owner)))
            kept.append(alias)
        return kept

    def give_identifiers(self):
        """Hand out the further names, the surest claims first.

        A duplicate's name belongs to its original; then come the identifiers
        that a row gives, and last its references to NGC and IC, which may be
        loose. Between equal claims the first object in the catalogue wins.
        """
        for row in self.duplicates:
            original = find_original(row, self.by_name)
            if original is None:
                self.notes.append("duplicate %s: no original found"
                                  % display(row["Name"]))
                continue
            if row["Name"] in DISPUTED:
                self.notes.append("duplicate %s of %s: disputed, its name is "
                                  "left out" % (display(row["Name"]),
                                                display(original["Name"])))
                continue
            self.give(original, row["Name"])
            for name in listed(row["Identifiers"]):
                self.give(original, name)
        for row in self.objects:
            for name in listed(row["Identifiers"]):
                self.give(row, name)
        for row in self.objects:
            for name in references(row):
                self.give(row, name)

    def give(self, row, name):
        name = display(name)
        owner = self.owner.setdefault(fold(name), row["Name"])
        if owner != row["Name"]:
            self.notes.append("identifier %r of %s stays with %s"
                              % (name, display(row["Name"]), display(owner)))
            return
        mine = [row["Name"]] + self.aliases[row["Name"]]
        mine += self.identifiers[row["Name"]]
        if fold(name) not in map(fold, mine):
            self.identifiers[row["Name"]].append(name)

    def line(self, row):
        constellation = row["Const"]
        cells = [
            display(row["Name"]),
            TYPES[row["Type"]],
            degrees(row["RA"], 15),
            degrees(row["Dec"], 1),
            CONSTELLATIONS.get(constellation, constellation),
        ]
        cells += [row[theirs] for _, theirs in COPIED]
        for names in (self.aliases, self.identifiers):
            if any("|" in name for name in names[row["Name"]]):
                raise ValueError("%s: a name holds a bar" % row["Name"])
            cells.append("|".join(names[row["Name"]]))
        if any(re.search(r"[\t\r\n]", cell) for cell in cells):
            raise ValueError("%s: a cell holds a tab or newline" % row["Name"])
        return "\t".join(cells)


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    catalogue = Catalogue(read_rows(sys.argv[1]))
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("\t".join(HEADER))
    for row in catalogue.objects:
        print(catalogue.line(row))

    def say(text):
        print(text, file=sys.stderr)

    for note in catalogue.notes:
        say(note)
    say("%d rows read" % catalogue.rows_read)
    say("%d skipped, without a position: %s"
        % (len(catalogue.without_position),
           ", ".join(display(r["Name"]) for r in catalogue.without_position)))
    say("%d duplicates folded into their originals" % len(catalogue.duplicates))
    say("%d objects" % len(catalogue.objects))


if __name__ == "__main__":
    main()
