"""One-time codes that people read out and type: short, unmistakable."""

import hashlib

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L."""
LENGTH = 8

_SEEN_AS = str.maketrans(
    {
        **{chr(ord("Ａ") + n): chr(ord("A") + n) for n in range(26)},
        **{chr(ord("０") + n): str(n) for n in range(10)},
        **dict.fromkeys(" -—－　\t\n"),
    }
)


def code_from(token: str) -> str:
    """Return the code that a random token makes: 39 bits of it."""
    drawn = int.from_bytes(hashlib.sha256(token.encode()).digest())
    letters = []
    for _ in range(LENGTH):
        drawn, place = divmod(drawn, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def typed_code(words: str) -> str:
    """Return the code as it was made, however it was typed."""
    return words.upper().translate(_SEEN_AS)
