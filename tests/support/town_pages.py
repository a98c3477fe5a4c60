"""Run by test_town.py in a process of its own, for a process speaks as one kind of municipality: draws pages of the town's city hall and
prints what still speaks of a city."""

from __future__ import annotations

import io
import re
import sys

import django
from django.core.management import call_command

django.setup()

from django.test import Client  # noqa: E402 - after Django
from pypdf import PdfReader  # noqa: E402

from madoguchi.offices.public import city  # noqa: E402
from madoguchi.procedures.public import catalogue  # noqa: E402

OFFICE = "市役所" if city().kind[0] == "区" else "役所|やくしょ"  # a ward has a 役所 too
CITY = re.compile(r"七尾|ななお|能登(?![记录])|石川県|金沢|0767|Nanao|Noto\b|Ishikawa|(?<![一-鿿々ヶ])市(?![町区場川]|[外内]局番)|本市|"
                  r"\b[Cc]ity\b|[Tt]hành phố|[Tt]òa thị|" + OFFICE)
KEN = re.compile(r"(?<![一-鿿々ヶ川])県(?!庁)" if city().kind[1:] else "(?!)")  # 都, 道, 府
LANGUAGES = ("ja", "ja-easy", "en", "zh-hans", "vi", "pt")
ATTRIBUTES = re.compile(r' (?:class|id|name|href|src|for|action|value|autocomplete|aria-describedby)="[^"]*"')

call_command("setup", verbosity=0)
pages = ["/", "/sign-in/", "/accessibility/", "/guide/", "/counter/", "/nowhere/", "/staff/sign-in/", *(f"/p/{p.slug}/" for p in catalogue())]
print("offered", len(catalogue()))
for language in (*LANGUAGES, "ruby"):
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["ui_lang"], client.cookies["ui_ruby"] = language.replace("ruby", "ja"), "on" if language == "ruby" else "off"
    for page in pages:
        answer = client.get(page)
        if answer.status_code != (404 if page == "/nowhere/" else 200):
            print(language, page, "answers", answer.status_code)
        text = ATTRIBUTES.sub("", answer.content.decode())
        print(*(f"{language} {page} …{text[max(0, m.start() - 20):m.end() + 20]}…".replace("\n", " ") for e in (CITY, KEN)
                for m in e.finditer(text)), sep="\n")
for published in catalogue():
    sheet = Client(headers={"host": "127.0.0.1"}).get(f"/p/{published.slug}/paper.pdf")
    text = re.sub(r"\s+", "", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(b"".join(sheet.streaming_content) if sheet.streaming
                                                                                           else sheet.content)).pages))
    print(*(f"{published.slug}.pdf …{text[max(0, m.start() - 20):m.end() + 20]}…" for e in (CITY, KEN)
            for m in e.finditer(text)), sep="\n")
    if f"{city().name}長" not in text:
        print(f"{published.slug}.pdf is addressed to nobody: {text[:200]}", file=sys.stderr)
