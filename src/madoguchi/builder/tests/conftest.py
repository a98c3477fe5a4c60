"""A definition that somebody works on."""

from __future__ import annotations

import pytest

from madoguchi.builder import services
from madoguchi.builder.models import Copy
from madoguchi.procedures.rules import splice

SLUG = "juuminhyou-utsushi"


@pytest.fixture
def copy(hall, db):
    """住民票の写し, published, opened by the clerk of its section."""
    hall.definition(SLUG)
    return opened(hall)


def opened(hall):
    """As the clerk of 市民課 opens it."""
    return services.copy_open(actor=hall.staff("okada"), slug=SLUG)


def saved(hall, text, who="okada"):
    """The next revision."""
    now = Copy.objects.get(slug=SLUG)
    return services.copy_save(actor=hall.staff(who), slug=SLUG, revision=str(now.revision), text=text, words="試験")


def wanted(hall, who, slug):
    """A definition that somebody has changed and wants published."""
    copy = services.copy_open(actor=hall.staff(who), slug=slug)
    text = splice.put(copy.text, ("名称",), f"{copy.name}(試験)")
    copy = services.copy_save(actor=hall.staff(who), slug=slug, revision=str(copy.revision), text=text, words="試験")
    return services.copy_ask(actor=hall.staff(who), slug=slug, revision=str(copy.revision))
