"""Pictures of boxes, lines and words in whole units, as SVG that needs nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
INK = "#1b1b1b"
FAINT = "#6b6b6b"
# Told apart with any kind of colour sight, and on grey paper.
GAIN, LOSS, MONEY = "#0072b2", "#d55e00", "#4d4d4d"
# A letter is about so many hundredths of its size wide.
_WIDTH_OF_A_LETTER = 56


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; `told` is shown where a pointer rests on it."""

    x: int
    y: int
    width: int
    height: int
    colour: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text that starts, ends or has its middle at a point."""

    x: int
    y: int
    text: str
    size: int = 13
    anchor: str = "start"
    colour: str = INK
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A thin line."""

    x: int
    y: int
    to_x: int
    to_y: int
    colour: str = FAINT


Shape = Box | Words | Stroke


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a white ground, with what they say in words."""

    width: int
    height: int
    title: str
    told: str
    shapes: tuple[Shape, ...]


def width_of(text: str, size: int = 13) -> int:
    """Return about how wide a text is."""
    return len(text) * size * _WIDTH_OF_A_LETTER // 100 + 1


def to_svg(picture: Picture, name: str) -> str:
    """Return the picture as an SVG element; `name` is that of no other picture of the page."""
    body = "".join(_shapes(picture))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" role="img" '
        f'aria-labelledby="{name}-title {name}-told" font-family="{escape(FONT)}">'
        f'<title id="{name}-title">{escape(picture.title)}</title><desc id="{name}-told">{escape(picture.told)}</desc>'
        f'<rect width="{picture.width}" height="{picture.height}" fill="#ffffff"/>{body}</svg>'
    )


def _shapes(picture: Picture) -> Iterator[str]:
    for shape in picture.shapes:
        if isinstance(shape, Box):
            told = f"<title>{escape(shape.told)}</title>" if shape.told else ""
            place = f'x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}"'
            yield f'<rect {place} fill="{shape.colour}">{told}</rect>'
        elif isinstance(shape, Stroke):
            place = f'x1="{shape.x}" y1="{shape.y}" x2="{shape.to_x}" y2="{shape.to_y}"'
            yield f'<line {place} stroke="{shape.colour}"/>'
        else:
            weight = ' font-weight="600"' if shape.bold else ""
            place = f'x="{shape.x}" y="{shape.y}" font-size="{shape.size}" text-anchor="{shape.anchor}"'
            yield f'<text {place} fill="{shape.colour}"{weight}>{escape(shape.text)}</text>'
