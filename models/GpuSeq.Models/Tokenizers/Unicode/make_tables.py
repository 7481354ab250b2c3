"""Writes unicode.txt, the tables of Unicode normalization, from the Unicode data that Python carries.

    python3 make_tables.py > unicode.txt

Three sections: combining classes of ranges of code points; canonical decompositions, one step each, where '!' marks those
that composition never undoes; compatibility decompositions, one step each. All numbers but the classes are hexadecimal.
Hangul syllables are left out, for they follow a formula.
"""

import sys
import unicodedata

HANGUL = range(0xAC00, 0xD7A4)


def combining_classes():
    begin, current = 0, 0
    for code in range(sys.maxunicode + 2):
        value = unicodedata.combining(chr(code)) if code <= sys.maxunicode else 0
        if value != current:
            if current:
                yield f"{begin:X}-{code - 1:X} {current}"
            begin, current = code, value


def decompositions(compatibility):
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code)).split()
        if not parts or code in HANGUL or parts[0].startswith("<") != compatibility:
            continue
        parts = parts[1:] if compatibility else parts
        undone = compatibility or unicodedata.normalize("NFC", chr(code)) == chr(code)
        yield f"{code:X} {' '.join(part.lstrip('0') for part in parts)}{'' if undone else ' !'}"


print(f"# Unicode {unicodedata.unidata_version}, written by make_tables.py")
print("[classes]", *combining_classes(), sep="\n")
print("[canonical]", *decompositions(False), sep="\n")
print("[compatibility]", *decompositions(True), sep="\n")
