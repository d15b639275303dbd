"""CSV that POST /galaxy/match is asked with, as people write it."""

import pytest

from matcher import CSV, lines, matches, post
from problems import errors_at, problem

WANTED = [("a", 10.5, -20.25), ("b", 350.25, 45)]

FORMS = {
    "plain": "id,ra,dec\na,10.5,-20.25\nb,350.25,45\n",
    "no end": "id,ra,dec\na,10.5,-20.25\nb,350.25,45",
    "CR LF": "id,ra,dec\r\na,10.5,-20.25\r\nb,350.25,45\r\n",
    "CR": "id,ra,dec\ra,10.5,-20.25\rb,350.25,45\r",
    "mark": "\ufeffid,ra,dec\na,10.5,-20.25\nb,350.25,45\n",
    "semicolons": "id;ra;dec\na;10.5;-20.25\nb;350.25;45\n",
    "tabs": "id\tra\tdec\na\t10.5\t-20.25\nb\t350.25\t45\n",
    "bars": "|id|ra|dec|\n|a|10.5|-20.25|\n|b|350.25|45|\n",
    "quotes": '"id","ra","dec"\n"a","10.5","-20.25"\n"b","350.25","45"\n',
    "spaces": "id , ra , dec\n a , 10.5 , -20.25 \n b , 350.25 , 45 \n",
    "comments": "# mine\nid,ra,dec\n# one\na,10.5,-20.25\n\nb,350.25,45\n\n",
    "upper": "ID,RA_DEG,DEC_DEG\na,10.5,-20.25\nb,350.25,45\n",
    "J2000": "Name,RAJ2000,DEJ2000\na,10.5,-20.25\nb,350.25,45\n",
    "order": "dec,id,ra\n-20.25,a,10.5\n45,b,350.25\n",
    "more": "id,ra,dec,mag,z,ra_err\na,10.5,-20.25,dim,x,\nb,350.25,45,99,,0\n",
    "names": "name,id,ra,dec\nx,a,10.5,-20.25\n,b,350.25,45\n",
    "colons": "id,ra,dec\na,00:42:00,-20:15:00\nb,23:21:00,+45:00:00\n",
    "gaps": "id,ra,dec\na,00 42 00,-20 15 00\nb,23 21 00,+45 00 00\n",
    "letters": "id,ra,dec\na,0h42m0s,-20d15m0s\nb,23h21m0s,45d\n",
    "hours": "id,ra (h),dec\na,0.7,-20.25\nb,23.35,45\n",
    "one": "id,coordinates\na,00:42:00 -20:15:00\nb,350.25 45\n",
    "parts": "id,RAh,RAm,RAs,DE-,DEd,DEm,DEs\na,0,42,0,-,20,15,0\n"
             "b,23,21,0,+,45,0,0\n",
    "negative": "id,ra,dec\na,10.5,-20.25\nb,-9.75,45\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(site, form):
    found = matches(site, FORMS[form], type_=CSV)
    assert [match["id"] for match in found] == ["a", "b"]
    for match, (_, ra_deg, dec_deg) in zip(found, WANTED):
        assert match["ra_deg"] == pytest.approx(ra_deg, abs=1e-9)
        assert match["dec_deg"] == pytest.approx(dec_deg, abs=1e-9)


def test_galactic_columns(site):
    text = "l,b\n121.1743,-21.5733\n"
    match, = matches(site, text, {"radius_deg": 0.02}, CSV)
    assert match["system"][0]["name"] == "NGC 224"
    assert "id" not in match


IDS = ['a"b', "c,d", "e\nf", "\u00e9\u2605", "=1+1", "17", "-", "nan",
       "z" * 128, "\u2605" * 128]


def test_ids_come_back(site):
    quoted = ['"' + each.replace('"', '""') + '"' for each in IDS]
    text = "id,ra,dec\n" + "".join(f"{each},200,-3\n" for each in quoted)
    found = matches(site, text, type_=CSV)
    assert [match["id"] for match in found] == IDS
    assert [line["id"] for line in lines(site, text)] == IDS


def test_an_empty_id_is_none(site):
    found = matches(site, "id,ra,dec\n,200,-3\nb,200,-3\n", type_=CSV)
    assert [match.get("id") for match in found] == [None, "b"]


def test_a_number_of_hipparcos_is_no_id_of_ours(site):
    match, = matches(site, "HIP,ra,dec\n17,200,-3\n", type_=CSV)
    assert match["id"] == "17"  # as it was sent


ROWS = [  # and what is said of each that is wrong
    ("good,10,20", None),
    ("ra,400,20", "ra"),
    ("dec,10,90.0000001", "dec"),
    ("text,x,20", "ra"),
    ("nan,nan,20", "no position"),
    ("sixty,00:60:00,20", "ra"),
    ("none,,", "no position"),
    ("half,10,", "no position"),
    ("short,10", "2 cells, the header 3"),
    ("long,10,20,30", "4 cells, the header 3"),
    ('after,"10"x,20', "closing quote"),
    ("i" * 129 + ",10,20", "128 characters"),
    ("good,30,40", None),
    ("huge" * 20000 + ",10,20", "65536"),
    ("good,50,60", None),
]


def test_all_wrong_lines_are_listed(site):
    text = "id,ra,dec\n" + "".join(row + "\n" for row, _ in ROWS)
    answer = problem(post(site, text, "", CSV), 422)
    found = {tuple(e["loc"]): e["msg"] for e in answer["errors"]}
    wanted = {("body", i + 2): why for i, (_, why) in enumerate(ROWS) if why}
    assert set(found) == set(wanted)
    for place, why in wanted.items():
        assert why in found[place]


def test_lines_are_counted_as_an_editor_does(site):
    text = '# a\n\nid,ra,dec\n"x\ny",10,20\n\nz,10,95\n'
    assert errors_at(post(site, text, "", CSV)) == {("body", 7): "value_error"}


def test_bytes_that_are_no_text(site):
    body = b"id,ra,dec\n\xe9,10,20\na\0b,10,20\n\xff\xfe,1,2\nc,10,20\n"
    found = problem(post(site, body, "", CSV), 422)["errors"]
    assert [(e["loc"], e["msg"]) for e in found] == [
        (["body", 2], "the row is not UTF-8"),
        (["body", 3], "the row holds a NUL"),
        (["body", 4], "the row is not UTF-8"),
    ]


def test_more_than_a_hundred_wrong(site):
    for text in ("ra,dec\n" + "x,1\n" * 250, "ra,dec\n" + "x\n" * 10_000):
        answer = problem(post(site, text, "", CSV), 422)
        assert len(answer["errors"]) == 100
        assert "first errors" in answer["detail"]
        assert answer["errors"][99]["loc"] == ["body", 101]


@pytest.mark.parametrize("body, type_, words", [
    ("", "missing", "required"),
    ("\n\n", "value_error", "no header"),
    ("# only words\n", "value_error", "no header"),
    ("x,y\n1,2\n", "value_error", "among its columns x, y"),
    ("ra,y\n1,2\n", "value_error", "ra_deg and dec_deg"),
    ("10,20\n30,40\n", "value_error", "must name the columns"),
    ("ra dec\n1 2\n", "value_error", "no tab, comma"),
    ("ra\n1\n", "value_error", "no more than one column"),
    ('"ra,dec\n1,2\n', "value_error", "the header"),
    ("PK\x03\x04\0\0\0\0\n", "value_error", "the header"),
    ('{"positions": []}', "value_error", "application/json"),
    ("\r\n {}", "value_error", "application/json"),
    ("r" * 70000 + ",dec\n", "value_error", "65536"),
])
def test_no_table(site, body, type_, words):
    error, = problem(post(site, body, "", CSV), 422)["errors"]
    assert (error["loc"], error["type"]) == (["body"], type_)
    assert words in error["msg"]
    assert "--map" not in error["msg"]
