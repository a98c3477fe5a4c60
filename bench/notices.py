"""Notices with their slips as PDF: pages per second and core, beside the plainest page of the fastest library.

    python bench/notices.py [--quick] [--notices N] [--processes 2] [--per-file 2000] [--folder DIR]

A notice is what a city posts (collection.sheets.notice_of): a letter with table, instalments, where to pay, what happens if not
and 教示, then five slips on two pages, each with eL-QR,
GS1-128, numbers and a line for readers; 見本 across, fonts embedded, names and streets of everybody different, one name in
two hundred with a kanji of IPAmj. Processes make files of ``--per-file`` notices, as the printer gets them.
``pages_per_s_core``: pages over the CPU seconds of the processes, from the data of a person to the closed file. ``limit_ratio``:
that over reportlab drawing a page of twenty short lines and nothing else, beside each file. ``growth_ratio``: the cost of a page in
the last tenth of the files over the first tenth (at least three each, the median), each over the plain page's of the same
moment, because the machine drifts. ``rss_mb``: the largest process at its peak. The slips of twenty
notices (--quick: three) are drawn and read by zxing-cpp: ``symbols_wrong`` counts what is not exactly the slip's.
--quick: 2,000 notices (6,000 pages), within 40 seconds. Full: 100,000 notices (300,000 pages, 1.4 GB of files, which are removed
as they are counted).
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime as dt
import io
import json
import multiprocessing
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]
from madoguchi.collection.slips import check, draw  # noqa: E402
from madoguchi.collection.slips.parts import Addressee, ElCodes, Issuer, Line, Notice, Payeasy, Slip  # noqa: E402

DUES = (dt.date(2026, 6, 1), dt.date(2026, 7, 31), dt.date(2026, 12, 25), dt.date(2027, 3, 1))
KANJI = [bytes((high, low)).decode("euc_jp") for high in range(0xB0, 0xCF) for low in range(0xA1, 0xFF)]  # JIS X 0208, level 1
PLAIN = 300
RARE = "𠮷髙﨑𡈽𠀋"
LAW = ("地方税法第364条及び第702条の8並びに市税条例の規定により、令和8年度の固定資産税・都市計画税を次のとおり決定しましたので、通知します。"
       "各納期限までに、同封の納付書により納めてください。")
APPEAL = ("1 この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、市長に対して審査請求をすることができます。\n"
          "2 この処分の取消しの訴えは、前記の審査請求に係る裁決の送達を受けた日の翌日から起算して6か月以内に、市を被告として提起することができます。"
          "なお、処分の取消しの訴えは、裁決を経た後でなければ提起できません。")
NOTES = (
    ("納付の場所", "市役所・市民センターの窓口、市の指定金融機関・収納代理金融機関、eL-QRに対応する全国の金融機関、"
     "コンビニエンスストア、スマートフォン決済アプリで納められます。"),
    ("納期限までに納めないとき", "納期限までに納めないときは、納期限の翌日から納付の日までの日数に応じて、延滞金がかかります。"
     "督促状を発した日から起算して10日を経過した日までに完納されないときは、財産の差押えなどの滞納処分を受けることがあります。"))
ISSUER = Issuer("見本県見本市", "見本市長　見本　太郎", ("見本市 総務部 税務課", "電話 0000-00-0000"), "990000")
CODES, EASY = ElCodes("99999", "999", "000"), Payeasy("99999", "999")


def notice(key: int) -> Notice:
    """The notice of an invented person; the same key gives the same one."""
    chance = random.Random(key)
    name = "".join(chance.choices(KANJI, k=2)) + "　" + "".join(chance.choices(KANJI, k=2))
    if key % 200 == 7:
        name = chance.choice(RARE) + name
    amount = chance.randrange(1_000, 99_000, 100)

    def slip(number: int) -> Slip:
        due = DUES[max(number - 1, 0)]
        return Slip("固定資産税・都市計画税", 2026, 2026, number, 4, amount if number else amount * 4, due, due, f"99999999{key:011d}{number}",
                    f"{chance.randrange(10**6):06d}", el=CODES, cvs_company="999999", payeasy=EASY,
                    ocr=(f"99999{key:011d}{number}1234567", f"{amount:010d} {due:%Y%m%d}"))

    lines = (f"見本県見本市{''.join(chance.choices(KANJI, k=3))}町{chance.randrange(1, 40)}番地{chance.randrange(1, 30)}",)
    if key % 3 == 0:
        lines = (*lines, f"見本ハイツ {chance.randrange(101, 999)}号室")
    return Notice(
        Addressee(name, f"{9260000 + chance.randrange(900)}", lines), "令和8年度 固定資産税・都市計画税 納税通知書", LAW, f"{key:08d}",
        dt.date(2026, 4, 10), ISSUER,
        (Line("土地　固定資産税課税標準額", f"{amount * 150:,}円"), Line("家屋　固定資産税課税標準額", f"{amount * 90:,}円"),
         Line("固定資産税　相当税額", amount * 3), Line("都市計画税　相当税額", amount), Line("年税額", amount * 4)),
        amount * 4, tuple(slip(number) for number in range(5)), APPEAL, True, notes=NOTES)


def print_file(first: int, count: int, folder: str) -> dict[str, float]:
    """One file of a process: its pages, yen, bytes, and what the process used for it."""
    path = Path(folder) / f"notices-{first:07d}.pdf"
    before = time.process_time()
    with path.open("wb") as out:
        written = draw.write(out, (notice(key) for key in range(first, first + count)), title="納税通知書", author="見本市")
    used = time.process_time() - before
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    plain = plain_page(PLAIN)
    size = path.stat().st_size
    path.unlink()
    return {"first": first, "pages": written.pages, "yen": written.yen, "slip_yen": written.instalment_yen, "seconds": used, "bytes": size,
            "problems": len(written.problems), "plain": plain, "rss_mb": rss}


def plain_page(pages: int) -> float:
    """Pages per CPU second of reportlab with twenty short lines a page and the same font embedded."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from madoguchi.procedures.rules.faces.pdf.fonts import FILE

    if "Plain" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Plain", str(FILE)))
    people = [notice(key) for key in range(20)]
    before = time.process_time()
    canvas = Canvas(io.BytesIO(), pageCompression=1, invariant=1)
    for number in range(pages):
        person = people[number % len(people)]
        text = canvas.beginText(60, 780)
        text.setFont("Plain", 10)
        for _ in range(10):
            text.textLine(person.addressee.name)
            text.textLine(f"{person.total:,}円 {number}")
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return pages / (time.process_time() - before)


