"""How a case ends without a decision of its own: a re-examination that is stopped, a 取下げ that the section takes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.kernel.written import TooLong
from madoguchi.web.posted import posts, see_other

from .errors import ReasonMissing
from .reopening import reexamination_end
from .staff_views import actor_of, again
from .withdrawing import withdrawal_take


@login_required
@posts()
def stand(request: HttpRequest, case_id: str) -> HttpResponse:
    """Stop a re-examination."""
    try:
        reexamination_end(actor=actor_of(request), case_id=case_id, why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="stand")
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts()
def withdraw(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take a 取下げ that came to the section."""
    try:
        withdrawal_take(actor=actor_of(request), case_id=case_id, via=request.POST.get("via", ""), why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="withdraw")
    return see_other(f"/staff/case/{case_id}/")
