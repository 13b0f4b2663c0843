"""Small real pictures for tests."""

import io

from PIL import Image


def picture(
    seed: int = 0, size: tuple[int, int] = (160, 120), kind: str = "JPEG"
) -> bytes:
    """Return a picture of one colour, another one for each seed."""
    colour = (seed * 53 % 256, seed * 101 % 256, seed * 17 % 256)
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()
