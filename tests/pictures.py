"""Small real pictures for tests."""

import io
import random

from PIL import Image


def picture(
    seed: int = 0, size: tuple[int, int] = (160, 120), kind: str = "JPEG"
) -> bytes:
    """Return a picture of one colour, another one for each seed."""
    colour = (seed * 53 % 256, seed * 101 % 256, seed * 17 % 256)
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def scene(
    seed: int, size: tuple[int, int] = (160, 120), quality: int = 90
) -> bytes:
    """Return a picture with things in it, other things for each seed."""
    draw = random.Random(seed)  # noqa: S311
    tiles = Image.new("L", (9, 8))
    tiles.putdata([draw.randrange(256) for _ in range(72)])
    out = io.BytesIO()
    tiles.resize(size, Image.Resampling.BICUBIC).convert("RGB").save(
        out, "JPEG", quality=quality
    )
    return out.getvalue()
