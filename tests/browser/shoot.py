"""Pictures for the README: `python -m tests.browser.shoot` serves a city hall of its own and writes docs/img/*.png."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMG = ROOT / "docs/img"
MOST = 250_000


def save(tab: Tab, name: str) -> None:
    """The window as it stands, in few colours."""
    raw = Path(tempfile.gettempdir()) / f"shoot-{os.getpid()}.png"
    tab.screenshot(path=raw)
    IMG.mkdir(parents=True, exist_ok=True)
    Image.open(raw).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(IMG / name, optimize=True)
    raw.unlink()
    size = (IMG / name).stat().st_size
    print(f"{name:<22}{size:>8}")
    assert size < MOST, name


def main() -> None:
    """All pictures."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MADOGUCHI_ENV": "test", "MADOGUCHI_DATA": f"{folder}/tests"}
        import django

        django.setup()
        from tests.support.chromium import CHROMIUM, FLAGS

        from .conftest import Served
        from .seed import Town

        home = Path(folder) / "hall"
        home.mkdir()
        served = Served(home)
        try:
            served.wait()
            town = Town(served.base, served.home)
            pictures = (
                ("top-390.png", 390, "nobody", "/"), ("top-1280.png", 1280, "nobody", "/"),
                ("step-390.png", 390, "guest", f"{town.draft_full}applicant_page/"),
                ("check-390.png", 390, "guest", f"{town.draft_full}check/"),
                ("status-390.png", 390, "guest", town.decided.mine),
                ("workbench-1280.png", 1280, "yamada", town.received.case if town.correcting and town.proposed else ""),
                ("decide-1280.png", 1280, "nakamura", town.proposed.case),
            )
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                for name, width, who, path in pictures:
                    context = browser.new_context(viewport={"width": width, "height": 844 if width < 800 else 900}, locale="ja-JP",
                                                  base_url=served.base, reduced_motion="reduce")
                    context.add_cookies(town.cookies(who))
                    tab = context.new_page()
                    tab.goto(path)
                    if name in ("step-390.png", "check-390.png"):  # past the header, at what the page is about
                        tab.evaluate("() => document.querySelector('.step').scrollIntoView()")
                    save(tab, name)
                browser.close()
        finally:
            served.stop()


if __name__ == "__main__":
    main()
