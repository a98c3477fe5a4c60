"""Two hundred power cuts at random moments, while people send forms and staff decide. The seed is printed."""

from __future__ import annotations

import os
import re

SEED = int(os.environ.get("MADOGUCHI_CRASH_SEED", "20261120"))
KILLS = int(os.environ.get("MADOGUCHI_CRASH_KILLS", "200"))


def test_nothing_is_lost_and_nothing_is_there_twice(town, tmp_path):
    journal = tmp_path / "journal"
    print(f"seed {SEED}, {KILLS} kills")
    letters = len(town.server.letters)
    answer = town.order(chaos={"seed": SEED, "kills": KILLS, "journal": str(journal)})
    lines = journal.read_text().splitlines()
    assert not answer["error"], (SEED, answer, lines[-30:])
    assert answer["kills"] == KILLS
    assert not [line for line in lines if line.startswith("error")], (SEED, lines[-30:])
    accepted = [line.split()[1] for line in lines if line.startswith("accepted ")]
    filled = [line.split()[1] for line in lines if line.startswith("filled ")]
    assert len(accepted) > KILLS // 10, "the killing left no time for any work: the test proves nothing"
    assert len(set(accepted)) == len(accepted)
    town.well([("work", {})])
    unsure = town.well([("unsure", {"arrived": town.server.ids()[letters:]})])["unsure"]
    assert town.faults(accepted) == [], f"seed {SEED}"
    again = town.well([("press_again", {"filled": filled})])["pressed"]
    assert all(answers > 0 for answers in again.values()), "a draft that was not filed is kept whole"
    assert town.faults([*accepted]) == [], f"seed {SEED}, after pressing again"
    assert town.well([("faults", {})])["applications"] >= len(filled)
    counts: dict[str, int] = {}
    for mail in town.server.ids()[letters:]:
        assert re.fullmatch(r"<[0-9a-f]{32}@\S+>", mail)
        counts[mail] = counts.get(mail, 0) + 1
    print(f"{len(filled)} forms filled, {len(accepted)} accepted, {len(again)} pressed again, {len(counts)} mails, "
          f"{sum(n - 1 for n in counts.values())} of them twice, {len(unsure)} left to the operator")
    assert max(counts.values()) <= 2, "a mail goes again only when the machine died right after sending it, and then once"

