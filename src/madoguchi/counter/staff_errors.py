"""What clerks are told when an interview cannot go on as they wanted."""

from __future__ import annotations

from madoguchi.kernel.errors import Conflict, NotFound


class InterviewNotFound(NotFound):
    """No such interview, or another clerk's."""

    ja = "この聞き取りは見つかりませんでした。ほかの職員が引き継いだか、終わっています。「窓口」の一覧から開いてください。"


class OriginNotFound(NotFound):
    """No such ticket or booking, or another section's."""

    ja = "この番号札か予約は見つかりませんでした。「番号札」か「予約」の画面から開き直してください。"


class NothingChosen(NotFound):
    """No procedure, too many, or one that cannot be filed at the counter."""

    ja = "手続きを1つから10まで選んでください。"


class NotNow(Conflict):
    """The interview has gone on meanwhile, or is over."""

    ja = "この聞き取りは、いまは変えられません。画面を開き直して、様子を確かめてください。"


class NotReady(Conflict):
    """Something is missing before the person can read it over. ``ja`` says what."""
