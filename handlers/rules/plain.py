"""Markdown as people read it where nothing is set in bold."""

import re

_STEPS = (
    (re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$", re.MULTILINE), r"\1"),
    (re.compile(r"^ {0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[-*+][ \t]+", re.MULTILINE), r"\1· "),
    (
        re.compile(r"^ {0,3}(?:```.*|(?:[-*_][ \t]*){3,})$\n?", re.MULTILINE),
        "",
    ),
    (re.compile(r"!?\[([^\]\n]+)\]\((\S+?)\)"), r"\1 \2 "),
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1 "),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w_])__(?=\S)([^_\n]+?)(?<=\S)__(?![\w_])"), r"\1"),
    (
        re.compile(
            r"(?<![0-9A-Za-z*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![0-9A-Za-z*])"
        ),
        r"\1",
    ),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
    (re.compile(r"\n{3,}"), "\n\n"),
)


def plain(markdown: str) -> str:
    """Return the words without the marks; a link shows where it leads."""
    for pattern, instead in _STEPS:
        markdown = pattern.sub(instead, markdown)
    return markdown.strip()
