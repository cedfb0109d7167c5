"""Writes expressions as the body of a Python function: loops over records, each expression worked out once.

The same text is run by Python for one family and compiled for the country; only the head differs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rules.kernel.expressions import Scope, X

_DEEPEST = 12
_FALLEN = ("gather", "rank")
_STORED = ("table", "series", "series_missing")


@dataclass
class Code:
    """The text of a function's body, and what it reads. `inline` writes figures of the law into the text itself."""

    inline: bool = False
    lines: list[str] = field(default_factory=list)
    facts: dict[str, Scope] = field(default_factory=dict)
    groups: dict[str, Scope] = field(default_factory=dict)
    missing: dict[str, Scope] = field(default_factory=dict)
    given: dict[X, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def name(self) -> str:
        """Return a new name for a value."""
        self.count += 1
        return f"v{self.count}"

    def figure(self, x: X) -> str:
        """Return how a value that is the same for every family is written."""
        if x.literal or self.inline:
            text = str(x.value) if not x.truth else str(bool(x.value))
            return f"({text})" if text.startswith("-") else text
        text = self.given.setdefault(x, f"a{len(self.given)}")
        return f"({text} != 0)" if x.truth else text


@dataclass
class Block:
    """The code for one record: of the family, or of a group inside a loop."""

    code: Code
    uses: dict[X, int]
    scope: Scope
    index: str
    indent: str
    above: "Block | None" = None
    names: dict[X, str] = field(default_factory=dict)

    def write(self, text: str) -> None:
        """Add a line."""
        self.code.lines.append(self.indent + text)

    def run(self, roots: Sequence[X]) -> list[str]:
        """Work out the roots, loops first, and return how each is written."""
        for stage in _stages(roots, self.scope):
            new = [x for x in stage if x not in self.names]
            for group in dict.fromkeys(str(x.args[1]) for x in new):
                self._loop(group, [x for x in new if x.args[1] == group])
        return [self.ref(root) for root in roots]

    def ref(self, x: X, depth: int = 0) -> str:
        """Return how an expression is written here; one that is used again gets a name."""
        if x.fixed:
            return self.code.figure(x)
        if len(x.scope) < len(self.scope):
            if self.above is None:
                raise TypeError(x)
            return self.above.ref(x, depth)
        if x in self.names:
            return f"({self.names[x]} == 1)" if str(x.args[0]).endswith(" fault") else self.names[x]
        once = self.uses.get(x, 0) <= 1 and depth < _DEEPEST
        text = self._text(x, depth + 1 if once else 0)
        if once and x.op not in _FALLEN:
            return text
        return self.assign(x, text)

    def assign(self, x: X, text: str) -> str:
        """Give an expression a name."""
        self.names[x] = self.code.name()
        self.write(f"{self.names[x]} = {text}")
        return self.names[x]

    def keep(self, x: X) -> None:
        """Work out an expression before a loop that reads it."""
        if not x.fixed and x not in self.names:
            self.assign(x, self._text(x, 0))

    def _text(self, x: X, depth: int) -> str:
        if x.op == "fact":
            name = str(x.args[0])
            self.code.facts.setdefault(name, x.scope)
            return self._truth(x, f"F_{name}[{self.index}]")
        if x.op == "missing":
            name = str(x.args[0])
            self.code.missing.setdefault(name, x.scope)
            return self._truth(x, f"M_{name}[{self.index}]")
        if x.op == "rank":
            return self._rank(x)
        return self._composed(x, [self.ref(part, depth) for part in x.parts])

    def _truth(self, x: X, read: str) -> str:
        """Return a value that was read as a truth where it is one: compiled code keeps truths as numbers."""
        return f"({read} != 0)" if x.truth and not self.code.inline else read

    def _composed(self, x: X, parts: list[str]) -> str:
        if x.op == "choose":
            return f"({parts[1]} if {parts[0]} else {parts[2]})"
        if x.op in {"and", "or"}:
            return f"({f' {x.op} '.join(parts)})"
        if x.op == "not":
            return f"(not {parts[0]})"
        if x.op in {"min", "max", "months_after", "period_start"}:
            rest = iter(parts)
            return f"{x.op}({', '.join(next(rest) if isinstance(arg, X) else str(arg) for arg in x.args)})"
        return self._stored(x, parts[0]) if x.op in _STORED else f"({parts[0]} {x.op} {parts[1]})"

    def _stored(self, x: X, at: str) -> str:
        """Return a row of a table, or the place of a day in a series."""
        name = str(x.args[0])
        if x.op == "table":
            short = self.code.tables.setdefault(name, f"T{len(self.code.tables)}")
            key, rows = x.parts[0], int(str(x.args[2]))
            inside = key.low >= 0 and key.high < rows
            return self._truth(x, f"{short}[{at}]" if inside else f"{short}[min(max({at}, 0), {rows - 1})]")
        short = self.code.series.setdefault(name, f"S{len(self.code.series)}")
        column = "m" if x.op == "series_missing" else "v"
        return self._truth(x, f"look({short}s, {short}{column}, {at})")

    def _records(self, group: str, scope: Scope) -> str:
        self.code.groups.setdefault(group, scope)
        holder = self.index
        return f"range(N_{group}[{holder}], N_{group}[{holder} + 1])"

    def _loop(self, group: str, gathers: Sequence[X]) -> None:
        inner_scope = (*self.scope, group)
        for gather in gathers:
            for x in _outside(gather.parts, self.scope):
                self.keep(x)
        for gather in gathers:
            self.names[gather] = self.code.name()
            self.write(f"{self.names[gather]} = {_BEGIN[str(gather.args[0])]}")
        index = f"j{self.code.count}"
        self.code.count += 1
        self.write(f"for {index} in {self._records(group, inner_scope)}:")
        inner = Block(self.code, self.uses, inner_scope, index, self.indent + "    ", self)
        always = [gather for gather in gathers if gather.args[0] not in _ADDED]
        added = [gather for gather in gathers if gather.args[0] in _ADDED]
        wheres = list(dict.fromkeys(gather.parts[0] for gather in added))
        texts = iter(inner.run([*(part for gather in always for part in gather.parts), *wheres]))
        for gather in always:
            _keep_all(inner, gather, self.names[gather], [next(texts) for _ in gather.parts])
        for where in wheres:
            inner.branch(next(texts), [(self.names[x], x) for x in added if x.parts[0] is where])

    def branch(self, where: str, gathers: Sequence[tuple[str, X]]) -> None:
        """Add a record to gathers where it counts. What only they read is worked out only there."""
        block = Block(self.code, self.uses, self.scope, self.index, self.indent, self.above, dict(self.names))
        if where != "True":
            self.write(f"if {where}:")
            block.indent += "    "
        for (name, gather), body in zip(gathers, block.run([x.parts[1] for _, x in gathers]), strict=True):
            kind = str(gather.args[0])
            if kind == "sum":
                block.write(f"{name} += {body}")
            else:
                test = body if kind == "any" else f"not {body}"
                value = f"{name} = {kind == 'any'}"
                block.write(value if test in {"True", "not False"} else f"if {test}: {value}")

    def _rank(self, x: X) -> str:
        """Count the records before this one; of two equal days the one listed first comes first."""
        group = str(x.args[0])
        where, day = x.parts
        above = self.above
        if above is None:
            raise TypeError(x)
        mine, found = self.ref(day), self.code.name()
        other = f"j{self.code.count}"
        self.code.count += 1
        self.write(f"{found} = 1")
        self.write(f"for {other} in {above._records(group, self.scope)}:")  # noqa: SLF001 - a block of the same kind
        inner = Block(self.code, self.uses, self.scope, other, self.indent + "    ", above)
        counted, theirs = inner.run([where, day])
        before = f"({theirs} < {mine} or ({theirs} == {mine} and {other} < {self.index}))"
        inner.write(f"if {counted} and {before}:")
        inner.write(f"    {found} += 1")
        return found


_ADDED = ("sum", "any", "all")
_BEGIN = {"sum": "0", "any": "False", "all": "True", "list": "[]", "lists": "[]", "any fault": "0", "all fault": "0"}


def _keep_all(inner: Block, gather: X, name: str, texts: list[str]) -> None:
    """Add a record to a list, or to the search for the first fault."""
    kind, where, body = str(gather.args[0]), texts[0], texts[1]
    if kind in {"list", "lists"}:
        inner.write(f"{name}.{'append' if kind == 'list' else 'extend'}({body})")
    else:  # 0 while open, 1 once a fault is met, 2 once a record settled the answer before
        settled = body if kind == "any fault" else f"not {body}"
        inner.write(f"if {name} == 0 and {where}: {name} = 1 if {texts[2]} else 2 if {settled} else 0")


def _outside(roots: Iterable[X], scope: Scope) -> Iterator[X]:
    """Yield what the roots read of a scope from inside its loops."""
    seen: set[X] = set()
    waiting = list(roots)
    while waiting:
        x = waiting.pop()
        if x in seen or x.fixed:
            continue
        seen.add(x)
        if len(x.scope) > len(scope):
            waiting.extend(x.parts)
        elif x.scope == scope:
            yield x


def _stages(roots: Sequence[X], scope: Scope) -> list[list[X]]:
    """Return the loops that the roots need at this scope: those of one stage read only what earlier stages give."""
    stage: dict[X, int] = {}
    found: list[list[X]] = []

    def visit(x: X) -> int:
        if x.fixed or len(x.scope) != len(scope):
            return 0
        if x not in stage:
            if x.op == "gather":
                stage[x] = max((visit(part) for part in _outside(x.parts, scope)), default=0) + 1
                while len(found) < stage[x]:
                    found.append([])
                found[stage[x] - 1].append(x)
            elif x.op == "rank":
                stage[x] = max((visit(part) for part in _outside(x.parts, scope)), default=0)
            else:
                stage[x] = max((visit(part) for part in x.parts), default=0)
        return stage[x]

    for root in roots:
        visit(root)
    return found


def count_uses(roots: Sequence[X]) -> dict[X, int]:
    """Return how often each expression is read, roots included."""
    uses: dict[X, int] = {}
    waiting = list(roots)
    while waiting:
        x = waiting.pop()
        uses[x] = uses.get(x, 0) + 1
        if uses[x] == 1 and not x.fixed:
            waiting.extend(x.parts)
            if x.op == "rank":
                waiting.append(x.parts[1])  # its own day and the others'
    return uses
