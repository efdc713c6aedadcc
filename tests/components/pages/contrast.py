"""How well a colour stands out from another."""

import re


def colours(block):
    """Returns a style's variables that are colours, `{name: [red, green, blue]}` in 0..1."""
    return {
        name: [int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        for name, value in re.findall(r"--(\w+): #(\w{6});", block)
    }


def contrast(one, other):
    """Returns the ratio of WCAG 2.2, 1.4.3."""
    linear = [
        [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        for colour in (one, other)
    ]
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in linear)
    return (high + 0.05) / (low + 0.05)
