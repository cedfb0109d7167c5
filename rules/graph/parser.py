"""Reads the text of a rule.

    expression = "if" expression "then" expression "else" expression | any
    any        = all { "or" all }
    all        = not { "and" not }
    not        = "not" not | comparison
    comparison = sum [ ("<" | "<=" | ">" | ">=" | "=") sum
                     | "is" ["not"] code { "or" code } ]
    sum        = product { ("+" | "-") product }
    product    = dated { ("*" | "/") dated }
    dated      = primary [ "at" primary ]
    primary    = "0" | "1" | "yes" | "no" | name [ "[" expression "]" ] | gather | rank
               | function "(" expression { "," expression } ")" | "(" expression ")"
    gather     = ("count" | "sum" | "any" | "all") "(" name [ "where" expression ] [ ":" expression ] ")"
    rank       = "order" "(" name [ "where" expression ] "by" expression ")"

After `is`, `or` binds further codes; to go on with another condition, put the comparison in brackets.
A comment runs from `#` to the end of its line.
"""

import re
from dataclasses import dataclass

from rules.graph.syntax import (
    AsOf,
    Binary,
    Call,
    Choice,
    Gather,
    Index,
    Is,
    Literal,
    Name,
    Negation,
    Position,
    Rank,
    SyntaxFaultError,
    Term,
    YesNo,
)  # fmt: skip

