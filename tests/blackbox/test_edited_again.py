"""An object that was edited already, edited again, through every front.

The edit that a request finds goes when it reads what it wrote itself; only a
build with sanitizers sees for certain whether it was looked at after that.
"""

import pytest

PLACE = {"ra_deg": 12.5, "dec_deg": -3}


@pytest.mark.parametrize("name", ["Edited again", "NGC 300"])
def test_edited_again(editor, name):
    for times in range(1, 5):
        reply = editor.put(name, {**PLACE, "redshift": times})
        assert reply.status in (200, 201), reply
        assert reply.json()["redshift"] == times
        again = editor.get(name)
        assert again.json() == reply.json()
        assert again.headers["ETag"] == reply.headers["ETag"]
    for status in (200, 404):
        assert editor.delete(name).status == status
    assert editor.put(name, PLACE).status == 201
