"""Files to keep."""

import pytest
from werkzeug.http import parse_options_header

from portal.web import respond


@pytest.mark.parametrize(
    "name",
    ["Accord_华东贸易_2026-10.pdf", 'a"b;c.pdf', "line\r\nSet-Cookie: x.pdf", "../../etc/passwd"],
)
def test_a_file_keeps_its_name_and_the_header_stays_one_line(app, name):
    with app.test_request_context():
        header = respond.download(b"x", name, "application/pdf").headers["Content-Disposition"]

    header.encode("latin-1")
    assert "\n" not in header
    assert "\r" not in header
    assert parse_options_header(header)[1]["filename"] == name
