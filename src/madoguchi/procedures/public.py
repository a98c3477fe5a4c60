"""Door: published procedures and their faces."""

from .fees import bill_of, fee_words
from .finders import finder, finders, tasks_offline
from .finders import shown as finder_shown
from .postcodes import fill as postcode_fill
from .postcodes import with_codes
from .rules.checks import Facts
from .rules.fees import Bill
from .rules.fields import TYPES as FIELD_TYPES
from .rules.fields import Fault
from .rules.model import GRANT_NOTHING, Attachment, Definition, Document, Handover, Outcome, Question, Review, Step
from .rules.validate import Verdict, counted, derive, judge, page_faults, read_step, steps_asked
from .selectors import (
    Published,
    accepts,
    body_of,
    catalogue,
    current,
    mentioned,
    names_offered,
    offered,
    offered_by,
    pages_remembering,
    published_times,
    search,
    version,
    version_filed,
    warm,
    withdrawals,
    words_of,
    years_kept,
)
from .services import offer_again, retire, version_publish, withdraw
from .witness import witness

__all__ = [
    "FIELD_TYPES", "GRANT_NOTHING", "Attachment", "Bill", "Definition", "Document", "Facts", "Fault", "Handover", "Outcome", "Published",
    "Question", "Review", "Step", "Verdict", "accepts", "bill_of", "body_of", "catalogue", "counted", "current", "derive", "fee_words", "finder",
    "finder_shown",
    "finders", "judge", "mentioned", "names_offered", "offer_again", "offered", "offered_by", "page_faults", "pages_remembering",
    "postcode_fill", "published_times", "read_step", "retire", "search", "steps_asked", "tasks_offline", "version", "version_filed",
    "version_publish", "warm", "with_codes", "withdraw", "withdrawals", "witness", "words_of", "years_kept",
]