GATHERS = ("count", "sum", "any", "all")
_WORDS = frozenset(
    {"if", "then", "else", "and", "or", "not", "is", "at", "where", "by", "yes", "no", "order", *GATHERS}
)
_TOKEN = re.compile(
    r"(?P<space>[ \t]+|#[^\n]*)|(?P<line>\n)|(?P<number>[0-9][0-9_.]*)"
    r"|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)|(?P<sign><=|>=|[-+*/<>=()\[\],:])"
)
_DEEPEST = 60
_END = "the end of the formula"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, name, number or sign, and where it stands."""

    kind: str
    text: str
    at: Position


def tokenize(text: str, start: Position, indent: int) -> list[Token]:
    """Split the text that begins at `start`, whose further lines begin at column `indent`."""
    tokens: list[Token] = []
    line, column, index = start.line, start.column, 0
    while index < len(text):
        match = _TOKEN.match(text, index)
        at = Position(line, column)
        if match is None:
            raise SyntaxFaultError(at, f"the sign {text[index]!r} has no meaning here")
        kind, word = str(match.lastgroup), match.group()
        if kind == "line":
            line, column = line + 1, indent
        else:
            column += len(word)
            if kind != "space":
                tokens.append(Token("word" if word in _WORDS else kind, word, at))
        index = match.end()
    tokens.append(Token("end", _END, Position(line, column)))
    return tokens


def parse(text: str, start: Position, indent: int) -> Term:
    """Return what the text says. Raises SyntaxFaultError."""
    parser = _Parser(tokenize(text, start, indent))
    term = parser.expression()
    parser.expect("end", _END)
    return term


@dataclass
class _Parser:
    tokens: list[Token]
    index: int = 0
    depth: int = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.current
        self.index += 1
        return token

    def meets(self, *texts: str) -> bool:
        return self.current.kind in {"word", "sign"} and self.current.text in texts

    def expect(self, kind: str, text: str) -> Token:
        if self.current.kind != kind or (kind != "name" and self.current.text != text):
            shown = _END if self.current.kind == "end" else repr(self.current.text)
            wanted = text if kind in {"end", "name"} else repr(text)
            raise SyntaxFaultError(self.current.at, f"expected {wanted}, got {shown}")
        return self.take()

    def expression(self) -> Term:
        self.depth += 1
        if self.depth > _DEEPEST:
            text = "the formula is nested too deeply; give its parts names of their own"
            raise SyntaxFaultError(self.current.at, text)
        found = self.choice() if self.meets("if") else self.disjunction()
        self.depth -= 1
        return found

    def choice(self) -> Term:
        at = self.take().at
        condition = self.expression()
        self.expect("word", "then")
        chosen = self.expression()
        self.expect("word", "else")
        return Choice(at, condition, chosen, self.expression())

    def disjunction(self) -> Term:
        left = self.conjunction()
        while self.meets("or"):
            sign = self.take()
            left = Binary(sign.at, "or", left, self.conjunction())
        return left

    def conjunction(self) -> Term:
        left = self.negation()
        while self.meets("and"):
            sign = self.take()
            left = Binary(sign.at, "and", left, self.negation())
        return left

    def negation(self) -> Term:
        negations = []
        while self.meets("not"):
            negations.append(self.take().at)
        term = self.comparison()
        for at in reversed(negations):
            term = Negation(at, term)
        return term

    def comparison(self) -> Term:
        left = self.addition()
        if self.meets("<", "<=", ">", ">=", "="):
            sign = self.take()
            return Binary(sign.at, sign.text, left, self.addition())
        if self.meets("is"):
            return self.membership(left)
        return left

    def membership(self, left: Term) -> Term:
        at = self.take().at
        negated = self.meets("not")
        if negated:
            self.take()
        codes = [self.name("a code")]
        while self.meets("or"):
            self.take()
            codes.append(self.name("a code"))
        return Is(at, left, tuple(codes), negated)

    def name(self, what: str) -> Name:
        token = self.expect("name", what)
        return Name(token.at, token.text)

    def addition(self) -> Term:
        left = self.product()
        while self.meets("+", "-"):
            sign = self.take()
            left = Binary(sign.at, sign.text, left, self.product())
        return left

    def product(self) -> Term:
        left = self.dated()
        while self.meets("*", "/"):
            sign = self.take()
            left = Binary(sign.at, sign.text, left, self.dated())
        return left

    def dated(self) -> Term:
        term = self.primary()
        if self.meets("at"):
            at = self.take().at
            return AsOf(at, term, self.primary())
        return term

    def primary(self) -> Term:
        token = self.take()
        if token.kind == "number":
            return _literal(token)
        if token.kind == "name":
            return self.named(token)
        if token.kind == "word" and token.text in {"yes", "no"}:
            return YesNo(token.at, token.text == "yes")
        if token.kind == "word" and token.text in GATHERS:
            return self.gather(token)
        if token.kind == "word" and token.text == "order":
            return self.rank(token)
        if token.kind == "sign" and token.text == "(":
            inner = self.expression()
            self.expect("sign", ")")
            return inner
        shown = _END if token.kind == "end" else repr(token.text)
        raise SyntaxFaultError(token.at, f"expected a name, a function or a bracket, got {shown}")

    def named(self, token: Token) -> Term:
        if self.meets("["):
            self.take()
            key = self.expression()
            self.expect("sign", "]")
            return Index(token.at, token.text, key)
        if not self.meets("("):
            return Name(token.at, token.text)
        self.take()
        arguments = [self.expression()]
        while self.meets(","):
            self.take()
            arguments.append(self.expression())
        self.expect("sign", ")")
        return Call(token.at, token.text, tuple(arguments))

    def where(self) -> Term | None:
        if not self.meets("where"):
            return None
        self.take()
        return self.expression()

    def gather(self, token: Token) -> Term:
        self.expect("sign", "(")
        group, where = self.name("the name of a group"), self.where()
        body = None
        if self.meets(":"):
            self.take()
            body = self.expression()
        self.expect("sign", ")")
        if token.text == "count" and body is not None:
            raise SyntaxFaultError(token.at, "count takes no ':'; write count(group where condition)")
        if token.text != "count" and body is None:
            raise SyntaxFaultError(token.at, f"{token.text} needs ':' and what is gathered")
        return Gather(token.at, token.text, group, where, body)

    def rank(self, token: Token) -> Term:
        self.expect("sign", "(")
        group, where = self.name("the name of a group"), self.where()
        self.expect("word", "by")
        day = self.expression()
        self.expect("sign", ")")
        return Rank(token.at, group, where, day)


def _literal(token: Token) -> Literal:
    """Refuse every figure but 0 and 1: a figure of the law needs a name, a source and dates."""
    if token.text not in {"0", "1"}:
        raise SyntaxFaultError(
            token.at, f"the number {token.text} stands in the rule: give it a name as a cited parameter"
        )
    return Literal(token.at, int(token.text))