def symbols(keys: Iterator[int]) -> tuple[int, int]:
    """(read, wrong): the symbols of some notices from pixels against their slips."""
    import pypdfium2

    read = bad = 0
    for key in keys:
        person = notice(key)
        data, _ = draw.one(person, letter=False)
        found = [(s.identifier, s.text) for page in pypdfium2.PdfDocument(data)
                 for s in check.decode(page.render(scale=300 / 72, grayscale=True).to_pil())]
        wanted = [pair for s in person.slips for pair in ((("]Q1", s.el_payload),) + ((("]C1", s.cvs_payload),) if s.cvs_payload else ()))]
        read += len(found)
        bad += len(set(found) ^ set(wanted)) + abs(len(found) - len(wanted))
    return read, bad


def cost(files: list[dict[str, float]]) -> float:
    """What a page costs in some files, in plain pages."""
    return statistics.median(f["seconds"] / f["pages"] * f["plain"] for f in files)


def run(options: argparse.Namespace, folder: str) -> dict[str, object]:
    """All files over the processes."""
    starts = range(0, options.notices, options.per_file)
    context = multiprocessing.get_context("spawn")
    began = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(options.processes, mp_context=context) as pool:
        asked = [pool.submit(print_file, first, min(options.per_file, options.notices - first), folder) for first in starts]
        files = [done.result() for done in asked]
    wall = time.monotonic() - began
    pages, seconds = sum(f["pages"] for f in files), sum(f["seconds"] for f in files)
    plain = statistics.harmonic_mean([f["plain"] for f in files])
    read, bad = symbols(iter(range(0, options.notices, options.notices // (3 if options.quick else 20) + 1)))
    warm = files[options.processes:] or files  # the first file of each process fills its tables
    tenth = max(len(warm) // 10, min(3, len(warm) // 2), 1)
    return {
        "bench": "notices", "pages_per_s_core": round(pages / seconds, 1), "limit_ratio": round(pages / seconds / plain, 2),
        "rss_mb": round(max(f["rss_mb"] for f in files), 1), "growth_ratio": round(cost(warm[-tenth:]) / cost(warm[:tenth]), 2),
        "plain_pages_per_s": round(plain, 1), "notices": options.notices, "pages": int(pages), "processes": options.processes,
        "wall_s": round(wall, 1), "pages_per_s_wall": round(pages / wall, 1), "bytes_per_page": round(sum(f["bytes"] for f in files) / sum(
            f["pages"] for f in files)), "yen_equal": all(f["yen"] == f["slip_yen"] for f in files), "symbols_read": read, "symbols_wrong": bad,
        "undrawn": int(sum(f["problems"] for f in files)), "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--notices", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--per-file", type=int, default=0)
    parser.add_argument("--folder", default="", help="where the files go while they are counted")
    options = parser.parse_args()
    options.notices = options.notices or (2_000 if options.quick else 100_000)
    options.per_file = options.per_file or (200 if options.quick else 2_000)
    with tempfile.TemporaryDirectory(dir=options.folder or None, prefix="mado-notices-") as folder:
        print(json.dumps(run(options, folder), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
