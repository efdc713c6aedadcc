"""Pieces of SVG are escaped, and names keep to their room."""

from xml.etree import ElementTree

from components.pages import svg


def parsed(markup):
    return ElementTree.fromstring(str(markup))


def test_a_chart_says_what_it_shows_to_those_who_cannot_see_it():
    chart = parsed(svg.chart(10, 'wider: "3" → <4>', [svg.line((0, 0), (1, 1), "rule")]))
    assert chart.get("role") == "img"
    assert chart.get("aria-label") == 'wider: "3" → <4>'
    assert [each.tag for each in chart] == ["line"]


def test_a_long_name_is_cut_and_whole_under_the_pointer():
    name = "Schifffahrtsgesellschaft & <b>Söhne</b>"
    (label,) = parsed(f"<svg>{svg.name(100, 10, name, 100)}</svg>")
    assert label.text.endswith("…") and svg.width(label.text) <= 100
    assert label.find("title").text == name


def test_wide_characters_take_more_room():
    assert svg.width("貓貓貓") > svg.width("ABC") > svg.width("abc")


def test_a_mark_tells_the_pointer_what_it_is():
    mark = parsed(svg.told(svg.circle(1, 2, 3, "mark"), "<b> & more"))
    assert [each.tag for each in mark] == ["circle", "title"]
    assert mark.find("title").text == "<b> & more"
