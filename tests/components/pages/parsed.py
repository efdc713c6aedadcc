"""What a page is made of, and what must hold of each."""

import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "img", "br"}


class Parsed(HTMLParser):
    """Tags, attributes and text of a page; fails where its tags are not nested."""

    def __init__(self, html):
        super().__init__()
        self.html = html
        self.open, self.tags, self.attributes, self.headings = [], [], [], []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag in ("h1", "h2", "h3"):
            self.headings.append((tag, ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_data(" ")
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        for level in ("h1", "h2", "h3"):
            if level in self.open:
                self.headings[-1] = (level, self.headings[-1][1] + data)

    def values(self, tag, name):
        return [value for of, key, value in self.attributes if (of, key) == (tag, name)]

    def level(self, level):
        return [" ".join(text.split()) for of, text in self.headings if of == level]


def refers_to_nothing_but(parsed, *addresses):
    """Asserts that all addresses begin so, and that the page forbids the browser the rest."""
    assert not {"script", "iframe", "object", "embed", "base", "form"} & set(parsed.tags)
    for tag, name, value in parsed.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("src", "href", "srcset", "poster", "data", "action", "xlink:href"):
            assert value.startswith(addresses), (tag, name, value)
    (style,) = re.findall("<style>(.*?)</style>", parsed.html, re.DOTALL)
    inline = [value for _, name, value in parsed.attributes if name == "style"]
    assert not re.search(r"@import|url\(|@font-face|//", " ".join([style, *inline]))
    (policy,) = [value for value in parsed.values("meta", "content") if "default-src" in value]
    assert policy.startswith("default-src 'none'")


def can_be_read_by_all(parsed):
    """Asserts that headings are in order, pictures named or hidden, and ids lead somewhere."""
    levels = [int(level[1]) for level, _ in parsed.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), parsed.headings
    assert all(text.strip() for _, text in parsed.headings), parsed.headings
    named = len(parsed.values("svg", "aria-label")) + len(parsed.values("svg", "aria-hidden"))
    assert named == parsed.tags.count("svg")
    assert len([alt for alt in parsed.values("img", "alt") if alt]) == parsed.tags.count("img")
    ids = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {v for _, name, v in parsed.attributes if name == "aria-labelledby"} <= set(ids)


def adds_nothing_to(attacked, harmless):
    """Asserts that a page whose texts try to get out of their place has no markup of theirs."""
    tags = set(attacked.tags) - set(harmless.tags)
    assert tags <= {"title", "code", "ul", "li", "details", "summary"}, tags
    names, known = ({name for _, name, _ in of.attributes} for of in (attacked, harmless))
    assert names <= known, names - known
    assert "<script>alert(1)</script>" in attacked.text
