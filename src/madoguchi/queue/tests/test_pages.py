"""The pages: the device, the ticket on the telephone, the board, the counter; all of it without scripts."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client
from tests.support.hall import OPENING

from madoguchi.booking import occasions
from madoguchi.booking.models import Booking
from madoguchi.booking.tests.conftest import by_phone
from madoguchi.kernel import clock
from madoguchi.queue import kiosks, services
from madoguchi.queue.models import Desk, Kiosk, Ticket
from madoguchi.queue.rules import State

from .conftest import called, taken
from .test_queue import booked_today

OUTSIDE = {"name": "公民館での税の相談", "place": "試用公民館", "day": str(OPENING.date()), "start": "13:00", "end": "16:00",
           "seats": "1", "minutes": "30"}


def text(response) -> str:
    return html.unescape(response.content.decode())


def device(hall, everywhere: bool = False) -> str:
    """The address of one."""
    _, secret = kiosks.kiosk_make(actor=hall.staff("yamada"), section="zeimu", name="1階の入口", everywhere=everywhere)
    return f"/queue/kiosk/{secret}/"


def test_a_device_gives_a_ticket_with_a_way_to_follow_it(hall):
    there, client = device(hall), Client()
    page = text(client.get(there))
    assert "税の相談" in page
    assert "引越しの手続き" not in page, "of another section"
    answer = client.post(there, {"service": "tax"})
    assert answer.status_code == 303
    slip = text(client.get(answer["Location"]))
    ticket = Ticket.objects.get()
    assert "E 001" in slip
    assert "data:image/svg+xml" in slip
    assert f'data-back="{there}"' in slip, "the device goes back by itself"
    assert f'<noscript><meta http-equiv="refresh" content="60; url={there}">' in slip
    mine = text(Client().get(f"/queue/t/{ticket.id}/"))
    assert "E 001" in mine
    assert '<noscript><meta http-equiv="refresh"' in mine


def test_a_device_that_stays_open_follows_the_hours(hall):
    page = text(Client().get(device(hall)))
    assert 'data-live="/queue/events/?section=zeimu"' in page and 'id="kiosk" data-part' in page and 'content="120"' in page
    assert 'data-live="/queue/events/"' in text(Client().get(device(hall, everywhere=True)))


def test_a_device_for_all_sections(hall):
    there, client = device(hall, everywhere=True), Client()
    assert "引越しの手続き" in text(client.get(there))
    assert client.post(there, {"service": "moving"}).status_code == 303
    assert client.post(there, {"service": "tax-installment"}).status_code == 422, "has no tickets"


def test_a_device_of_one_section_gives_no_other_tickets(hall):
    answer = Client().post(device(hall), {"service": "moving"})
    assert answer.status_code == 422
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("at", ["07:59", "16:30", "23:00"])
def test_out_of_hours_a_device_gives_nothing_and_staff_do(hall, at):
    there = device(hall)
    hour, minute = map(int, at.split(":"))
    with clock.frozen(OPENING.replace(hour=hour, minute=minute)):
        assert "いまは受け付けていません" in text(Client().get(there))
        answer = Client().post(there, {"service": "tax"})
        assert answer.status_code == 422
        assert "いまは番号札を出していません" in text(answer)
        answer = hall.desk("yamada").post("/staff/queue/ticket/", {"service": "tax"})
        assert answer.status_code == 303
        assert "E 001" in text(hall.desk("yamada").get(answer["Location"]))


def test_from_an_hour_before_opening(hall):
    there = device(hall)
    with clock.frozen(OPENING.replace(hour=8)):
        assert Client().post(there, {"service": "tax"}).status_code == 303


def test_a_closed_counter_gives_nothing(hall):
    from madoguchi.booking import closures

    there = device(hall)
    closures.closure_make(actor=hall.staff("yamada"), section="zeimu", tell=False, typed=closures.Typed("", "2026-11-20", "", "", "", "", "研修"))
    assert Client().post(there, {"service": "tax"}).status_code == 422


def test_checking_in_at_the_device(hall):
    there, booking, client = device(hall), booked_today(630), Client()
    wrong = client.post(there, {"number": "1234-5674"})
    assert wrong.status_code == 422
    page = text(wrong)
    assert "今日の予約に、その番号はありません" in page
    assert 'value="1234-5674"' in page
    wide = "".join(chr(ord(c) + 0xFEE0) for c in booking.number.replace("-", ""))
    answer = client.post(there, {"number": wide})
    assert answer.status_code == 303
    assert "10:30" in text(client.get(answer["Location"]))
    assert Booking.objects.get(id=booking.id).state == "came"


def test_who_checks_in_again_is_told_how_the_number_stands(hall):
    there, booking, client, desk = device(hall), booked_today(600), Client(), hall.desk("yamada")
    first = client.post(there, {"number": booking.number})["Location"]
    assert "前にお待ちの方" in text(client.get(first))
    assert desk.post("/staff/queue/desk/zeimu/0/press/", {"act": "next", "ticket": ""}).status_code == 303
    again = text(client.get(client.post(there, {"number": booking.number})["Location"]))
    assert "お呼びしました" in again and "税の相談窓口" in again
    assert pressed(desk, "miss", "E 001") == 303
    again = text(client.get(client.post(there, {"number": booking.number})["Location"]))
    assert "お呼びしましたが、お返事がありませんでした" in again, "nobody waits for a number that will not be called"
    assert pressed(desk, "back", "E 001") == 303 and Ticket.objects.count() == 1
    desk.post("/staff/queue/desk/zeimu/0/press/", {"act": "next", "ticket": ""})
    assert pressed(desk, "finish", "E 001") == 303
    assert "ご用は終わりました" in text(client.get(client.post(there, {"number": booking.number})["Location"]))


def test_an_address_that_was_ended_gives_nothing(hall):
    there = device(hall)
    hall.desk("yamada").post(f"/staff/queue/kiosks/{Kiosk.objects.get().id}/end/")
    for answer in (Client().get(there), Client().post(there, {"service": "tax"})):
        assert answer.status_code == 404
        assert "この端末では、番号札を出せません" in text(answer)
    assert not Ticket.objects.exists()


def test_a_device_is_limited(hall, settings):
    from madoguchi.kernel import limits

    settings.LIMITS = settings.LIMITS | {"ticket.owner": limits.Rate(2, 600)}
    there = device(hall)
    assert [Client().post(there, {"service": "tax"}).status_code for _ in range(3)] == [303, 303, 429]


def test_the_telephone_says_how_it_stands(hall):
    yamada, first, second, third, fourth = hall.staff("yamada"), taken(), taken(), taken(), taken()

    def shown(ticket: Ticket) -> str:
        return text(Client().get(f"/queue/t/{ticket.id}/"))

    assert "まもなくお呼びします" in shown(first)
    page = shown(fourth)
    assert "約90分" in page
    assert "11:30ごろにお呼びします" in page
    called(yamada)
    assert "お呼びしました" in shown(first)
    assert "税の相談窓口" in shown(first)
    row = Ticket.objects.get(id=first.id)
    services.ticket_act(actor=yamada, ticket_id=str(row.id), act=services.Act.MISS, revision=row.revision, counter="zeimu", seat=0)
    assert "お返事がありませんでした" in shown(first)
    assert Client().post(f"/queue/t/{second.id}/cancel/").status_code == 303
    assert "取り消しました" in shown(second)
    called(yamada)
    refused = Client().post(f"/queue/t/{third.id}/cancel/")
    assert refused.status_code == 409
    assert "いま取り消せません" in text(refused)
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        assert "取った日だけ使えます" in shown(fourth)
        assert "番を取り消す" not in shown(fourth) or "<form" not in shown(fourth).partition("<main")[2]


def test_the_board_and_the_page_for_home(hall):
    yamada = hall.staff("yamada")
    taken()
    taken()
    called(yamada)
    for path in ("/queue/", "/queue/board/", "/queue/board/zeimu/"):
        page = text(Client().get(path))
        assert "E 001" in page
        assert "税の相談窓口" in page
        assert "1人" in page
        assert "aria-live=" in page
        assert '<noscript><meta http-equiv="refresh"' in page
    assert "市民課" not in text(Client().get("/queue/board/zeimu/")).partition("<main")[2].partition("</main>")[0]
    assert Client().get("/queue/board/nowhere/").status_code == 404
    assert 'href="/queue/"' in text(Client().get("/"))
    assert 'href="/queue/"' in text(Client().get("/booking/"))


def event(path: str = "/queue/events/") -> str:
    answer = Client().get(path)
    assert answer["Content-Type"].startswith("text/event-stream")
    assert answer["Cache-Control"] == "no-store"
    found = re.fullmatch(r"retry: 3000\nid: (\S+)\ndata: (\S+)\n\n", answer.content.decode())
    assert found
    assert found[1] == found[2]
    return found[1]


def test_an_event_source_hears_of_every_act_in_its_section(hall):
    yamada = hall.staff("yamada")
    seen, other = {event("/queue/events/?section=zeimu")}, event("/queue/events/?section=shimin")
    taken()
    seen.add(event("/queue/events/?section=zeimu"))
    called(yamada)
    seen.add(event("/queue/events/?section=zeimu"))
    assert len(seen) == 3
    assert event("/queue/events/?section=shimin") == other
    assert event() != other
    with clock.frozen(OPENING + dt.timedelta(minutes=1)):
        assert event("/queue/events/?section=shimin") != other, "estimates move with the clock"
    assert Client().get("/queue/events/?pace=slow").content.startswith(b"retry: 10000\n"), "many telephones ask less often than the few screens"


def forms(page: str) -> list[dict[str, str]]:
    """Hidden fields and buttons of the forms of a counter's page."""
    found = []
    for body in re.findall(r'<form[^>]*action="[^"]*/press/"[^>]*>(.*?)</form>', page, re.S):
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', body))
        found.append(fields)
    return found


