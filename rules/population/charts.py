"""Draws a comparison: for each group of families, how many lose and gain, and what it costs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rules.graph.words import Language, say
from rules.population.comparing import GAINS, LOSES, Groups
from rules.population.drawing import FAINT, GAIN, LOSS, MONEY, Box, Picture, Shape, Stroke, Words, width_of
from rules.population.wording import grouped, millions_exactly, percent, tell

_WIDTH = 980
_MARGIN = 12
_TOP = 46
_ROW = 26
_BAR = 16
_GAP = 28
_SPACE = 6
_SMALL = 12
_TITLE = 15
# How much wider the panel of families is than each panel of money, by the number of panels.
_FIRST_OF = {1: 1, 2: 2, 3: 2}


@dataclass(frozen=True)
class _Panel:
    """Bars to the left and to the right of a line: one pair of numbers a row, and what stands at their ends."""

    title: str
    ends: tuple[str, str]
    left: Sequence[int]
    right: Sequence[int]
    left_colour: str
    right_colour: str
    show: Callable[[int, int], str]


def draw_groups(groups: Groups, kinds: Sequence[str], language: Language) -> Picture:
    """Return the picture of some groups, with their sums of these kinds; regions in the order of what they cost."""
    rows = groups.filled()
    if groups.key == "region":
        rows.sort(key=lambda row: (-abs(int(groups.monthly[row])), -abs(int(groups.once[row])), row))
    names = [say(groups.labels[row], language) for row in rows]
    panels = list(_panels(groups, kinds, rows, language))
    label_width = max(width_of(name) for name in names) + 2 * _SPACE
    space = _WIDTH - 2 * _MARGIN - label_width - _GAP * (len(panels) - 1)
    shares = (_FIRST_OF[len(panels)], *[1] * (len(panels) - 1))
    height = _TOP + _ROW * len(rows) + _MARGIN
    shapes: list[Shape] = [
        Words(_MARGIN + label_width - _SPACE, _middle(place), name, anchor="end") for place, name in enumerate(names)
    ]
    left = _MARGIN + label_width
    for panel, share in zip(panels, shares, strict=True):
        width = space * share // sum(shares)
        shapes += _draw(panel, left, width, height, names)
        left += width + _GAP
    told = "; ".join(
        f"{name}: {panels[0].show(0, place)} / {panels[0].show(1, place)}" for place, name in enumerate(names)
    )
    return Picture(_WIDTH, height, tell(groups.key, language), told, tuple(shapes))


def _middle(row: int) -> int:
    return _TOP + row * _ROW + _BAR


def _panels(groups: Groups, kinds: Sequence[str], rows: list[int], language: Language) -> Iterator[_Panel]:
    totals = [int(groups.outcomes[row].sum()) for row in rows]
    losers, gainers = ([int(groups.outcomes[row, outcome]) for row in rows] for outcome in (LOSES, GAINS))
    sides = (losers, gainers)

    def families(side: int, row: int) -> str:
        return f"{grouped(sides[side][row])} ({percent(sides[side][row], totals[row])})"

    ends = (tell("lose", language), tell("gain", language))
    yield _Panel(tell("families", language), ends, losers, gainers, LOSS, GAIN, families)
    for kind in kinds:
        values = [int(getattr(groups, kind)[row]) for row in rows]
        falls, rises = [max(-value, 0) for value in values], [max(value, 0) for value in values]
        yield _Panel(tell(kind, language), ("", ""), falls, rises, MONEY, MONEY, _money(values))


def _money(values: Sequence[int]) -> Callable[[int, int], str]:
    return lambda _, row: millions_exactly(values[row])


def _draw(panel: _Panel, left: int, width: int, height: int, names: Sequence[str]) -> Iterator[Shape]:
    rooms = [_room(panel, side, values) for side, values in enumerate((panel.left, panel.right))]
    most = [max(panel.left, default=0), max(panel.right, default=0)]
    space = max(width - sum(rooms), 1)
    whole = max(sum(most), 1)
    zero = left + rooms[0] + space * most[0] // whole
    for row, name in enumerate(names):
        top = _TOP + row * _ROW + (_ROW - _BAR) // 2 - 2
        drawn = False
        for side, value in enumerate((panel.left[row], panel.right[row])):
            if not value:
                continue
            drawn = True
            length = max(space * value // whole, 1)
            shown = panel.show(side, row)
            start = zero - length if side == 0 else zero
            yield Box(start, top, length, _BAR, panel.right_colour if side else panel.left_colour, f"{name}: {shown}")
            end = zero - length - _SPACE if side == 0 else zero + length + _SPACE
            yield Words(end, _middle(row), shown, _SMALL, "start" if side else "end")
        if not drawn:
            yield Words(zero + _SPACE, _middle(row), "0", _SMALL, colour=FAINT)
    yield Stroke(zero, _TOP - _SPACE, zero, height - _MARGIN)
    yield Words(left, _TITLE, panel.title, bold=True)
    for side, (word, colour) in enumerate(zip(panel.ends, (panel.left_colour, panel.right_colour), strict=True)):
        if word:
            step = _SPACE if side else -_SPACE
            yield Words(zero + step, _TOP - 2 * _SPACE, word, _SMALL, "start" if side else "end", colour, bold=True)


def _room(panel: _Panel, side: int, values: Sequence[int]) -> int:
    """Return what the widest number at the ends of the bars needs; nothing where no bar goes that way."""
    shown = [panel.show(side, row) for row, value in enumerate(values) if value]
    return max((width_of(text, _SMALL) for text in shown), default=0) + _SPACE
