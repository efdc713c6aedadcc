"""What all pages look like can be read."""

import re
from pathlib import Path

from components.pages import templates
from tests.components.pages.contrast import colours, contrast

STYLE = Path(templates.__file__).with_name("base.css.j2").read_text()


def test_text_stands_out_in_light_and_dark():
    for theme in map(colours, re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]):
        for ground in ("paper", "panel"):
            for ink in ("ink", "muted", "accent"):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
        assert contrast(theme["ink"], theme["area"]) >= 4.5
        # Marks need 3:1 (1.4.11).
        assert contrast(theme["mark"], theme["paper"]) >= 3
