"""A run printed by this machine's cores: the processes draw, this one reads the rows and keeps what is whole."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import multiprocessing
import os
import shutil
from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass
from pathlib import Path

from madoguchi.files.public import file_get, file_open

from .errors import NothingToPrint
from .models import Run, RunFile
from .runs import file_begun, file_done, file_told, file_work, job_sheet, run_start, run_unfinished
from .slips.draw import Written
from .slips.printed import board_take, printed_on_board

LOOK = 0.5  # seconds between two looks at the board


@dataclass(frozen=True, slots=True)
class Far:
    """How far a run is."""

    notices: int
    all_notices: int
    pages: int
    files: int
    all_files: int


def run_take_up(*, actor: str, kind: str, charge: str, year: int, issued_on: dt.date, per_file: int, folder: Path,
                known: str = "") -> Run:
    """The run that the same command broke off, while it printed or while it laid files into the folder; else a new one. With nothing new
    to print, the last run as long as the folder lacks it. ``known``: as run_start has it. Raises ChargesWrong, NothingToPrint, DuesNear."""
    if begun := run_unfinished(kind, charge, year):
        return begun
    printed_runs = list(Run.objects.filter(kind=kind, charge=charge, year=year).order_by("-id"))
    if begun := next((run for run in printed_runs if _begun(run, folder).exists()), None):
        return begun
    try:
        return run_start(actor=actor, kind=kind, charge=charge, year=year, issued_on=issued_on, per_file=per_file, promise=False,
                         known=known)
    except NothingToPrint:
        if not printed_runs or _job(printed_runs[0], folder).exists():
            raise
        return printed_runs[0]


def _job(run: Run, folder: Path) -> Path:
    return folder / f"{run.charge}-{run.year}-{run.kind}{run.id}-job.csv"


def _begun(run: Run, folder: Path) -> Path:
    """Lies in the folder until the run is there whole."""
    return _job(run, folder).with_suffix(".part")


def run_print(run: Run, folder: Path, processes: int) -> Iterator[Far]:
    """Print what is not printed yet and lay all files with the job sheet into the folder; tells how far it is as it goes. Broken off
    anywhere, it goes on from there when it is called again. Raises RunWrong."""
    _begun(run, folder).touch()
    yield from _Printing(run, processes).go()
    for file in run.files.order_by("no").defer("ids"):
        _lay(file, folder)
    job_sheet(run, lambda text: _written(_job(run, folder), text.encode()))


class _Printing:
    """The processes of a run at work. They note how far they are on a board in shared memory; this process reads it and writes it into
    the rows of the files, for whoever looks at the run in the browser."""

    def __init__(self, run: Run, processes: int) -> None:
        self.run, self.processes = run, max(1, processes)
        self.wanted = list(run.files.filter(done_at=None).order_by("no").values_list("id", flat=True))
        self.places = {file_id: place for place, file_id in enumerate(self.wanted)}
        self.running: dict[concurrent.futures.Future[tuple[bytes, Written]], RunFile] = {}
        done = list(run.files.exclude(done_at=None).values_list("notices", "pages"))
        self.notices, self.pages, self.files = sum(row[0] for row in done), sum(row[1] for row in done), len(done)
        self.all_files = self.files + len(self.wanted)

    def go(self) -> Iterator[Far]:
        """Print; raises what a process raised."""
        context = multiprocessing.get_context("spawn")
        board: MutableSequence[int] = context.RawArray("q", 2 * max(1, len(self.wanted)))
        told = self._far(board)
        yield told
        with concurrent.futures.ProcessPoolExecutor(self.processes, mp_context=context, initializer=board_take, initargs=(board,)) as pool:
            while self.wanted or self.running:
                while self.wanted and len(self.running) <= self.processes:  # one waits, so that no process ever does
                    self._begin(pool, self.wanted.pop(0))
                for ready in concurrent.futures.wait(self.running, timeout=LOOK, return_when=concurrent.futures.FIRST_COMPLETED).done:
                    self._done(ready)
                if (now := self._far(board)) != told:
                    self._tell(board)
                    told = now
                    yield told

    def _begin(self, pool: concurrent.futures.ProcessPoolExecutor, file_id: int) -> None:
        file = RunFile.objects.select_related("run").get(id=file_id)
        file_begun(file)
        self.running[pool.submit(printed_on_board, self.places[file_id], *file_work(file))] = file

    def _done(self, ready: concurrent.futures.Future[tuple[bytes, Written]]) -> None:
        data, written = ready.result()
        file_done(self.running.pop(ready), data, written)
        self.notices, self.pages, self.files = self.notices + written.notices, self.pages + written.pages, self.files + 1

    def _board(self, board: MutableSequence[int]) -> list[tuple[RunFile, int, int]]:
        return [(file, board[2 * place], board[2 * place + 1]) for file in self.running.values() for place in (self.places[file.id],)]

    def _far(self, board: MutableSequence[int]) -> Far:
        under_way = self._board(board)
        return Far(self.notices + sum(row[1] for row in under_way), self.run.letters, self.pages + sum(row[2] for row in under_way),
                   self.files, self.all_files)

    def _tell(self, board: MutableSequence[int]) -> None:
        for file, notices, pages in self._board(board):
            if notices != file.notices:
                file.notices = notices
                file_told(file, notices, pages)


def _lay(file: RunFile, folder: Path) -> None:
    kept = file_get(str(file.file_id))
    target = folder / kept.name
    if not target.exists() or target.stat().st_size != kept.size:
        aside = target.with_suffix(".part")
        with file_open(kept) as source, aside.open("wb") as out:
            shutil.copyfileobj(source, out)
        os.replace(aside, target)


def _written(path: Path, data: bytes) -> None:
    aside = path.with_suffix(".part")
    aside.write_bytes(data)
    os.replace(aside, path)
