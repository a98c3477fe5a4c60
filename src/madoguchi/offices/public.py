"""Door: the city, its sections, its calendar and its disasters."""

from .calendar import add_open_days, city, due_day, fee_on, is_open, next_open, open_days_between
from .city import City, LifeEvent, Section, city_words
from .errors import DisasterWrong, FeeMissing
from .rules import CAUSES, DisasterTerms
from .selectors import disaster_get, disasters_all, disasters_open, terms_in_pack
from .services import disaster_add, disaster_extend, disasters_seed
from .trial import HOME, TOWN, address_in, lot_of
from .witness import witness

__all__ = [
    "CAUSES", "HOME", "TOWN", "City", "DisasterTerms", "DisasterWrong", "FeeMissing", "LifeEvent", "Section", "add_open_days", "address_in", "city",
    "city_words",
    "disaster_add", "disaster_extend", "disaster_get", "disasters_all", "disasters_open", "disasters_seed", "due_day", "fee_on",
    "is_open", "lot_of", "next_open", "open_days_between", "terms_in_pack", "witness",
]
