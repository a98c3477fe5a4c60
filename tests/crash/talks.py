"""書かない窓口 in a crash run: written by a clerk, signed on the tablet, filed; and whether everything signed is filed once, with its signature."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw

from madoguchi.counter import interviewing, reading, services
from madoguchi.counter.models import Interview
from madoguchi.counter.rules import FILED, SIGNED
from madoguchi.files.models import StoredFile
from madoguchi.identity.models import Staff
from madoguchi.intake.models import Application

Done = dict[str, Any]
SLUGS = ("jidou-teate-kifu", "jidou-teate-mishiharai")


def _picture() -> str:
    image, out = Image.new("RGBA", (600, 200), (0, 0, 0, 0)), io.BytesIO()
    ImageDraw.Draw(image).line((40, 40, 300, 150, 500, 60), fill="black", width=4)
    image.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def talk_write(**_: Any) -> Done:
    """Tanaka asks and writes, and the tablet shows it."""
    from .acts import answers_of, hall

    tanaka = Staff.objects.get(username="tanaka")
    row = interviewing.interview_begin(actor=tanaka, slugs=list(SLUGS))
    for draft in interviewing.unfiled(row):
        hall().fill(interviewing.owner_of(row), draft, answers_of(draft.slug))
    code = interviewing.interview_show(actor=tanaka, interview_id=str(row.id), identity="card")
    return {"interview": str(row.id), "help": str(services.help_take(code=code).id)}


def talk_sign(interview: str, help: str, **_: Any) -> Done:  # noqa: A002 - what talk_write said
    """It is signed; pressed again after a crash, what is left is sent."""
    row = Interview.objects.get(id=interview)
    reading.interview_sign(help_id=help, mark=reading.mark_of(row), picture=_picture(), name="", agreed=False, language="ja")
    return {}


ACTS: dict[str, Callable[..., Done]] = {f.__name__: f for f in (talk_write, talk_sign)}


def talks() -> list[str]:
    """What was signed and not filed, or filed without what was signed."""
    out = [f"{row} signed and not filed" for row in Interview.objects.filter(state=SIGNED)]
    for row in Interview.objects.filter(state=FILED):
        filed = list(Application.objects.filter(draft_id__in=row.drafts))
        if len(filed) != len(row.drafts) or {a.receipt for a in filed} != set(row.receipts.values()):
            out.append(f"{row}: {len(filed)} of {len(row.drafts)} filed, {row.receipts}")
        for a in filed:
            signed = a.support.get("signature", {})
            if not StoredFile.objects.filter(id=signed.get("file"), sha256=signed.get("sha256")).exists():
                out.append(f"{a.receipt} has no signature")
    return out
