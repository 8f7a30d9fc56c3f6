#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Compares the words of casemap_title with ICU's, which are those of UAX 29.

Usage: words-oracle.py CASEMAP.SO [TEXTS]
       words-oracle.py <TEXT     writes it in title case, by ICU's words
Of code points that are newer than Unicode 15.0, or that this ICU or this Python
does not know, nothing is asked; nor of later ones than U+058F where ICU has
another Unicode, in which some are of another kind.
"""

import ctypes
import random
import re
import sys
import unicodedata

import icu

UCD = "/usr/share/unicode"
VERSION = 15.0
failures = 0


def ours(text):
    data = text.encode()
    room = ctypes.create_string_buffer(len(data) * 3 + 1024)
    size = ctypes.c_size_t()
    assert title(data, len(data), room, len(room), ctypes.byref(size))
    return room.raw[: size.value].decode()


def word_break(*names):
    """Returns a set of characters, for a regular expression."""
    names = [icu.Char.getPropertyValueEnum(WORD_BREAK, name) for name in names]
    return "".join(re.escape(chr(c)) for c in known if word_breaks[c] in names)


def is_known(code):
    if code > 0x58F and float(icu.UNICODE_VERSION) != VERSION:
        return False
    if unicodedata.category(chr(code)) in ("Cn", "Cs"):
        return False
    return 0 < float(icu.Char.charAge(chr(code))) <= VERSION


WORD_BREAK, LINE_BREAK = icu.UProperty.WORD_BREAK, icu.UProperty.LINE_BREAK
known = [code for code in range(0x110000) if is_known(code)]
word_breaks = {c: icu.Char.getIntPropertyValue(chr(c), WORD_BREAK) for c in known}
accents = [chr(c) for c in known if c >= 128 and unicodedata.category(chr(c)) == "Sk"]
extend = word_break("Extend")
inside = f"[{extend}{word_break('Format', 'ZWJ')}]*"
letter = f"[{word_break('ALetter', 'Hebrew_Letter')}]"
number = f"[{word_break('Numeric')}]"
accents = [c for c in accents if not re.match(f"{letter}|[{extend}゛゜]", c)]
complex_context = "".join(
    chr(c)
    for c in known
    if word_breaks[c] == 0
    and icu.Char.getIntPropertyValue(chr(c), LINE_BREAK)
    == icu.Char.getPropertyValueEnum(LINE_BREAK, "SA")
)

# Where UAX 29 or ICU is not followed, and what ICU is given in place of it, to
# the same effect: an end, what joins two letters, or nothing at all.
DIFFERENCES = [
    # A full stop ends a word: E.E. Cummings.
    (r"\.", " "),
    # So do an underscore and its kin: Foo_Bar.  One of them, U+202F, is a space.
    (f"[{word_break('ExtendNumLet')}]", " "),
    # A spacing accent is typed for an apostrophe: Don´t, ἀλλ᾽ἔτι.
    (f"[{''.join(map(re.escape, accents))}]", "·"),
    # CLDR, and so ICU, takes the colons from UAX 29's MidLetter: here EU:n.
    ("[:﹕：]", "·"),
    # ICU splits these from other letters, as it looks both up in dictionaries.
    ("[가-힣々〻]", "ʔ"),
    # So it takes Thai and the like for letters; UAX 29 leaves them out.
    (f"[ก{complex_context}]", " "),
    # CLDR, and so ICU, has it in a word.
    ("@", " "),
    # Marks of Chinese; ICU takes them for Chinese characters.
    ("[\U00016fe3\U00016ff0\U00016ff1]", "\u0308"),
    # An apostrophe follows a digit, too: the 90's.
    (f"(?<={number})({inside})['‘’＇](?={inside}{letter})", "\\1\u00ad"),
]


def for_icu(text):
    for pattern, instead in DIFFERENCES:
        text = re.sub(pattern, instead, text)
    return text


words = icu.BreakIterator.createWordInstance(icu.Locale.getRoot())


def breaks(text):
    """Returns where a word starts, in characters."""
    words.setText(text)
    places, units = {0}, set(words)
    at = 0
    for i, c in enumerate(text):
        if at in units:
            places.add(i)
        at += 1 + (ord(c) > 0xFFFF)
    return sorted(places | {len(text)})


def theirs(text):
    places, result = breaks(for_icu(text)), ""
    for start, end in zip(places, places[1:]):
        word = text[start:end]
        result += word[0].title() + word.lower()[len(word[0].lower()) :]
    return result


def expect(text):
    global failures
    got, want = ours(text), theirs(text)
    if got != want:
        failures += 1
        print(f"{text!r} {text.encode('unicode_escape')}: {got!r}, not {want!r}")


if len(sys.argv) == 1:
    for line in sys.stdin.buffer.read().decode()[:-1].split("\n"):
        print(theirs(line))
    sys.exit()

title = ctypes.CDLL(sys.argv[1]).casemap_title
title.restype = ctypes.c_bool
title.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
title.argtypes += [ctypes.c_void_p, ctypes.c_size_t]
title.argtypes += [ctypes.POINTER(ctypes.c_size_t)]

for code in known:
    expect(f"a{chr(code)}b")

# All classes alike, and what a word is made of more often.
by_class = {}
for code in known:
    if code != 0x345:  # has case, though part of what is before it
        by_class.setdefault(word_breaks[code], []).append(chr(code))
pools = list(by_class.values()) + [accents, list("abAB"), list("ΣσςΑ"), list("'’.:_ 09")]
choose = random.Random(4)
for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 10000):
    favoured = choose.sample(pools, choose.randint(2, 5))
    size = choose.choice([4, 10, 30])
    expect("".join(choose.choice(choose.choice(favoured)) for _ in range(size)))

print(f"{failures} differences from ICU {icu.ICU_VERSION}, beside those listed")
sys.exit(failures > 0)
