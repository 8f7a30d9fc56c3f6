# SPDX-License-Identifier: ISC
"""The mutants of a C source: small changes, one place each.

Comments (contracts among them), preprocessor lines and string literals are
left alone.  No return that ends a function is dropped, and no condition of
one comparison negated: the first is undefined, the second another mutant.
"""
import functools
import glob
import re

HIDDEN = re.compile(r"""
    (?P<kept> '(?:\\.|[^'\\\n])+' )
    | /\*.*?\*/ | //[^\n]*
    | "(?:\\.|[^"\\\n])*"
    | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*
    """, re.DOTALL | re.MULTILINE | re.VERBOSE)
TOKEN = re.compile(r"""
    (?P<name> [A-Za-z_]\w* )
    | (?P<number> 0[xX][0-9a-fA-F]+[uUlL]* | [0-9]+[uUlL]* )
    | (?P<char> '(?:\\.|[^'\\])+' )
    | (?P<mark> <<= | >>= | \.\.\. | -> | \+\+ | -- | << | >> | && | \|\|
        | [-+*/%&|^=!<>]= | . )
    """, re.VERBOSE)
SWAPS = {
    "==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"],
    ">": [">=", "<="], ">=": [">", "<"], "+": ["-"], "-": ["+"], "*": ["/"],
    "/": ["*"], "%": ["/"], "&": ["|"], "|": ["&"], "^": ["|"], "<<": [">>"],
    ">>": ["<<"], "&&": ["||"], "||": ["&&"], "!": [""], "~": [""],
    "++": ["--"], "--": ["++"], "+=": ["-=", "="], "-=": ["+=", "="],
    "*=": ["/="], "/=": ["*="], "%=": ["/="], "&=": ["|=", "="],
    "|=": ["&=", "="], "^=": ["|=", "="], "<<=": [">>="], ">>=": ["<<="],
    "true": ["false"], "false": ["true"],
}
COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
JUMPS = {"return", "break", "continue", "goto"}
HEADED = {"if", "for", "while", "switch"}
NO_STATEMENT = {"if", "for", "while", "do", "switch", "else", "case",
                "default"}
OPEN, CLOSE = "([{", ")]}"


class Mutant:
    """text[start:end] becomes new; key names it without line numbers."""

    def __init__(self, path, text, start, end, new, change):
        self.path, self.start, self.end = path, start, end
        self.new, self.change = new, change
        line_start = text.rfind("\n", 0, start) + 1
        line = text[line_start:].split("\n", 1)[0]
        self.row = text.count("\n", 0, start) + 1
        self.column = start - line_start + 1
        self.line = line.strip()

    def number(self, seen):
        """Tells it from others of the same line and change before it."""
        same = seen[(self.line, self.change)] = \
            seen.get((self.line, self.change), 0) + 1
        if same > 1:
            self.change += f" (again: {same})"
        self.key = f"{self.path}: {self.line}: {self.change}"

    def __str__(self):
        return f"{self.path}:{self.row}:{self.column}: " \
               f"{self.line}: {self.change}"

    def apply(self, text):
        return text[:self.start] + self.new + text[self.end:]


class Token:
    def __init__(self, match):
        self.kind, self.text = match.lastgroup, match.group()
        self.start, self.end = match.span()
        self.partner = None


def tokens_of(text):
    """The tokens of what may change; brackets know each other's index."""
    def blank(match):
        if match["kept"]:
            return match["kept"]
        return re.sub(r"[^\n]", " ", match.group())

    found = [Token(match) for match in TOKEN.finditer(HIDDEN.sub(blank, text))
             if not match.group().isspace()]
    opened = []
    for i, token in enumerate(found):
        if token.text in OPEN:
            opened.append(i)
        elif token.text in CLOSE:
            token.partner = opened.pop()
            found[token.partner].partner = i
    return found


def declared(pattern):
    """What the sources define; pattern's first group each time."""
    for path in sorted(glob.glob("src/*/*.[ch]")):
        with open(path, encoding="utf-8") as file:
            yield from re.findall(pattern, file.read(), re.MULTILINE)


@functools.cache
def constants():
    """The names of the numbers, and of each enumerator its siblings."""
    numbers = set(declared(r"^#define[ \t]+([A-Z][A-Z0-9_]*)[ \t]+[^\"\n]+$"))
    siblings = {}
    for body in declared(r"enum \w* ?{([^}]*)}"):
        names = re.findall(r"\b[A-Z][A-Z0-9_]*\b",
                           re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL))
        for name in names:
            siblings[name] = [other for other in names if other != name]
    return numbers, siblings


