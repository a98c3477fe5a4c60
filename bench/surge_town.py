"""The people of the surge: their photos, their way through the form, the clerks, and the others who only read a page."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import random
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from intake import Client, answered, encode, hidden

SLUG = "risai-shoumei"
SLOTS = ("photo_whole", "photo_damage", "photo_damage")
PAGES = ("/", "/procedures/?q=%E4%BB%8B%E8%AD%B7", "/p/ninshin-todoke/", "/status/")
PLACE = (37.043, 136.967)  # where the telephone says that it was
HEAD_BYTES, PUNCH, EVERY_S = 65_536, 3, 30  # PUNCH: keep the size, make a hole (fallocate of Linux)
JPEG = b"\xff\xd8"


def photo(kilobytes: int) -> bytes:
    """A JPEG of about this size, as a telephone takes it: with the place in its EXIF block."""
    from PIL import Image

    gps = {1: "N", 2: (37.0, 2.0, 34.8), 3: "E", 4: (136.0, 58.0, 1.2)}
    exif = Image.Exif()
    exif[0x0110], exif[0x0132], exif[0x8825] = "Telephone", "2026:11:12 08:00:00", gps
    side, out = 64, io.BytesIO()
    while out.tell() < kilobytes * 1000 * 0.98:
        side = int(side * (1.03 if out.tell() > kilobytes * 600 else 1.3))
        out = io.BytesIO()
        Image.effect_noise((side, side), 90).convert("RGB").save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def another(base: bytes, rng: random.Random) -> list[bytes]:
    """The same photo with other content: bytes of the picture itself are changed (it shows other noise)."""
    at = len(base) // 2
    while 0xFF in base[at - 1 : at + 33]:  # no marker may come into being or go
        at += 17
    return [base[:at], bytes(rng.randrange(1, 255) for _ in range(32)), base[at + 32 :]]


def has_place(data: bytes) -> bool:
    """Does a kept file still say where it was taken?"""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return bool(image.getexif().get_ifd(0x8825)) or b"Telephone" in data[:4000]


def answers() -> list[tuple[str, dict[str, object]]]:
    """(page, what is posted) of somebody whose house was damaged and who surveys it by photo."""
    import datetime as dt

    from madoguchi.offices.city import read_city
    from madoguchi.procedures.pack import city_folder, pack_files, read_file
    from madoguchi.procedures.rules import generate
    from madoguchi.procedures.rules.checks import Facts
    from madoguchi.procedures.rules.disasters import with_disasters, with_event_days
    from madoguchi.procedures.rules.validate import derive, steps_asked

    city = read_city(city_folder())
    path, override = next(p for p in pack_files(city) if p[0].stem == SLUG)
    definition, _ = read_file(path, override, city)
    assert definition
    trial = [d for d in city.disasters if d.get("試用") == "はい"]
    d = with_event_days(with_disasters(definition, {x["番号"]: x["名"] for x in trial}), {x["番号"]: str(x["発生日"]) for x in trial})
    wanted = {"cert_kind": "risai", "filer": "self", "survey_way": "self", "staying": "home", "photos_ready": True, "id_lost": True}
    for seed in range(3000):
        found = generate.answers_for(d, random.Random(seed), today=dt.date.today())
        if all(found.get(k) == v for k, v in wanted.items()):
            asked = steps_asked(d, derive(d, Facts(found, dt.date.today())))
            optional = {s.id: {q.id: [] for q in s.questions if q.type in ("複数選択", "宣言") and not s.repeat and q.id not in found} for s in asked}
            return [(s.id, optional[s.id] | generate.post_data(d, s, found)) for s in asked]
    raise SystemExit("no answers found")


class Bodies:
    """Multipart bodies with three photos each, never copied together."""

    def __init__(self, kilobytes: int) -> None:
        self.base = photo(kilobytes)

    def parts(self, token: str, rng: random.Random) -> list[bytes]:
        """One body in pieces."""
        out = [f'--mado\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
               for k, v in (("csrfmiddlewaretoken", token), ("_action", "next"))]
        for number, slot in enumerate(SLOTS):
            out.append(f'--mado\r\nContent-Disposition: form-data; name="file.{slot}"; filename="house{number}.jpg"\r\n'
                       "Content-Type: image/jpeg\r\n\r\n".encode())
            out += [*another(self.base, rng), b"\r\n"]
        return [*out, b"--mado--\r\n"]


def post_parts(client: Client, path: str, parts: list[bytes]) -> int:
    """Send a body of pieces."""
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in client.cookies.items()), "Content-Type": "multipart/form-data; boundary=mado",
               "Content-Length": str(sum(map(len, parts)))}
    client.http.request("POST", path, iter(parts), headers)
    response = client.http.getresponse()
    response.read()
    return response.status


def file_one(client: Client, steps: list[tuple[str, dict[str, object]]], bodies: Bodies, rng: random.Random) -> str:
    """One resident files, as a guest with three photos. Returns the receipt number."""
    client.cookies.clear()
    draft, where = answered(client, steps, SLUG)
    assert where.endswith("/documents/"), where
    _, _, page = client.call("GET", where)
    status = post_parts(client, where, bodies.parts(hidden(page, "csrfmiddlewaretoken"), rng))
    assert status == 303, status
    where = f"/a/{draft}/check/"
    _, _, page = client.call("GET", where)
    status, where, page = client.call("POST", where, encode({"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "ok": "yes"}))
    assert status == 303, (status, re.findall(r"<li>.*?</li>", page.decode())[:5])
    _, _, page = client.call("GET", where)
    found = re.search(r"R\d+-\d{4}-\d{4}-\d", page.decode())
    assert found, where
    return found[0]


class Hollow(threading.Thread):
    """Photos for a disk that is too small for all of them: what has lain for a while gives its bytes back but for the first, so that it is
    still there, as long as it was and with its EXIF block. One of a hundred is looked at whole before."""

    def __init__(self, folder: Path, after: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.folder, self.after, self.over = folder, after, over
        self.seen: set[str] = set()
        self.made = self.looked_at = self.places = 0

    def run(self) -> None:
        """Twice a minute, until it is over."""
        while self.after and not self.over.wait(EVERY_S):
            for path in self.folder.rglob("*"):
                if path.name in self.seen:
                    continue
                with contextlib.suppress(FileNotFoundError):  # an upload that was just put in its place
                    found = path.stat()
                    if path.is_file() and found.st_size > HEAD_BYTES and found.st_mtime < time.time() - self.after:
                        self._empty(path, found.st_size)

    def _empty(self, path: Path, size: int) -> None:
        self.seen.add(path.name)
        with path.open("r+b") as opened:
            if opened.read(2) != JPEG:
                return
            if self.made % 100 == 0:
                self.looked_at += 1
                self.places += has_place(path.read_bytes())
            if ctypes.CDLL(None, use_errno=True).fallocate(opened.fileno(), PUNCH, ctypes.c_long(HEAD_BYTES), ctypes.c_long(size - HEAD_BYTES)):
                raise OSError(ctypes.get_errno(), "this disk makes no holes")
        self.made += 1


class Pace:
    """Work that comes with the applications: so many turns for each that is filed."""

    def __init__(self) -> None:
        self._turns, self._changed, self._open = threading.Semaphore(0), threading.Condition(), 0
        self.over = False

    def give(self, count: int = 1) -> None:
        """More turns."""
        with self._changed:
            self._open += count
        self._turns.release(count)

    def settle(self) -> None:
        """Wait until every turn is done, so that a window counts the reading of its own applications and of no others."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._open, timeout=600):
                raise SystemExit("a reader or clerk stopped")

    def turns(self) -> Iterator[None]:
        """Wait for the next turn, until it is over."""
        while True:
            if self._turns.acquire(timeout=0.2):
                yield
                with self._changed:
                    self._open -= 1
                    self._changed.notify_all()
            elif self.over:
                return


