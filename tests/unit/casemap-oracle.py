#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Compares casemap.c with Python's own case mapping; words-oracle.py has words.

Usage: casemap-oracle.py CASEMAP.SO [TEXTS]
Of code points that this Python's Unicode does not know nothing is asked.
"""

import ctypes
import random
import sys
import unicodedata

UCD = "/usr/share/unicode"
library = ctypes.CDLL(sys.argv[1])
texts = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
failures = 0


def mapper(name):
    function = getattr(library, "casemap_" + name)
    function.restype = ctypes.c_bool
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    function.argtypes += [ctypes.c_void_p, ctypes.c_size_t]
    function.argtypes += [ctypes.POINTER(ctypes.c_size_t)]

    def run(data):
        room = ctypes.create_string_buffer(len(data) * 3 + 1024)
        size = ctypes.c_size_t()
        good = function(data, len(data), room, len(room), ctypes.byref(size))
        return room.raw[: size.value] if good else None

    return run


lower, upper, title = mapper("lower"), mapper("upper"), mapper("title")


def expect(what, data, got, want):
    global failures
    if got != want:
        failures += 1
        print(f"{what} of {data!r}: {got!r}, not {want!r}")


def check_text(text):
    data = text.encode()
    expect("lower", text, lower(data), text.lower().encode())
    expect("upper", text, upper(data), text.upper().encode())


def can_decode(data):
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False


def check_bytes(data):
    """Whether it is UTF-8, for all three mappings."""
    good = can_decode(data)
    for name, run in ("lower", lower), ("upper", upper), ("title", title):
        expect(f"UTF-8 for {name}", data, run(data) is not None, good)


def is_known(code):
    return unicodedata.category(chr(code)) not in ("Cn", "Cs")


def ignorables():
    """Returns the set of Case_Ignorable code points."""
    codes = set()
    with open(f"{UCD}/DerivedCoreProperties.txt", encoding="utf-8") as file:
        for line in file:
            fields = line.split("#")[0].replace(";", " ").split()
            if fields[1:] == ["Case_Ignorable"]:
                first, _, last = fields[0].partition("..")
                codes.update(range(int(first, 16), int(last or first, 16) + 1))
    return codes


ignorable = ignorables()
known = [code for code in range(0x110000) if is_known(code)]
hard = [c for c in known if chr(c).lower() != chr(c) or chr(c).upper() != chr(c)]
odd = [c for c in known if c in ignorable]
special = [c for c in hard if len(chr(c).upper()) > 1 or len(chr(c).lower()) > 1]
pools = [hard, odd, special, list(range(32, 127)), known]
pools += [[0x3A3], [0x3A3, 0x3C3, 0x27, 0x2E, 0x41, 0x20, 0x345, 0x2B0, 0xAD]]
choose = random.Random(4)

for code in known:
    check_text(chr(code))
    text = chr(code)
    expect("title", text, title(text.encode()), text.title().encode())
    # Alone, before and after a sigma: its every property shows.
    for text in f"{text}Σ", f"AΣ{text}A", f"A{text}Σ":
        expect("lower", text, lower(text.encode()), text.lower().encode())

for _ in range(texts):
    favoured = choose.sample(pools, choose.randint(1, 3))
    size = choose.choice([3, 10, 40, 100, 300])
    sample = [chr(choose.choice(choose.choice(favoured))) for _ in range(size)]
    check_text("".join(sample))

# Every start of two bytes with every third that matters, and a fourth.
edges = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xF0, 0xFF]
for first in range(0x80, 0x100):
    for second in range(0x100):
        check_bytes(bytes([first, second]))
        for third in edges:
            check_bytes(bytes([first, second, third]))
            if first >= 0xF0:
                check_bytes(bytes([first, second, third, 0x80]))
                check_bytes(bytes([first, second, third, 0xC0]))

# The same in the middle of blocks, at every place, and cut short at the end.
wrong = [b"\x80", b"\xc1\x81", b"\xe0\x9f\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]
wrong += [b"\xc3", b"\xe1\xbc", b"\xf0\x90\x90", b"\xf5\x80\x80\x80", b"\xff"]
for data in wrong + ["é".encode(), "Ἀ".encode(), "😀".encode(), "İ".encode()]:
    for place in range(0, 150):
        for fill in "a", "é", "Ἀ":
            before = (fill * place).encode()
            check_bytes(before + data + (fill * 80).encode())
            check_bytes(before + data)

print(f"{failures} differences from Python {unicodedata.unidata_version}")
sys.exit(failures > 0)
