"""What somebody probably meant by a word that nobody knows."""

from collections.abc import Iterable
from difflib import get_close_matches

FEW = 11
"""So many words can be told one by one."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint: the nearest known word, or all if they are few."""
    words = list(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    if 0 < len(words) <= FEW:
        return f"; there are {', '.join(words)}"
    return ""