def pressed(client: Client, act: str, number: str = "", counter: str = "zeimu") -> int:
    """Press a button as the page has it."""
    path = f"/staff/queue/desk/{counter}/0/"
    ids = {str(t.id): str(t) for t in Ticket.objects.all()}
    form = next(f for f in forms(text(client.get(path))) if f.get("act") == act and (not number or ids.get(f["ticket"]) == number))
    return client.post(f"{path}press/", form).status_code


def test_a_morning_at_a_counter_with_buttons_alone(hall):
    desk = hall.desk("yamada")
    assert pressed(desk, "open") == 303
    assert Desk.objects.get().open
    for _ in range(3):
        taken()
    assert pressed(desk, "next") == 303
    assert pressed(desk, "recall") == 303
    assert pressed(desk, "hold", "E 001") == 303
    assert pressed(desk, "next") == 303
    assert pressed(desk, "undo", "E 002") == 303
    assert pressed(desk, "call", "E 003") == 303
    assert pressed(desk, "next") == 303
    assert pressed(desk, "miss", "E 002") == 303
    assert pressed(desk, "back", "E 002") == 303
    assert pressed(desk, "cancel", "E 001") == 303
    assert dict(Ticket.objects.values_list("number", "state")) == {1: State.CANCELLED, 2: State.WAITING, 3: State.DONE}
    assert pressed(desk, "close") == 303
    assert pressed(desk, "undo", "E 003") == 303
    assert pressed(desk, "finish", "E 003") == 303


