"""The style sheets of charts, which the page includes: colours for light and dark pages, and rules that use them."""

from __future__ import annotations

import re
from pathlib import Path

COLOURS = Path(__file__).with_name("colours.css")
CHART_RULES = Path(__file__).with_name("chart.css")


def colours() -> dict[str, str]:
    """The colours of a light page, by the names of their CSS variables."""
    light = COLOURS.read_text().partition("@media")[0]
    return dict(re.findall(r"--(\w+): (#\w+);", light))
