"""Long texts in parts that a platform takes."""

from collections.abc import Iterable


def split(lines: Iterable[str], most: int) -> list[str]:
    """Return the lines in as few parts as fit, none longer than ``most``.

    A line that is too long by itself is cut; nothing is lost.
    """
    parts: list[str] = []
    part = ""
    for line in lines:
        for piece in _pieces(line, most):
            joined = f"{part}\n{piece}" if part else piece
            if len(joined) > most:
                parts.append(part)
                joined = piece
            part = joined
    return [*parts, part] if part else parts


def _pieces(line: str, most: int) -> list[str]:
    if len(line) <= most:
        return [line]
    return [line[at : at + most] for at in range(0, len(line), most)]
