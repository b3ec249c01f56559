"""Pages of reports: blocks, escaping, missing values, ids and texts of charts."""

import re
import sys
from html import unescape

import pytest
from landcarbon.algorithms.pages import Drawing, PageChart, PageTable, Section, cell, number, page
from landcarbon.core.notes import warning

OWN_ADDRESSES = {  # names of the vocabularies of SVG, which no reader loads
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://purl.org/dc/elements/1.1/",
    "http://creativecommons.org/ns#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/dcmitype/StillImage",
}


def texts(svg):
    """The texts that a chart shows."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def ids(svg):
    return re.findall(r'\bid="([^"]+)"', svg)


@pytest.fixture
def drawn():
    """A chart with a clipped line, markers and labels: what has ids and references to them."""

    def drawn(name, labels=("a", "b")):
        drawing = Drawing(name)
        axes = drawing.figure.subplots()
        axes.plot([0, 1], [2, 3], "o-")
        axes.set_xticks(range(len(labels)), [drawing.text(label) for label in labels])
        return drawing.svg()

    return drawn


def test_page_has_title_method_sections_and_notes():
    text = page("Drivers", "How.", [Section("One", ("Words.",))], [warning("Look at {count} units.", 3)])
    parts = ["<h1>Drivers</h1>", "<p>How.</p>", "<h2>One</h2>", "<p>Words.</p>", "<li>Look at 3 units.</li>"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_page_without_notes_has_no_empty_list():
    assert "<ul>" not in page("t", "m", [])


def test_everything_written_is_escaped():
    bad = "<b>&"
    text = page(bad, bad, [Section(bad, (bad, PageTable((bad,), ((bad,),), bad)))], [warning(bad)])
    assert "<b>" not in text
    assert text.count("&lt;b&gt;&amp;") == 9  # twice the title; the others once


def test_numbers_stand_on_the_right_and_texts_on_the_left():
    text = page("t", "m", [Section("s", (PageTable(("name", "q"), (("a", 0.5), ("b", None))),))])
    assert "<th>name</th>" in text
    assert '<th class="number">q</th>' in text
    assert '<td>a</td><td class="number">0.5</td>' in text
    assert '<td class="number">–</td>' in text


def test_rows_have_their_colours():
    table = PageTable(("class", "n"), (("a", 1), ("b", 2)), colours=("#123456", "#654321"))
    text = page("t", "m", [Section("s", (table,))])
    assert re.findall(r"background: (#\d+)\"></span>(\w)", text) == [("#123456", "a"), ("#654321", "b")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("forest", "forest"),
        (0, "0"),
        (-12345, "−12,345"),
        (1234567.0, "1,234,567"),
        (0.123456789, "0.123457"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_cells(value, expected):
    assert cell(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (110015300.2, "110,015,300"),
        (-0.04123154, "−0.0412315"),
        (0.0, "0"),
        (2.5e-9, "2.5e−09"),
        (99999.5, "99,999.5"),
    ],
)
def test_numbers_have_marks_between_thousands(value, expected):
    assert number(value) == expected


def test_ids_of_two_charts_differ(drawn):
    first, second = ids(drawn("one")), ids(drawn("two"))
    assert first and set(first) & set(second) == set()
    assert len(first) == len(set(first))


def test_references_in_a_chart_lead_to_its_own_ids(drawn):
    svg = drawn("one")
    references = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)
    assert references
    assert {first or second for first, second in references} <= set(ids(svg))


def test_the_same_chart_is_the_same_text(drawn):
    assert drawn("one") == drawn("one")


def test_page_needs_no_other_file(drawn):
    text = page("t", "m", [Section("s", (PageChart(drawn("one"), "caption"),))])
    assert set(re.findall(r"(?:https?|file):[^\"\s<)]*", text)) <= OWN_ADDRESSES
    assert "<script" not in text
    assert "@import" not in text


def test_chart_has_its_caption_and_small_print(drawn):
    text = page("t", "m", [Section("s", (PageChart(drawn("one"), "A & B", "y = 1"),))])
    assert "<figcaption>A &amp; B</figcaption>" in text
    assert 'aria-label="A &amp; B"' in text
    assert '<p class="small">y = 1</p>' in text


def test_texts_of_a_chart_can_be_searched(drawn):
    assert {"GDP", "primary industry"} <= set(texts(drawn("one", ["GDP", "primary industry"])))


def test_texts_in_any_script_need_no_font_of_the_drawing(drawn, recwarn):
    names = ["国内生产总值", "ÅÆ", "$x_1$", "a<b&c", "أرض"]
    assert set(names) <= set(texts(drawn("one", names)))
    assert len(recwarn) == 0


def test_long_texts_of_a_chart_are_cut(drawn):
    assert "x" * 39 + "…" in texts(drawn("one", ["x" * 41]))
    assert "x" * 40 in texts(drawn("one", ["x" * 40]))


def test_chart_leaves_the_state_of_matplotlib_alone(drawn):
    import matplotlib

    before, pyplot = dict(matplotlib.rcParams), "matplotlib.pyplot" in sys.modules
    drawn("one")
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == pyplot
