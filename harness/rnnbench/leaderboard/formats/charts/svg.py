"""The SVG elements of charts. All text in them is escaped; a model's look, a number, is a class of ``chart.css``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from rnnbench.leaderboard.formats.charts.axes import Axis, short
from rnnbench.leaderboard.formatting import brief

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOOKS = 8
"""The number of colours; further models have the same colours with other markers and dashed lines."""

_SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M-3.5-3.5h7v7h-7z",
    "M0-4.6L4.4 3.4h-8.8z",
    "M0-5L5 0L0 5L-5 0z",
    "M0 4.6L4.4-3.4h-8.8z",
    "M-1.4-4.4h2.8v3h3v2.8h-3v3h-2.8v-3h-3v-2.8h3z",
    "M-4.6-2L0-4.8L4.6-2L2.8 4h-5.6z",
    "M-5-2.2h10v4.4h-10z",
)


def element(name: str, *content: str, **attributes: str | float) -> Markup:
    """An element; ``class_`` stands for ``class`` and other underscores for hyphens. Plain text is escaped."""
    pairs = (f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items())
    inner = "".join(part if isinstance(part, Markup) else escape(brief(part)) for part in content)
    return Markup(f"<{name}{''.join(pairs)}>{inner}</{name}>")  # noqa: S704  every part of it is escaped above


@dataclass(frozen=True)
class Picture:
    """An SVG image with a title for screen readers, to be put into a page or a file of its own."""

    width: int
    height: int
    title: str
    content: tuple[Markup, ...]

    def __html__(self) -> str:
        """The markup that Jinja puts into a page."""
        return element("svg", *self.inner(), viewBox=f"0 0 {self.width} {self.height}", **self.named())

    def inner(self) -> tuple[Markup, ...]:
        """The children of the ``svg`` element: the title and the drawing."""
        return (element("title", self.title), *self.content)

    def named(self) -> dict[str, str]:
        """The attributes by which screen readers name it."""
        return {"role": "img", "aria_label": brief(self.title)}


def line(points: Iterable[tuple[float, float]], **attributes: str | float) -> Markup:
    """A polyline."""
    return element("path", d="M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points), **attributes)


def marker(x: float, y: float, look: int, title: str = "") -> Markup:
    """A model's marker, with a tooltip."""
    inner = [element("title", title)] if title else []
    place = f"translate({_number(x)} {_number(y)})"
    return element("path", *inner, d=_SHAPES[shape(look)], transform=place, class_=f"mark look{look % LOOKS}")


def shape(look: int) -> int:
    """The index of a model's shape, such that colours times shapes models differ in one or the other."""
    return (look + look // LOOKS) % LOOKS


def frame(x: Axis, y: Axis, x_name: str, y_name: str) -> Sequence[Markup]:
    """Grid lines, tick labels and the names of both axes."""
    parts = []
    for tick in x.ticks():
        at = x.place(tick)
        parts.append(line([(at, y.start), (at, y.end)], class_="grid"))
        parts.append(element("text", short(tick), x=at, y=y.start + 15, class_="middle"))
    for tick in y.ticks():
        at = y.place(tick)
        parts.append(line([(x.start, at), (x.end, at)], class_="grid"))
        parts.append(element("text", short(tick), x=x.start - 6, y=at + 4, class_="end"))
    parts.append(element("text", x_name, x=(x.start + x.end) / 2, y=y.start + 32, class_="middle name"))
    parts.append(element("text", y_name, x=4, y=12, class_="name"))
    return parts


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
