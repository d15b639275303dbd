"""Cone searches by pyvo, as its users write them, behind Lighttpd."""

import io
import warnings

import pytest

import fronts
import sky
from wide import COUNT, FLAG, NOTE, ROWS, SAID, SIZE, import_wide

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pyvo = pytest.importorskip(
        "pyvo", reason="pyvo (python3-pyvo) is not installed"
    )
    from astropy.coordinates import SkyCoord
    from astropy.io.votable.exceptions import VOWarning
    from astropy.units import Quantity
    from pyvo.dal import DALQueryError
    from pyvo.io import vosi

M31 = (10.6848, 41.2691)


@pytest.fixture(scope="module")
def lighttpd(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with fronts.starting("lighttpd", stage, "/sub/dir") as front, \
            pytest.MonkeyPatch.context() as patch:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        import_wide(stage.bin, front.state, front.directory)
        yield front.site


@pytest.fixture
def service(lighttpd):
    return pyvo.dal.SCSService(address(lighttpd, "/cone?"))


@pytest.fixture(autouse=True)
def no_word_against_our_votables():
    with warnings.catch_warnings():
        warnings.simplefilter("error", VOWarning)
        yield


def address(site, path):
    return f"http://127.0.0.1:{site.port}{site.mount}{path}"


def statuses(results):
    return [
        info.value for info in results.votable.resources[0].infos
        if info.name == "QUERY_STATUS"
    ]


def test_records(service):
    results = service.search(M31, 1.0)
    inside, _ = sky.cone(*M31, 1)
    assert len(results) == len(inside) > 3
    assert {record.id for record in results} == inside
    rows = {row["name"]: row for row in sky.ROWS}
    for record in results:
        its = rows[record.id]
        assert record.pos.ra.deg == its["ra_deg"]
        assert record.pos.dec.deg == its["dec_deg"]
        assert record["name"] == record.id


def test_nulls_and_units(service):
    table = service.search(M31, 1.0).to_table()
    rows = {row["name"]: row for row in sky.ROWS}
    assert str(table["ra_deg"].unit) == "deg"
    assert str(table["major_axis_arcmin"].unit) == "arcmin"
    for name in ("magnitude_v", "parallax_mas"):
        for row, masked in zip(table, table[name].mask):
            assert masked == (rows[row["name"]][name] == "")


def test_positions_and_radii_with_units(service):
    where = SkyCoord(121.1743, -21.5733, unit="deg", frame="galactic")
    results = service.search(where, Quantity(6, "arcmin"))
    assert [record.id for record in results] == ["NGC 224"]


def test_what_the_service_says(service):
    assert "New General Catalogue" in service.description
    columns = {column.name: column for column in service.columns}
    assert columns["name"].ucd == "ID_MAIN"
    assert str(columns["dec_deg"].unit) == "deg"


@pytest.mark.parametrize("position, radius", [((83.6, -27), 0.001), (M31, 0)])
def test_nothing_there(service, position, radius):
    results = service.search(position, radius)
    assert len(results) == 0 and statuses(results) == ["OK"]


def test_an_error_is_raised_in_our_words(lighttpd, service):
    with pytest.raises(DALQueryError, match="^SR: .*greater than or equal"):
        service.search(M31, -1)
    nosuch = pyvo.dal.SCSService(address(lighttpd, "/cone/nosuch"))
    with pytest.raises(DALQueryError, match="openngc"):
        nosuch.search(M31, 1)


def test_the_limit(service):
    """Newer versions warn of an overflow; this is what they look at."""
    whole = len(service.search(M31, 1.0))
    for limit, status in ((whole + 1, "OK"), (whole, "OK"),
                          (whole - 1, "OVERFLOW")):
        with warnings.catch_warnings():
            if hasattr(pyvo.dal.exceptions, "DALOverflowWarning"):
                warnings.simplefilter(
                    "ignore" if status == "OVERFLOW" else "error",
                    pyvo.dal.exceptions.DALOverflowWarning,
                )
            results = service.search(M31, 1.0, maxrec=limit)
        assert statuses(results) == [status]
        assert len(results) == min(limit, whole)


def test_own_columns(lighttpd):
    service = pyvo.dal.SCSService(address(lighttpd, "/cone/wide"))
    assert service.description == SAID["--description"]
    records = {
        record.id: record
        for record in service.search((10.6, 41.1), 5, verbosity=3)
    }
    first, second = records[ROWS[0][0]], records[ROWS[1][0]]
    assert first[SIZE] == 1.5 and first[NOTE] == ROWS[0][7]
    assert bool(first[FLAG]) is True and bool(second[FLAG]) is False
    assert second[COUNT] == -(2**63) and second[NOTE] == ROWS[1][7]


def test_all_of_it(service):
    """More than is sent in one piece."""
    results = service.search((0, 0), 180, verbosity=3)
    assert {record.id for record in results} == {
        row["name"] for row in sky.ROWS
    }


@pytest.mark.filterwarnings("ignore:.*Unknown element")
def test_vosi(lighttpd):
    def read(path):
        return io.BytesIO(lighttpd.get(path).body)

    assert vosi.parse_availability(read("/cone/availability")).available
    found = {
        each.standardid: each.interfaces[0].accessurls[0].content
        for each in vosi.parse_capabilities(read("/cone/capabilities"))
    }
    assert found["ivo://ivoa.net/std/ConeSearch"] == address(
        lighttpd, "/cone?"
    )
    table, = vosi.parse_tables(read("/cone/wide/tables")).iter_tables()
    assert [column.name for column in table.columns][:3] == [
        "name", "ra_deg", "dec_deg"
    ]
