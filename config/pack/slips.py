"""The slips of a hand that is new to YAML, told in plain words."""

import re

from yaml import MarkedYAMLError
from yaml.error import Mark

WIDE_COLON = 'holds a wide colon "：": write a plain one and a blank, ": "'
_KEY = r"^\s*(?:- +)?[A-Za-z_][\w-]*"
_TAB = re.compile(r"^ *\t")
_WIDE_COLON = re.compile(rf"{_KEY} *：")
_GLUED = re.compile(rf"({_KEY}):(?!//)(\S.*)")
_SIGN = re.compile(r"""(?:[:\-\[{,]\s+|[\[{])([%@`*&!])""")
_BEGUN = (
    ("while scanning a quoted", "a quote is opened here and never closed"),
    (
        "while parsing a flow",
        (
            "what is opened here isn't closed: look for a missing ], } or"
            " quote, or for a missing comma"
        ),
    ),
)
"""What the parser was at, told where that began."""
_MET = (
    (
        "mapping values",
        (
            'there is a second ": " in this line, or the line above is cut'
            " short: put words with a colon in quotes"
        ),
    ),
    ("expected key", "doesn't stand in line with what it belongs to"),
    ("expected '-'", "doesn't stand in line with what it belongs to"),
    ("expected ':'", 'lacks a colon and a blank: write "key: value"'),
)
"""What the parser met, told where that is."""


def told(wrong: MarkedYAMLError, text: str) -> tuple[int, str]:
    """Return the line to look at, counted from 0, and what to mend there."""
    lines = text.rstrip("\n").split("\n")
    at = min(_line(wrong.problem_mark or wrong.context_mark), len(lines) - 1)
    # the parser often stumbles only on the line below
    for line in range(at, max(at - 3, -1), -1):
        words = _slip(lines[line])
        if words:
            return line, words
    for context, words in _BEGUN:
        if (wrong.context or "").startswith(context):
            return min(_line(wrong.context_mark), len(lines) - 1), words
    problem = wrong.problem or wrong.context or ""
    sign = _SIGN.search(lines[at])
    if sign:
        return at, f'what begins with "{sign[1]}" must stand in quotes'
    met = (words for part, words in _MET if part in problem)
    return at, next(met, f"is not YAML: {problem}")


def _line(mark: Mark | None) -> int:
    return 0 if mark is None else mark.line


def _slip(line: str) -> str:
    if line.lstrip().startswith("#"):
        return ""
    if _TAB.search(line):
        return "begins with a Tab: indent with blanks, two a level"
    if _WIDE_COLON.search(line):
        return WIDE_COLON
    glued = _GLUED.search(line)
    if glued:
        key = glued[1].strip().removeprefix("-").strip()
        return f'lacks a blank after the colon: write "{key}: {glued[2]}"'
    return ""
