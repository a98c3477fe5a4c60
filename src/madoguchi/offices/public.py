"""Door: the city, its sections and its calendar."""

from .calendar import add_open_days, city, is_open, next_open, open_days_between
from .city import City, LifeEvent, Section

__all__ = ["City", "LifeEvent", "Section", "add_open_days", "city", "is_open", "next_open", "open_days_between"]
