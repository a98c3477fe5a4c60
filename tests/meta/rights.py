"""The table of strangers: every way to somebody's object, who may go it, and how it is gone. `test_object_rights` lets the
whole cast go every way, with the ids of what is there and with made-up ones."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support import papers

from madoguchi.agency import guardian_desk, guardians, standing
from madoguchi.agency import guardian_selectors as legal
from madoguchi.agency import selectors as agency
from madoguchi.agency import services as mandates
from madoguchi.agency.errors import MandateOver
from madoguchi.api import shaped
from madoguchi.casework import bulk, holdings, holds, lists, marks, paper_answers, talk
