"""Pictures of paper with places painted over: what may not be seen by everybody who sees the sheet (個人番号)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.http import HttpResponse

Areas = Sequence[Sequence[Sequence[float]]]  # each place by its corners in pixels of the picture
PAINT = (96, 96, 96)
CLOSED = (620, 877)  # a sheet of which nothing is shown
QUALITY = 82  # as scans.cell writes it


def covered_response(data: bytes, areas: Areas | None) -> HttpResponse:
    """Send a picture (its bytes) with the places painted over; None: nothing of it, whatever kind of file it is."""
    response = HttpResponse(painted(data, areas), content_type="image/jpeg")
    response.headers["Content-Disposition"] = 'inline; filename="covered.jpg"'
    return safe(response)


def safe(response: HttpResponse) -> HttpResponse:
    """A picture for one look: never sniffed, kept by no browser."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store, private"
    return response


def painted(data: bytes, areas: Areas | None) -> bytes:
    """The picture as a JPEG with the places painted over; None: a grey sheet."""
    from PIL import Image, ImageDraw  # no worker takes it in before somebody looks at such a sheet

    if areas is None:
        image = Image.new("RGB", CLOSED, PAINT)
    else:
        with Image.open(io.BytesIO(data)) as source:
            image = source.convert("RGB")
        draw = ImageDraw.Draw(image)
        for corners in areas:
            draw.polygon([(x, y) for x, y in corners], fill=PAINT)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
