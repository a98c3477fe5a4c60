"""Where the invented people of the trial live: they were invented for 七尾; in another city they live at places that there are not there."""

from __future__ import annotations

from .city import City

HOME, HOME_SEAT = "172022", "石川県七尾市"  # the pack that the trial was written for
PLACES = {  # 七尾's town and lot → lot in 見本, which no city has
    "袖ヶ江町イ部25番地": "25番地", "神明町1番地": "1番地", "中島町中島甲1番地": "2番地", "田鶴浜町り部11番地": "11番地",
    "和倉町ヨ部100番地": "100番地"}
TOWN = "見本"


def lot_of(place: str) -> str:
    """The lot in 見本 that stands for a town and lot of 七尾; the place itself where it is not one of the known ones."""
    return PLACES.get(place.replace("ケ", "ヶ"), "")


def address_in(city: City, address: str) -> str:
    """An address of the trial in the city: 石川県七尾市神明町1番地 stays so in 七尾 and is 見本1番地 elsewhere."""
    if city.code == HOME or not address.startswith(HOME_SEAT):
        return address
    rest = address.removeprefix(HOME_SEAT)
    lot = lot_of(rest)
    return city.seat + (TOWN + lot if lot else rest)
