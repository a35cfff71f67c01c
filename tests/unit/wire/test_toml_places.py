"""Where things stand in a TOML text: lines and spans, for every way of writing a value."""

import tomllib

import pytest

from dealreg.wire.toml_places import Place, path_of, places

TEXT = """\
# a comment with [brackets]
format = "x"
a.b = '''y
[z]'''  # behind a text of two lines
at = 2026-03-01 09:00:00Z   # an instant with a space

[[cases]]
name = "a \\" quote ] }"
list = [
    { id = "R1", tier = 'gold', deep = [1, [2, 3],] },  # ]
    { id = "R2" },
]
[cases.expect."special bid"]
R-1 = "granted"
"R 2" = { stand = "denied", code = "X" }

[[cases]]
[[cases.rows]]
n = 1
[[cases.rows]]
n = 2
"""


def spelt(path):
    found = places(TEXT).exactly(path)
    return found.line, TEXT[found.start : found.end]


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("format",), 2, '"x"'),
        (("a", "b"), 3, "'''y\n[z]'''"),
        (("at",), 5, "2026-03-01 09:00:00Z"),
        (("cases", 0), 7, "[[cases]]"),
        (("cases", 0, "name"), 8, '"a \\" quote ] }"'),
        (("cases", 0, "list", 0, "deep", 1), 10, "[2, 3]"),
        (("cases", 0, "list", 1, "id"), 11, '"R2"'),
        (("cases", 0, "expect", "special bid"), 13, '[cases.expect."special bid"]'),
        (("cases", 0, "expect", "special bid", "R 2", "code"), 15, '"X"'),
        (("cases", 1), 17, "[[cases]]"),
        (("cases", 1, "rows", 1), 20, "[[cases.rows]]"),
        (("cases", 1, "rows", 1, "n"), 21, "2"),
    ],
)
def test_every_value_has_its_line_and_span(path, line, text):
    assert spelt(path) == (line, text)


def leaves(data, path=()):
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list) and data:
        for number, value in enumerate(data):
            yield from leaves(value, (*path, number))
    else:
        yield path, data


def test_the_span_of_a_value_reads_as_the_value():
    found = places(TEXT)
    for path, value in leaves(tomllib.loads(TEXT)):
        place = found.exactly(path)
        assert tomllib.loads(f"x = {TEXT[place.start : place.end]}")["x"] == value


def test_what_has_no_place_of_its_own_has_that_of_what_is_around_it():
    found = places(TEXT)

    assert found.exactly(("cases", 0, "expect")) is None
    assert found.of(("cases", 0, "expect")).line == 7
    assert found.of(("nothing",)) == Place(1, 0, 0)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a = 1", "a = [ ]\nb = {}"])
def test_short_texts(text):
    assert len(places(text).found) == len(tomllib.loads(text))


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (
            "contests[protection].requires[TOO_LOW].that[column 3]",
            ("contests", 0, "requires", 0, "that"),
        ),
        ("contests[1].tie", ("contests", 1)),
        ("fields[a.b].type", ("fields", "a.b", "type")),
        ("contests[nothing]", ("contests",)),
        ("", ()),
    ],
)
def test_a_place_in_words_is_a_path(place, path):
    data = {
        "contests": [
            {"benefit": "protection", "requires": [{"code": "TOO_LOW", "that": "x"}]},
            "no table",
        ],
        "fields": {"a": {"b": 1}, "a.b": {"type": "text"}},
    }

    assert path_of(data, place) == path
