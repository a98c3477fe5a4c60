"""Door: bookings for the rooms above (queue at the counter, events), sweeps for the worker, columns for the wiring."""

from .admission import admit
from .contact import SEALED, Contact, contact_of
from .days import Day, Slot, days_of, hours_today, next_free
from .doors import Behind, Door
from .errors import BookingNotFound, BookingOver, FormWrong, HoldOver, ServiceNotFound, SlotTaken
from .going import LEAVING
from .keeping import bookings_remind, bookings_sweep
from .models import Booking, Occasion
from .occasion_changes import Changed, occasion_change
from .occasions import (
    booked_at,
    hours_words,
    occasion_cancel,
    occasion_make,
    occasion_of,
    occasion_read,
    occasions_of,
    occasions_there,
    until_day_of,
)
from .selectors import (
    bookable,
    booked_about,
    booking_by_number,
    booking_list,
    bookings_of,
    services_online,
    staff_booking_by_number,
    staff_booking_get,
)
from .services import (
    booking_by_staff,
    booking_cancel,
    booking_change,
    booking_confirm,
    booking_mark,
    details_set,
    hold_make,
    hold_release,
)
from .setup import Counter, Service, setup, standing
from .trial import trial_bookings
from .waiting import offers_sweep
from .witness import witness

__all__ = [
    "LEAVING",
    "Behind", "Booking", "BookingNotFound", "BookingOver", "Changed", "Contact", "Counter", "Day", "Door", "FormWrong", "HoldOver", "Occasion",
    "SEALED", "Service", "ServiceNotFound", "Slot", "SlotTaken", "admit", "bookable", "booked_about", "booked_at", "booking_by_number",
    "booking_by_staff", "booking_cancel", "booking_change", "booking_confirm", "booking_list", "booking_mark", "bookings_of", "bookings_remind",
    "bookings_sweep", "contact_of", "days_of", "details_set", "hold_make", "hold_release", "hours_today", "hours_words", "next_free",
    "occasion_cancel", "occasion_change", "occasion_make", "occasion_of", "occasion_read", "occasions_of", "occasions_there", "offers_sweep",
    "services_online", "setup", "staff_booking_by_number", "staff_booking_get", "standing", "trial_bookings", "until_day_of", "witness",
]
