"""A run printed by this machine's cores: the processes draw, this one reads the rows and keeps what is whole."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import multiprocessing
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from madoguchi.files.public import file_get, file_open

from .errors import NothingToPrint
from .models import Run, RunFile
from .runs import file_done, file_work, job_sheet, run_start, run_unfinished
from .slips.draw import Written
from .slips.printed import printed


def run_take_up(*, actor: str, kind: str, charge: str, year: int, issued_on: dt.date, per_file: int, folder: Path) -> Run:
    """The run that the same command broke off, while it printed or while it laid files into the folder; else a new one. With nothing new
    to print, the last run as long as the folder lacks it. Raises ChargesWrong, NothingToPrint."""
    if begun := run_unfinished(kind, charge, year):
        return begun
    printed_runs = list(Run.objects.filter(kind=kind, charge=charge, year=year).order_by("-id"))
    if begun := next((run for run in printed_runs if _begun(run, folder).exists()), None):
        return begun
    try:
        return run_start(actor=actor, kind=kind, charge=charge, year=year, issued_on=issued_on, per_file=per_file, promise=False)
    except NothingToPrint:
        if not printed_runs or _job(printed_runs[0], folder).exists():
            raise
        return printed_runs[0]


def _job(run: Run, folder: Path) -> Path:
    return folder / f"{run.charge}-{run.year}-{run.kind}{run.id}-job.csv"


def _begun(run: Run, folder: Path) -> Path:
    """Lies in the folder until the run is there whole."""
    return _job(run, folder).with_suffix(".part")


def run_print(run: Run, folder: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Print what is not printed yet and lay all files with the job sheet into the folder; tells (done, all) as it goes. Broken off
    anywhere, it goes on from there when it is called again. Raises RunWrong."""
    total, wanted = run.files.count(), list(run.files.filter(done_at=None).order_by("no").values_list("id", flat=True))
    _begun(run, folder).touch()
    done = total - len(wanted)
    yield done, total
    with concurrent.futures.ProcessPoolExecutor(max(1, processes), mp_context=multiprocessing.get_context("spawn")) as pool:
        running: dict[concurrent.futures.Future[tuple[bytes, Written]], RunFile] = {}
        while wanted or running:
            while wanted and len(running) <= processes:  # one waits, so that no process ever does
                file = RunFile.objects.select_related("run").get(id=wanted.pop(0))
                running[pool.submit(printed, *file_work(file))] = file
            for ready in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                data, written = ready.result()
                file_done(running.pop(ready), data, written)
                done += 1
                yield done, total
    for file in run.files.order_by("no").defer("ids"):
        _lay(file, folder)
    job_sheet(run, lambda text: _written(_job(run, folder), text.encode()))


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
