#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Writes casemap-table.c from the Unicode Character Database, which is
Copyright (c) 1991-2022 Unicode, Inc.; LICENSE has its notice.

Usage: casemap-table.py [UCD] > casemap-table.c
UCD is the folder of UnicodeData.txt, /usr/share/unicode by default.
"""

import sys

PAGES = 2032  # CASEMAP_PAGES of casemap.h
SPECIAL = 0x8000  # CASEMAP_SPECIAL
SIGMA = 0x3A3
# What casemap.c knows of the code points past the last page.
HIGH_IGNORABLE = {0xE0001, *range(0xE0020, 0xE0080), *range(0xE0100, 0xE01F0)}


def rows(name):
    """Yields the fields of each line of a file of the database."""
    with open(f"{UCD}/{name}", encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def version():
    """Returns the name and the version of a file, as its first line has it."""
    with open(f"{UCD}/DerivedCoreProperties.txt", encoding="utf-8") as file:
        return file.readline()[1:].strip()


def text(field):
    """Returns the text that a field of hexadecimal code points means."""
    return "".join(chr(int(code, 16)) for code in field.split())


def read_mappings():
    """Returns the full lower, upper and title mappings, without contexts."""
    lower, upper, title = {}, {}, {}
    for row in rows("UnicodeData.txt"):
        code = int(row[0], 16)
        if row[12]:
            upper[code] = text(row[12])
        if row[13]:
            lower[code] = text(row[13])
        if row[14] or row[12]:
            title[code] = text(row[14] or row[12])
    for row in rows("SpecialCasing.txt"):
        code = int(row[0], 16)
        if row[4]:  # a condition: Final_Sigma is casemap.c's, no locales
            continue
        lower[code], title[code], upper[code] = map(text, row[1:4])
    return lower, upper, title


def read_property(*names, file="DerivedCoreProperties.txt"):
    """Returns the set of code points that a file gives one of the names."""
    codes = set()
    for row in rows(file):
        if row[1] in names:
            first, _, last = row[0].partition("..")
            codes.update(range(int(first, 16), int(last or first, 16) + 1))
    return codes


def read_words():
    """Returns the four sets that say what becomes of a word: UAX 29's, but
    that a full stop ends a word and a spacing accent is an apostrophe."""
    name = "auxiliary/WordBreakProperty.txt"
    letter = read_property("ALetter", "Hebrew_Letter", file=name)
    number = read_property("Numeric", file=name)
    inside = read_property("Extend", "Format", "ZWJ", file=name)
    between = read_property(
        "MidLetter", "MidNumLet", "Single_Quote", file=name
    ) - {ord(".")}
    others = read_property("Katakana", "ExtendNumLet", file=name)
    for row in rows("UnicodeData.txt"):
        code = int(row[0], 16)
        if row[2] == "Sk" and code >= 0x80:
            between.add(code)
    return letter, number, inside, between - letter - inside - others


class Pool:
    """Numbers distinct items in the order of their first use."""

    def __init__(self, *items):
        self.items = list(items)
        self.numbers = {item: i for i, item in enumerate(items)}

    def number(self, item):
        if item not in self.numbers:
            self.numbers[item] = len(self.items)
            self.items.append(item)
        return self.numbers[item]


def entry(code, mapped, specials):
    """Returns what the table says of one code point."""
    old, new = chr(code).encode(), mapped.encode()
    if code == SIGMA and mapped != chr(code):
        return SPECIAL | specials.number(new)
    if len(old) == len(new) and old[:-2] == new[:-2]:
        change = old[-2] ^ new[-2] | (old[-1] ^ new[-1]) << 8
        if change < SPECIAL:
            return change
    return SPECIAL | specials.number(new)


def leaf(page, mapping, specials):
    """Returns the entries of the 64 code points of a page."""
    codes = range(page * 64, page * 64 + 64)
    return tuple(entry(c, mapping.get(c, chr(c)), specials) for c in codes)


def build_pages(mapping, leaves, specials):
    """Returns a leaf number for each page, twice for the first 32: as two
    bytes and as the overlong three."""
    bad = range(0xD800 // 64, 0xE000 // 64)
    pages = [0, 0]
    pages += [leaves.number(leaf(p, mapping, specials)) for p in range(2, 32)]
    pages += [0] * 32
    for p in range(32, PAGES):
        pages.append(
            0 if p in bad else leaves.number(leaf(p, mapping, specials))
        )
    return pages


def bits(page, codes):
    """Returns which of a page's code points are in a set, as a number."""
    return sum(1 << i for i in range(64) if page * 64 + i in codes)


def write_rows(items, width):
    """Writes items, so many a line."""
    for i in range(0, len(items), width):
        print("\t" + " ".join(f"{item}," for item in items[i : i + width]))


def main():
    lower, upper, title = read_mappings()
    cased, ignorable = read_property("Cased"), read_property("Case_Ignorable")
    letter, number, inside, between = read_words()
    properties = cased, ignorable, letter, number, inside, between
    high = range(PAGES * 64, 0x110000)
    low = {*lower, *upper, *title, *cased, *letter, *number, *between}
    assert not any(c in high for c in low)
    assert {c for c in ignorable if c in high} == HIGH_IGNORABLE
    assert {c for c in inside if c in high} == HIGH_IGNORABLE
    # Where a word ends, nothing has case.
    assert {*lower, *upper, *title, *cased} <= letter | inside

    specials = Pool(b"", "σ".encode())  # not UTF-8; CASEMAP_SIGMA
    leaves = Pool((SPECIAL,) * 64)
    pages = [build_pages(m, leaves, specials) for m in (lower, upper, title)]
    sets = Pool()
    set_pages = [
        sets.number(tuple(bits(p, codes) for codes in properties))
        for p in range(PAGES)
    ]
    assert len(leaves.items) <= 256
    assert max(map(len, specials.items)) <= 7

    print("/* SPDX-License-Identifier: ISC */")
    print("/*")
    print(" * Made by casemap-table.py from the Unicode Character Database of")
    print(f" * {version()}.")
    print(" * Copyright (c) 1991-2022 Unicode, Inc.  All rights reserved.")
    print(" * LICENSE has the notice under which its data may be copied.")
    print(" */")
    print("/* clang-format off */")
    print('#include "casemap.h"')
    print("\n#include <stdint.h>")
    print("\nconst uint8_t casemap_pages[3][CASEMAP_PAGES + 32] = {")
    for mapping in pages:
        print("{")
        write_rows(mapping, 16)
        print("},")
    print("};\n\nconst uint16_t casemap_leaves[][64] = {")
    for item in leaves.items:
        print("{")
        write_rows([f"0x{e:04x}" if e else "0" for e in item], 16)
        print("},")
    print("};\n\nconst struct casemap_special casemap_specials[] = {")
    for item in specials.items:
        values = ", ".join(f"0x{byte:02x}" for byte in item or b"\0")
        print(f"\t{{{len(item)}, {{{values}}}}},")
    print("};\n\nconst uint16_t casemap_set_pages[CASEMAP_PAGES] = {")
    write_rows(set_pages, 16)
    print("};\n\nconst uint64_t casemap_sets[][CASEMAP_PROPERTIES] = {")
    for item in sets.items:
        print("\t{%s}," % ", ".join(f"0x{n:x}" for n in item))
    print("};")


UCD = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
main()
