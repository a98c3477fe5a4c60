"""Field types by their Japanese name."""

from . import choices, dates, people, texts
from .base import TYPES, Fault, FieldType, Get, Part

__all__ = ["TYPES", "Fault", "FieldType", "Get", "Part", "choices", "dates", "people", "texts"]
