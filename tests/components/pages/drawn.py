"""What is in a chart."""

from xml.etree import ElementTree


def parsed(markup):
    return ElementTree.fromstring(str(markup))


def classed(markup, style):
    """Returns the elements that carry a class, in the order of the chart, legend first."""
    return [each for each in parsed(markup).iter() if style in each.get("class", "").split()]


def texts(markup):
    return [each.text for each in parsed(markup).iter("text")]
