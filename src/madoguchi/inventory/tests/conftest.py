"""Lists of procedures for tests."""

from __future__ import annotations

import io

import pytest
from django.db import transaction
from openpyxl import Workbook

from madoguchi.inventory import taking
from madoguchi.inventory.models import Entry, Upload

HEAD = ("手続ID,手続名,担当課,法令名,根拠条項号,手続類型,申請等における本人確認手法,手数料,"
        "申請時に添付させる書類,申請書等に記載させる情報,処理期間,総手続件数,阻害要因,イベント(個人),目標年度")
DOG = "A1,犬の登録申請,生活衛生課,狂犬病予防法,第4条,1,6 不要,3000円,,犬の名前、住所,3日,120,,その他,令和9年度"
SEAL = "A2,印鑑登録の申請,市民課 住民記録係,,,1,2 押印,なし,,氏名,1日,\"1,200\",,,2025"


def list_text(*rows):
    """A list with these lines."""
    return "\n".join((HEAD, *(rows or (DOG, SEAL)))) + "\n"


def xlsx(*rows, title="一覧"):
    """A workbook with these rows of values."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def taken(*rows):
    """A list that was taken in."""
    return taking.list_take(actor="test", data=list_text(*rows).encode(), name="一覧.csv")


def listed():
    """A row, a column that somebody has explained, and a list that waits for answers."""
    taken()
    taking.headings_remember(actor="test", answers={"ひみつ": ""})
    with transaction.atomic():
        taking.upload_keep(actor="test", data="手続名,なぞ,べつ\n犬,1,2\n".encode(), name="なぞ.csv")
    return Entry.objects.get(key="A1")


def waiting():
    """A list that waits for an answer."""
    return Upload.objects.get(done_at=None)


@pytest.fixture
def dog(hall):
    """A row that may go online."""
    taken()
    return Entry.objects.get(key="A1")
