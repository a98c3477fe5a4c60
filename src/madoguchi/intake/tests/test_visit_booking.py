"""Who has to come after filing is led to the booking of the section's counter."""

from __future__ import annotations

from tests.support.hall import Hall

from madoguchi.booking.public import services_online


def test_the_receipt_and_the_status_lead_to_the_booking(hall: Hall):
    row = hall.file("hanako", "rainin-yoyaku")
    assert hall.definition("rainin-yoyaku").section in {s.section for s in services_online()}
    browser = hall.browser("hanako")
    for page in (f"/my/{row.id}/filed/", f"/my/{row.id}/"):
        assert '<a class="nowrap" href="/booking/#shimin">窓口の予約</a>' in browser.get(page).content.decode()
    other = hall.file("hanako", "inu-shibou")  # nobody has to come for it
    assert "/booking/#" not in browser.get(f"/my/{other.id}/").content.decode()
