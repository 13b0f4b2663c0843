"""Buildings as people write them, one by one."""

import re
import unicodedata

MOST = 500
"""Buildings that one range may hold: more is a slip of the finger."""

_RANGE = re.compile(r"(\D*?)(\d{1,4})(\D*?)\s*[-~–—至到]\s*(\d{1,4})(\D*)")


def buildings(written: str) -> tuple[str, ...]:
    """Return ``1号楼``, ``2号楼``, ``3号楼`` for ``1-3号楼``.

    Raises ``ValueError`` for a range that runs backwards or wild.
    """
    plain = unicodedata.normalize("NFKC", written).replace(" ", "")
    match = _RANGE.fullmatch(plain)
    if match is None:
        return (plain,) if plain else ()
    before, first, between, last, after = match.groups()
    if between and between != after:
        return (plain,)
    if not int(first) <= int(last) < int(first) + MOST:
        raise ValueError(f'"{written}" runs backwards or too far')
    return tuple(
        f"{before}{number}{after}"
        for number in range(int(first), int(last) + 1)
    )
