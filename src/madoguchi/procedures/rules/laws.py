"""根拠 and 紙: on which laws a procedure stands, and where a law still asks for a paper that is signed (docs/adr/0046)."""

from __future__ import annotations

from typing import Any

from .model import Law, SignedPaper
from .yaml_strict import Table

MOST_SIGNERS = 6


def laws_read(read: Any, top: Table) -> tuple[Law, ...]:
    """根拠, one or more. ``read`` is reader.Reader."""
    out = []
    if "根拠" not in top:
        read.unread.add("根拠")
    for table in read.items(top, "根拠", need=True):
        if not isinstance(table, Table):
            read.unread.add("根拠")
            read.say(getattr(table, "line", top.line), "根拠は {法令: …, 条: …} の形で書いてください")
            continue
        read.known(table, ("法令", "条", "要確認"))
        law = read.text(table, "法令", need=True)
        out.append(Law(law, read.text(table, "条", need=True), read.doubt(table, law), table.line))
    return tuple(out)


def paper_read(read: Any, top: Table) -> SignedPaper | None:
    """紙; None where no law asks for it. ``read`` is reader.Reader."""
    if "紙" not in top:
        return None
    table = read.table(top, "紙", need=True)
    if not table:
        read.say(top.line_of("紙"), "「紙」は {法令: …, 条: …, 説明: …, 署名: [届出人]} の形で書いてください。紙が要らなければ、消してください")
        return None
    read.known(table, ("法令", "条", "説明", "様式", "署名", "要確認"))
    signers = read.texts(table, "署名")
    if not 0 < len(signers) <= MOST_SIGNERS:
        read.say(table.line_of("署名"), f"「紙」の「署名」には、署名する人を1人から{MOST_SIGNERS}人まで書いてください(例: [届出人])")
    return SignedPaper(read.text(table, "法令", need=True), read.text(table, "条", need=True), read.text(table, "説明", need=True),
                       read.text(table, "様式"), signers, read.doubt(table, "紙"))