def is_binary(before):
    return before.kind in ("number", "char") or before.text in ")]" or \
        (before.kind == "name" and before.text not in JUMPS | NO_STATEMENT)


def of_number(text):
    digits = text.rstrip("uUlL")
    suffix, value = text[len(digits):], int(digits, 0)
    for new in sorted({0, value - 1, value + 1} - {value, -1}):
        yield (hex(new) if digits[:2] in ("0x", "0X") else str(new)) + suffix


def of_token(tokens, i, numbers):
    token = tokens[i]
    if token.kind == "number":
        return of_number(token.text)
    if token.kind == "char":
        return [f"({token.text} + 1)", f"({token.text} - 1)"]
    if token.text in numbers:
        return [f"({token.text} + 1)", f"({token.text} - 1)"]
    if token.text in ("+", "-", "*", "&") and not is_binary(tokens[i - 1]):
        return [""] if token.text == "-" else []
    return SWAPS.get(token.text, [])


def conditions(tokens):
    """Of each if, while and for: its index and its condition's tokens."""
    for i, token in enumerate(tokens):
        if token.text not in ("if", "while", "for"):
            continue
        first, last = i + 2, tokens[i + 1].partner
        if token.text == "for":
            first, last = [k for k in range(first, last)
                           if tokens[k].text == ";"]
            first += 1
        if first < last:
            yield i, tokens[first:last]


def of_condition(text, inner):
    marks = [token.text for token in inner]
    old = text[inner[0].start:inner[-1].end]
    if {"&&", "||"} & set(marks) or not COMPARISONS & set(marks):
        yield f"!({old})", "negated"
    yield "1", "always true"
    yield "0", "always false"


def bodies(tokens):
    """The first and last tokens' indices of each function's body."""
    i = 0
    while i < len(tokens):
        if tokens[i].text == "{" and tokens[i - 1].text == ")":
            yield i + 1, tokens[i].partner
        i = (tokens[i].partner if tokens[i].text in OPEN else i) + 1


def starts_statement(tokens, i):
    before = tokens[i - 1]
    if before.text == ":":
        return tokens[i - 2].text == "default" or tokens[i - 3].text == "case"
    if before.text == ")":
        return tokens[before.partner - 1].text in ("for", "while")
    return before.text in (";", "{", "}", "else", "do")


def is_declaration(tokens, i):
    return tokens[i].text not in JUMPS and tokens[i].kind == "name" and \
        tokens[i + 1].kind == "name"


def statements(tokens):
    """The first and last tokens' indices of what may be dropped."""
    for first, last in bodies(tokens):
        i = first
        while i < last:
            end = i
            while tokens[end].text not in (";", "{", "}", ":"):
                step = tokens[end].text in ("(", "[")
                end = (tokens[end].partner if step else end) + 1
            if tokens[end].text == ";" and \
                    tokens[i].text not in NO_STATEMENT | {";"} and \
                    starts_statement(tokens, i) and \
                    not is_declaration(tokens, i) and \
                    (tokens[i].text != "return" or
                     any(token.text != "}" for token in tokens[end + 1:last])):
                yield i, end - 1
            # Past the header of an if, a for or a while.
            i = tokens[i + 1].partner + 1 if tokens[i].text in HEADED \
                else i + 1 if tokens[i].text in ("else", "do") else end + 1


def mutants_of(path):
    """All of them, in the order of their places."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    tokens, (numbers, siblings) = tokens_of(text), constants()
    found = []

    def add(start, end, new, change):
        found.append(Mutant(path, text, start, end, new, change))

    returned = False
    for i, token in enumerate(tokens):
        returned = token.text == "return" or (returned and token.text != ";")
        news = siblings.get(token.text, []) if returned else []
        for new in [*of_token(tokens, i, numbers), *news]:
            add(token.start, token.end, new,
                f"{token.text} -> {new}" if new else f"no {token.text}")
    for i, inner in conditions(tokens):
        for new, change in of_condition(text, inner):
            add(inner[0].start, inner[-1].end, new,
                f"{tokens[i].text} {change}")
    for first, last in statements(tokens):
        add(tokens[first].start, tokens[last].end, "", "dropped")
    for i, token in enumerate(tokens):
        if token.text == "for":
            close = tokens[i + 1].partner
            last = max(k for k in range(i, close) if tokens[k].text == ";")
            if last + 1 < close:
                add(tokens[last + 1].start, tokens[close - 1].end, "",
                    "step dropped")
    found.sort(key=lambda mutant: (mutant.start, mutant.end, mutant.change))
    seen = {}
    for mutant in found:
        mutant.number(seen)
    return found