def test_an_old_page_is_told_and_shows_how_it_is_now(hall):
    desk = hall.desk("yamada")
    taken()
    taken()
    old = next(f for f in forms(text(desk.get("/staff/queue/desk/zeimu/0/"))) if f["act"] == "next")
    pressed(desk, "next")
    answer = desk.post("/staff/queue/desk/zeimu/0/press/", old)
    assert answer.status_code == 409
    page = text(answer)
    assert "ほかの職員が先に操作しました" in page
    assert "E 001" in page
    for made_up in ({"act": "nonsense"}, {"act": "call", "ticket": "x", "revision": "1"}, {"act": "undo", "ticket": "x", "revision": "9" * 5000},
                    {"act": "move", "ticket": str(Ticket.objects.first().id)}):
        assert desk.post("/staff/queue/desk/zeimu/0/press/", made_up).status_code in (404, 409)


def test_moving_by_the_page(hall):
    desk = hall.desk("yamada")
    taken()
    pressed(desk, "next")
    form = next(f for f in forms(text(desk.get("/staff/queue/desk/zeimu/0/"))) if f["act"] == "move")
    assert desk.post("/staff/queue/desk/zeimu/0/press/", form | {"to": "moving"}).status_code == 303
    assert Ticket.objects.get().section == "shimin"
    assert pressed(desk, "undo", "E 001") == 303, "fetched back, and called as before"
    assert Ticket.objects.get().state == State.CALLED


