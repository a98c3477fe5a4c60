"""Printing all notices of a charge, as staff see it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import file_get, file_response
from madoguchi.kernel import clock
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.web.posted import see_other
from madoguchi.web.typed import day_typed

from . import desk, selectors
from .charges import charges
from .errors import ChargesWrong, DuesNear, NothingToPrint
from .rules import LETTERS
from .runs import REASON, job_sheet
from .staff_views import actor_of, name_of, page_of, works, year_typed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, and the form that starts one."""
    rows = selectors.run_list(actor=actor_of(request), page=page_of(request))
    faults, near = list[tuple[str, str]](), "known" in request.POST
    if request.method == "POST":
        known, why = bool(request.POST.get("known")), request.POST.get("why", "").strip()
        kind, year, day = request.POST.get("kind", ""), year_typed(request), day_typed(request.POST.get("issued_on", ""))
        if kind not in LETTERS:
            faults.append(("kind", "作るものを選んでください。"))
        if year is None:
            faults.append(("year", "賦課年度は西暦4桁で入れてください。"))
        if day is None:
            faults.append(("issued_on", "発付の日は 2027-04-10 の形で入れてください。"))
        if known and not 1 <= len(why) <= REASON:
            faults.append(("why", f"納期限が近いか過ぎた通知書を作る理由を、1〜{REASON}文字で書いてください。"))
        try:
            if not faults and year is not None and day is not None:
                run = desk.letters_make(actor=actor_of(request), kind=kind, charge=request.POST.get("charge", ""), year=year, issued_on=day,
                                        known=why if known else "")
                return see_other(f"/staff/collection/runs/{run.id}/")
        except (ChargesWrong, NothingToPrint) as wrong:
            faults.append(("charge", wrong.ja))
        except DuesNear as wrong:
            near, faults = True, [("known", f"{wrong.ja}それでも作るときは、「承知のうえで作る」にチェックし、理由を書いてください。")]
    context = {"rows": rows, "shown": [(r, name_of(r.charge), LETTERS[r.kind]) for r in rows], "letters": LETTERS,
               "works": works(request), "near": near, "faults": faults, "wrong": dict(faults),
               "typed": request.POST, "charges": [(c.key, c.name) for c in charges().all.values()],
               "year": request.POST.get("year", fiscal_year(clock.today())), "day": request.POST.get("issued_on", clock.today().isoformat())}
    return render(request, "collection/runs.html", context, status=422 if faults else 200)


@login_required
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far a run is, and its files."""
    found = selectors.run_get(actor=actor_of(request), run_id=run_id)
    files = selectors.run_files(found)
    done = [f for f in files if f.done_at]
    context = {"r": found, "charge": name_of(found.charge), "letter": LETTERS[found.kind],
               "files": files, "done": len(done), "whole": len(done) == len(files),
               "far": sum(f.notices for f in files), "far_pages": sum(f.pages for f in files),
               "notices": sum(f.notices for f in done), "pages": sum(f.pages for f in done), "yen": sum(f.amount for f in done),
               "problems": [(f.no, p) for f in done for p in f.problems]}
    return render(request, "collection/run.html", context)


@login_required
@require_safe
def job(request: HttpRequest, run_id: int) -> HttpResponse:
    """The job sheet for the printer."""
    found = selectors.run_get(actor=actor_of(request), run_id=run_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="job-{found.id}.csv"'})
    job_sheet(found, response.write)
    return response


@login_required
@require_safe
def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A printed file."""
    found = selectors.run_file_get(actor=actor_of(request), file_id=file_id)
    return file_response(file_get(str(found.file_id)))
