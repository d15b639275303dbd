"""A catalogue too large to be held: synthetic stars, made anew by each run."""

import os
import random
import shutil
import subprocess
from functools import cached_property
from math import asin, degrees

from processes import clean_environment
from stage import Stage, give

COUNT = 300_000
NAME = "stars"


def rows(count=COUNT, seed=7):
    """(name, ra, dec, magnitude) of stars all over the sky."""
    draw = random.Random(seed)
    for i in range(count):
        ra = round(draw.random() * 360, 6) % 360
        dec = round(degrees(asin(2 * draw.random() - 1)), 6)
        yield f"Star {i}", ra, dec, round(draw.uniform(2, 15), 2)


def import_stars(bin, state, directory, count=COUNT, seed=7):
    """Makes, or replaces, the catalogue in a state directory."""
    table = directory / f"{NAME}.csv"
    with open(table, "w", encoding="utf-8") as file:
        file.write("name,ra_deg,dec_deg,magnitude_v\n")
        file.writelines(
            f"{name},{ra!r},{dec!r},{magnitude}\n"
            for name, ra, dec, magnitude in rows(count, seed)
        )
    subprocess.run(
        [bin / "lightcone", "import", "--catalogue", NAME, table],
        env=clean_environment(LIGHTCONE_STATE=state), check=True,
        capture_output=True,
    )
    table.unlink()


class StarStage(Stage):
    """One whose state directories share one large file."""

    @cached_property
    def imported(self):
        state = super().imported
        import_stars(self.bin, state, self.root)
        return state

    def state(self, directory, user=None):
        state = directory / "state"
        shutil.copytree(self.imported, state, copy_function=os.link)
        if user is not None:
            give(state, user)
        return state
