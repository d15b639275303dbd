"""The same /galaxy in FastAPI, as somebody who knows it would write it.

One connection to the catalogue for each worker; the look-up takes
microseconds, so the endpoint is a coroutine rather than a thread's work.
"""
import math
import os
import sqlite3
from typing import List, Optional

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel

ZONES_PER_DEG = 1
ZONES = 180 * ZONES_PER_DEG
RA_CELLS = 1 << 44
ZONE_SHIFT = 45
SHIFT_MAX = 4096    # how far collisions may have moved a row
HEAVY_TURNS = 36_000_000

app = FastAPI(title="Galaxies")
catalogue = sqlite3.connect(
    f"file:{os.environ['BENCH_CATALOGUE']}?mode=ro&immutable=1",
    uri=True, check_same_thread=False)
catalogue.row_factory = sqlite3.Row

CONE = """SELECT name, aliases, type, ra_deg, dec_deg, constellation,
    magnitude_v, magnitude_b, magnitude_j, magnitude_h, magnitude_k,
    surface_brightness_mag_arcsec2, major_axis_arcmin, minor_axis_arcmin,
    position_angle_deg, redshift, radial_velocity_km_s, parallax_mas,
    pm_ra_mas_yr, pm_dec_mas_yr, hubble_type
    FROM object WHERE k BETWEEN ? AND ?"""


class Galaxy(BaseModel):
    name: str
    aliases: Optional[List[str]]
    type: str
    ra_deg: float
    dec_deg: float
    separation_deg: float
    constellation: Optional[str]
    magnitude_v: Optional[float]
    magnitude_b: Optional[float]
    magnitude_j: Optional[float]
    magnitude_h: Optional[float]
    magnitude_k: Optional[float]
    surface_brightness_mag_arcsec2: Optional[float]
    major_axis_arcmin: Optional[float]
    minor_axis_arcmin: Optional[float]
    position_angle_deg: Optional[float]
    redshift: Optional[float]
    radial_velocity_km_s: Optional[float]
    parallax_mas: Optional[float]
    pm_ra_mas_yr: Optional[float]
    pm_dec_mas_yr: Optional[float]
    hubble_type: Optional[str]
    catalogue: str = "openngc"


class Coordinates(BaseModel):
    input: str
    read_as: str
    ra_deg: float
    dec_deg: float
    frame: str = "icrs"


class Reply(BaseModel):
    system: List[Galaxy]
    coordinates: Coordinates
    radius_deg: float
    matched: int
    next: Optional[str]


def read_coordinates(text: str) -> Coordinates:
    """A pair of decimal degrees, or one of an object's names."""
    try:
        ra, dec = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        row = catalogue.execute(
            "SELECT ra_deg, dec_deg FROM name JOIN object USING (k)"
            " WHERE key = ?", (text.upper().replace(" ", ""),)).fetchone()
        if row is None:
            raise HTTPException(422, "neither a position nor a known name")
        return Coordinates(input=text, read_as="name", ra_deg=row["ra_deg"],
                           dec_deg=row["dec_deg"])
    if not (-360 <= ra <= 360 and -90 <= dec <= 90):
        raise HTTPException(422, "right ascension or declination out of range")
    return Coordinates(input=text, read_as="degrees", ra_deg=ra % 360,
                       dec_deg=dec)


def key_ranges(ra: float, dec: float, radius: float):
    """The ranges of row ids that hold every object of the cone."""
    low = max(0, math.floor((dec - radius + 90) * ZONES_PER_DEG))
    high = min(ZONES - 1, math.floor((dec + radius + 90) * ZONES_PER_DEG))
    if abs(dec) + radius >= 90:
        yield low << ZONE_SHIFT, ((high + 1) << ZONE_SHIFT) - 1
        return
    half = math.degrees(math.asin(
        math.sin(math.radians(radius)) / math.cos(math.radians(dec))))
    west = int((ra - half) % 360 / 360 * RA_CELLS)
    east = int((ra + half) % 360 / 360 * RA_CELLS) + SHIFT_MAX
    for zone in range(low, high + 1):
        base = zone << ZONE_SHIFT
        if west <= east:
            yield base + west, base + east
        else:
            yield base, base + east
            yield base + west, base + (1 << ZONE_SHIFT) - 1


def separation_deg(ra1, dec1, ra2, dec2):
    """By the haversine, in degrees."""
    dec1, dec2 = math.radians(dec1), math.radians(dec2)
    h = (math.sin((dec2 - dec1) / 2) ** 2 + math.cos(dec1) * math.cos(dec2)
         * math.sin(math.radians(ra2 - ra1) / 2) ** 2)
    return math.degrees(2 * math.asin(min(1, math.sqrt(h))))


@app.get("/galaxy", response_model=Reply, response_model_exclude_none=True)
async def galaxy(
        coordinates: str = Query(..., description="Position or name."),
        radius_deg: float = Query(0.25, ge=0, le=180),
        limit: int = Query(100, ge=1, le=10000),
        type: Optional[str] = Query(None),
        magnitude_max: Optional[float] = Query(None)):
    """Objects around a position, nearest first."""
    centre = read_coordinates(coordinates)
    found = []
    for first, last in key_ranges(centre.ra_deg, centre.dec_deg, radius_deg):
        for row in catalogue.execute(CONE, (first, last)):
            away = separation_deg(centre.ra_deg, centre.dec_deg,
                                  row["ra_deg"], row["dec_deg"])
            if away > radius_deg or (type and row["type"] != type):
                continue
            if magnitude_max is not None:
                bright = row["magnitude_v"] or row["magnitude_b"]
                if bright is None or bright > magnitude_max:
                    continue
            found.append((away, row["name"], row))
    found.sort(key=lambda item: item[:2])
    system = []
    for away, _, row in found[:limit]:
        fields = dict(row)
        if row["aliases"]:
            fields["aliases"] = row["aliases"].split("|")
        system.append(Galaxy(separation_deg=away, **fields))
    return Reply(system=system, coordinates=centre, radius_deg=radius_deg,
                 matched=len(found))


@app.get("/singularity")
def singularity(spin: float, inclination_deg: float) -> float:
    """Nothing but work in a loop, about two seconds of it."""
    x = spin
    for _ in range(HEAVY_TURNS):
        x = (x * 1.000001 + inclination_deg) % 1
    return x