def test_staff_check_in_and_are_told_what_is_wrong(hall):
    desk, booking = hall.desk("yamada"), booked_today(660)
    assert desk.post("/staff/queue/ticket/", {"section": "zeimu", "number": booking.number}).status_code == 303
    wrong = desk.post("/staff/queue/ticket/", {"section": "zeimu", "number": "12"})
    assert wrong.status_code == 422
    assert "今日の予約に、その番号はありません" in text(wrong)
    assert 'value="12"' in text(wrong)


def test_staff_are_told_when_and_where_a_booking_is_that_comes_to_a_wrong_counter(hall):
    later = by_phone("childcare", dt.date(2026, 11, 30), 600)
    form = {"section": "kosodate", "number": later.number}
    told = text(hall.desk("tanaka").post("/staff/queue/ticket/", form))
    assert "令和8年11月30日 10:00の予約(子育ての相談、子育ての窓口)です" in told and Ticket.objects.count() == 0
    refused = text(hall.desk("yamada").post("/staff/queue/ticket/", form | {"section": "zeimu"}))
    assert "今日の予約に、その番号はありません" in refused and "子育て" not in refused, "another section's"
    today = by_phone("card-apply", OPENING.date(), 600)
    given = hall.desk("okada").post("/staff/queue/ticket/", {"section": "shimin", "number": today.number})
    assert given.status_code == 303 and Ticket.objects.get(booking=today.id).letter == "G"


def test_who_has_booked_what_gives_no_tickets_has_come_all_the_same(hall):
    """A service without a letter, and a counter outside: the device says where to go, staff get the page of the booking."""
    outside = occasions.occasion_make(row=occasions.occasion_read(OUTSIDE, section="zeimu", by="staff:yamada", kind="visit"))
    plain, there = by_phone("tax-installment", OPENING.date(), 660), by_phone(outside.key, OPENING.date(), 840)
    _, secret = kiosks.kiosk_make(actor=hall.staff("yamada"), section="zeimu", name="入口", everywhere=True)
    device, page = Client(), f"/queue/kiosk/{secret}/"
    for row, place in ((plain, "税の相談窓口"), (there, "公民館での税の相談")):
        answer = device.post(page, {"number": row.number.replace("-", "")})
        assert (answer.status_code, answer["Location"]) == (303, f"{page}?came={row.id}")
        shown = text(device.get(answer["Location"])).partition("<main")[2]
        assert "お越しになったことを受け付けました" in shown and row.number in shown and place in shown and "data-back" in shown.partition(">")[0]
        assert Booking.objects.get(id=row.id).state == "came"
        assert device.post(page, {"number": row.number}).status_code == 303, "twice is once"
    assert not Ticket.objects.exists()
    assert "お越しになったことを" not in text(device.get(f"{page}?came={booked_today(600).id}")), "who has not come"
    assert device.get(f"{page}?came=x").status_code == 200
    _, narrow = kiosks.kiosk_make(actor=hall.staff("okada"), section="shimin", name="市民課", everywhere=False)
    assert "お越しになったことを" not in text(device.get(f"/queue/kiosk/{narrow}/?came={plain.id}")), "a device of another section"
    assert device.post(f"/queue/kiosk/{narrow}/", {"number": plain.number}).status_code == 422
    desk = hall.desk("yamada")
    given = desk.post("/staff/queue/ticket/", {"section": "zeimu", "number": there.number})
    assert given["Location"] == f"/staff/booking/b/{there.id}/" and desk.get(given["Location"]).status_code == 200


