"""The child process that opens pictures: bounded, and nothing else.

Bytes on standard input; on standard output one line of JSON, then a JPEG
without metadata. Exit code 3: no picture we take. Run by ``bot/media.py``
as a program of its own, so that a bomb or a bug in a decoder ends here.
"""

import io
import json
import resource
import sys
import warnings
from typing import Any

from PIL import ExifTags, Image, ImageOps

MEMORY = 512 * 1024 * 1024
CPU_S = 5
PIXELS = 25_000_000
SIDE = 2048
"""Longest side of what is kept: enough to read a meter."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "MPO")
NOT_A_PICTURE = 3
PLAIN = 6
"""Bits that a picture of something has at the least, of either kind."""


def main() -> int:
    """Re-encode standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("error")  # Pillow only warns of a bomb
    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        found, jpeg = reencode(sys.stdin.buffer.read())
    except Exception as error:  # noqa: BLE001  whatever a decoder raises
        sys.stderr.write(type(error).__name__)
        return NOT_A_PICTURE
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + jpeg)
    return 0


def reencode(picture: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what it tells (size, GPS, its look), and a bare JPEG of it."""
    with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
        if opened.width * opened.height > PIXELS:
            raise ValueError("too many pixels")
        point = _point(opened)
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((SIDE, SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=85, optimize=True)
    found = {
        "width": bare.width,
        "height": bare.height,
        "point": point,
        "look": look(bare),
    }
    return found, out.getvalue()


def look(picture: Image.Image) -> str:
    """Return whether it brightens to the right, at 64 places, in hex.

    Another size, quality or light changes few of the bits (dHash). "" for
    what is nearly plain: all plain pictures look the same.
    """
    small = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    bits = 0
    for at in range(8 * 8):
        left = at // 8 * 9 + at % 8
        bits = bits << 1 | (grey[left] < grey[left + 1])
    plain = not PLAIN <= bits.bit_count() <= 64 - PLAIN
    return "" if plain else f"{bits:016x}"


def _point(picture: Image.Image) -> tuple[float, float] | None:
    try:
        gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude])
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude])
        if gps.get(ExifTags.GPS.GPSLatitudeRef) == "S":
            lat = -lat
        if gps.get(ExifTags.GPS.GPSLongitudeRef) == "W":
            lon = -lon
    except Exception:  # noqa: BLE001  broken metadata is no metadata
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004
        return None
    return None if lat == lon == 0 else (round(lat, 6), round(lon, 6))


def _degrees(parts: Any) -> float:  # noqa: ANN401
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


if __name__ == "__main__":
    sys.exit(main())