class Reader(threading.Thread):
    """Another resident, who only reads."""

    def __init__(self, port: int, pace: Pace) -> None:
        super().__init__(daemon=True)
        self.client, self.pace, self.times, self.failed = Client(port), pace, [], []  # type: ignore[var-annotated]

    def run(self) -> None:
        """A page a turn."""
        for number, _ in enumerate(self.pace.turns()):
            start = time.perf_counter()
            status, _, _ = self.client.call("GET", PAGES[number % len(PAGES)])
            self.times.append(time.perf_counter() - start)
            if status != 200:
                self.failed.append(status)


class Clerk(threading.Thread):
    """A clerk of the tax section: looks through the list, opens a case, takes it, writes a note."""

    def __init__(self, port: int, pace: Pace, password: str) -> None:
        super().__init__(daemon=True)
        self.client, self.pace, self.acts, self.failed = Client(port), pace, 0, []  # type: ignore[var-annotated]
        self.rng = random.Random(7)
        _, _, page = self.client.call("GET", "/staff/sign-in/")
        data = {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "username": "yamada", "password": password}
        status, _, _ = self.client.call("POST", "/staff/sign-in/", encode(data))
        assert status in (302, 303), status

    def run(self) -> None:
        """A case a turn."""
        for _ in self.pace.turns():
            try:
                self._case()
            except AssertionError as error:
                self.failed.append(str(error)[:200])

    def _case(self) -> None:
        status, _, page = self.client.call("GET", f"/staff/?page={self.rng.randrange(1, 4)}")
        assert status == 200, status
        cases = sorted(set(re.findall(r"/staff/case/[0-9a-f-]{36}/", page.decode())))
        if not cases:
            return
        case = self.rng.choice(cases)
        status, _, page = self.client.call("GET", case)
        assert status == 200, status
        token = hidden(page, "csrfmiddlewaretoken")
        for act, data in (("take/", {}), ("note/", {"text": f"写真を確認した {os.urandom(4).hex()}"})):
            status, _, _ = self.client.call("POST", f"{case}{act}", encode({"csrfmiddlewaretoken": token} | data))
            assert status == 303, (act, status)
        self.acts += 1