def test_the_address_of_a_device_is_shown_once(hall):
    desk = hall.desk("yamada")
    made = text(desk.post("/staff/queue/kiosks/", {"section": "zeimu", "name": "1階の入口"}))
    there = re.search(r"/queue/kiosk/[\w-]+/", made)[0]
    assert Client().get(there).status_code == 200
    assert there not in text(desk.get("/staff/queue/kiosks/?section=zeimu"))
    wrong = desk.post("/staff/queue/kiosks/", {"section": "zeimu", "name": " "})
    assert wrong.status_code == 422
    assert "置き場所を40字までで" in text(wrong)


def test_devices_that_work_stand_before_those_that_were_ended(hall):
    at = clock.now()
    for name, ended in (("先に終えた", at - dt.timedelta(days=2)), ("あとで終えた", at), ("いま使う", None)):
        Kiosk.objects.create(section="zeimu", name=name, secret=name, made_by="test", made_at=at, ended_at=ended)
    page = text(hall.desk("yamada").get("/staff/queue/kiosks/?section=zeimu"))
    places = [page.index(name) for name in ("いま使う", "あとで終えた", "先に終えた")]
    assert places == sorted(places)


def test_pages_of_staff_say_what_happened_today(hall):
    yamada = hall.staff("yamada")
    taken()
    called(yamada)
    page = text(hall.desk("yamada").get("/staff/queue/"))
    assert "税の相談窓口" in page
    assert "E 001" in page
    assert "今日" in page
    assert 'href="/staff/queue/"' in page


def test_a_city_without_tickets(hall, monkeypatch):
    """No file, or no service with a letter: nothing leads here, and whoever comes is told to ring."""
    from madoguchi.booking.setup import Setup
    from madoguchi.queue import city

    monkeypatch.setattr(city, "standing", Setup)
    assert "混みぐあいは、お電話でお尋ねください" in text(Client().get("/queue/"))
    assert Client().get("/queue/board/").status_code == 200
    assert 'href="/queue/"' not in text(Client().get("/"))
    assert hall.desk("yamada").get("/staff/queue/").status_code == 404
    assert 'href="/staff/queue/"' not in text(hall.desk("yamada").get("/staff/booking/"))


def test_the_page_of_a_booking_without_tickets_shows_what_the_device_reads(hall):
    from madoguchi.booking.models import Booking as Row
    from madoguchi.booking.tests.conftest import booked

    row = booked("tax", owner=hall.owner("hanako").key)
    Row.objects.update(service="tax-installment")
    page = text(hall.browser("hanako").get(f"/booking/b/{row.id}/"))
    assert "data:image/svg+xml" in page and "受付の端末があるときは" in page


def test_the_booking_page_shows_what_the_device_reads(hall):
    from madoguchi.booking.tests.conftest import booked

    row = booked("tax", owner=hall.owner("hanako").key)
    page = text(hall.browser("hanako").get(f"/booking/b/{row.id}/"))
    assert "番号札の端末に読み取らせても" in page
    assert "data:image/svg+xml" in page
