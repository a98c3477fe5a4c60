"""The set-up page is typed from its first line to its last, on a machine in a folder, and lives through what happens to one."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
import requests
from tests.support.mailserver import MailServer

from .machine import Machine
from .page import ROOT, sections
from .residents import BASE, Town, browser, file_once, reach
from .strangers import asked, flood, for_people, page_of, spray, words
from .units import environment, read

pytestmark = pytest.mark.postgres
NEXT = '''from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "%s")]
    operations = [migrations.RunSQL("CREATE TABLE kernel_of_the_next_release (id integer)")]
'''
WEBS, WORKERS = ("madoguchi-web@{0.web1}", "madoguchi-web@{0.web2}"), ("madoguchi-worker@1", "madoguchi-worker@2")


@pytest.fixture
def machine(monkeypatch):
    """Set up by sections 1 to 9 of the page."""
    mail = MailServer()
    mail.start()
    made = Machine(mail.address)
    made.mail = mail
    try:
        made.release("0.1.0")
        made.steps = sections()
        for number in range(1, 10):
            made.run(made.steps.pop(str(number)))
        reach(made, monkeypatch)
        yield made
    finally:
        made.close()
        mail.stop()


def until(what, test, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.2)
    raise AssertionError(f"waited in vain for {what}")


def test_the_page_makes_a_city_hall_that_outlives_its_processes(machine, monkeypatch):
    the_door_is_as_it_should_be(machine)
    the_serving_role_can_do_no_more_than_serve(machine)
    passwords_are_not_tried_without_end(machine)
    nginx_speaks_to_people(machine)
    town = Town()
    killed_in_the_middle(machine, town)
    machine.run(machine.steps.pop("10"))
    a_backup_comes_back(machine, town)
    a_new_machine_takes_over(machine, town, monkeypatch)
    updated_and_back_while_people_file(machine, town)
    everything_came_once(machine, town)
    print(f"{len(town.receipts)} applications, {town.read} pages read, restarted {machine.units.restarted}")
    assert machine.steps == {}, "a section of the page that nobody ran"


def the_door_is_as_it_should_be(machine):
    page = requests.get(f"{BASE}/", timeout=60)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "nginx/" not in page.headers["Server"]
    window = browser()
    window.get("/p/risai-shoumei/").send("/p/risai-shoumei/start/", {})
    assert {c.name for c in window.session.cookies} and all(c.secure for c in window.session.cookies)
    forged = requests.get(f"{BASE}/healthz", headers={"X-Forwarded-Proto": "http", "X-Request-ID": "forged"}, timeout=60)
    assert (forged.status_code, forged.headers["X-Request-ID"] != "forged") == (200, True)
    css = re.search(r'href="(/static/[^"]+\.css)"', page.text)[1]
    sheet = requests.get(f"{BASE}{css}", timeout=60)
    assert ("immutable" in sheet.headers["Cache-Control"], sheet.headers.get("Content-Encoding")) == (True, "gzip")
    too_much = requests.post(f"{BASE}/status/", data=b"x" * 70_000_000, timeout=60)
    assert (too_much.status_code, "60MBまで" in too_much.content.decode()) == (413, True)
    for_people(too_much.content.decode(), "送られた内容が大きすぎます")


def passwords_are_not_tried_without_end(machine):
    """What is set by the example of the environment: 60 that fail from one address, whosever they are."""
    assert environment(machine.room / "etc/madoguchi/env")["MADOGUCHI_LIMIT_SIGN_IN_ADDRESS"] == "60/600"
    said = spray(machine, 75)
    assert said[:60] == [422] * 60
    assert 429 in said[60:], said


def nginx_speaks_to_people(machine):
    """Every answer of nginx's own."""
    long = "x" * 9_000  # more than nginx takes of a line, in one record of TLS
    for house, (status, title, sent, tls) in enumerate([
        (404, "お探しのページは見つかりませんでした", words("/static/none"), True),
        (404, "お探しのページは見つかりませんでした", words("/errors/large.html"), True),
        (404, "お探しのページは見つかりませんでした", words("/metrics"), True),
        (405, "送られた内容を読み取れませんでした", words("/static/css/app.css", "Content-Length: 0", method="POST"), True),
        (400, "送られた内容を読み取れませんでした", words("/", f"Cookie: a={long}"), True),
        (414, "送られた内容を読み取れませんでした", words(f"/{long}"), True),
        (400, "送られた内容を読み取れませんでした", words("/", f"Cookie: a={long}"), False),
    ], start=1):
        found, headers, text = page_of(asked(machine, house, sent, tls=tls))
        assert (found, headers.get("retry-after")) == (status, None), (title, text)
        for_people(text, title)
    found, headers, text = page_of(flood(machine))
    assert (found, headers["retry-after"], headers["cache-control"]) == (429, "60", "no-store")
    for_people(text, "短い時間に、たくさん開かれました")
    assert page_of(asked(machine, 201, words("/")))[0] == 200, "somebody else is not held up"
    nobody_answers(machine)


def nobody_answers(machine):
    webs = [name.format(machine) for name in WEBS]
    for name in webs:
        machine.units.stop(name)
    found, headers, text = page_of(asked(machine, 202, words("/")))
    assert (found, headers["retry-after"]) == (502, "60")
    for_people(text, "ただいまつながりにくくなっています")
    for name in webs:
        machine.units.start(name)
    until("the city hall to be back", lambda: requests.get(f"{BASE}/healthz", timeout=60).status_code == 200)


def the_serving_role_can_do_no_more_than_serve(machine):
    url = environment(machine.room / "etc/madoguchi/env")["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as serving:
        assert serving.execute("SELECT count(*) FROM kernel_auditentry").fetchone()[0] > 0
        for sql in ("UPDATE kernel_auditentry SET actor = 'x'", "DELETE FROM kernel_auditentry", "DELETE FROM kernel_auditseal",
                    "TRUNCATE intake_application CASCADE", "DROP TABLE intake_application", "CREATE TABLE mine (id integer)",
                    "ALTER TABLE kernel_auditentry DISABLE TRIGGER ALL"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(sql)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(re.sub(r":[0-9a-f]+@", ":wrong@", url))


def killed_in_the_middle(machine, town):
    web, worker = WEBS[0].format(machine), WORKERS[0]
    with town.busy(filers=0):
        town.receipts.append(file_once(0, pause=lambda: machine.units.kill(web)))
        machine.units.kill(worker)
        town.file()
        until("both to be back", lambda: {web, worker} <= set(machine.units.restarted))
        town.file()
    assert town.failed == [], machine.said()
    assert town.read > 0


def releases(machine):
    """The folders of the releases whose code serves now."""
    names = [name.format(machine) for name in (*WEBS, *WORKERS)]
    said = [Path(f"/proc/{machine.units.pid(name)}/environ").read_text().split("\0") for name in names]
    return [next(Path(line).parent.name for line in lines if line.startswith("PYTHONPATH=")) for lines in said]


def updated_and_back_while_people_file(machine, town):
    last = sorted(p.stem for p in (ROOT / "src/madoguchi/kernel/migrations").glob("0*.py"))[-1]
    machine.release("0.2.0", **{"src/madoguchi/kernel/migrations/9999_next.py": NEXT % last, "src/madoguchi/web/static/css/app.css": "/* next */\n"})
    assert releases(machine) == ["0.1.0"] * 4
    before, filed = town.read, len(town.receipts)
    old = requests.get(f"{BASE}/", timeout=60).text
    with town.busy(filers=2):
        machine.run(machine.steps.pop("11"))
        assert releases(machine) == ["0.2.0"] * 4
        assert machine.ask("SELECT count(*) FROM kernel_of_the_next_release") == [(0,)]
        new = requests.get(f"{BASE}/", timeout=60).text
        machine.run(machine.steps.pop("12"))
        assert releases(machine) == ["0.1.0"] * 4
    assert town.failed == [], machine.said()
    assert (town.read > before, len(town.receipts) > filed) == (True, True)
    sheet = r"/static/css/app\.[0-9a-f]{12}\.css"
    back = requests.get(f"{BASE}/", timeout=60).text
    assert re.search(sheet, old)[0] == re.search(sheet, back)[0] != re.search(sheet, new)[0]


def everything_came_once(machine, town):
    """A worker that was killed may have had a letter in its hands: the same letter (Message-ID) may then come once more."""
    def done():
        return machine.ask("SELECT count(*) FROM kernel_message WHERE state <> 'done'") == [(0,)]

    until("the outbox to be empty", done)
    cases = dict(machine.ask("SELECT receipt, count(*) FROM casework_case GROUP BY receipt"))
    assert cases == dict.fromkeys(town.receipts, 1)
    letters = [receipt for letter in machine.mail.letters for receipt in set(re.findall(r"R\d+-\d{4}-\d{4}-\d", letter_words(letter)))]
    different = len(set(machine.mail.ids()))
    assert sorted(set(letters)) == sorted(town.receipts)
    assert (different, len(letters) - different <= 1) == (len(town.receipts), True)
    machine.run("runuser -u madoguchi -- /opt/madoguchi/current/deploy/hall audit verify")


def a_backup_comes_back(machine, town):
    """Somebody files after the backup; then the page's own commands bring the moment of the backup back."""
    def settled():
        return machine.ask("SELECT count(*) FROM kernel_message WHERE state <> 'done'") == [(0,)]

    until("everybody's letters", settled)
    machine.run("systemctl start madoguchi-backup")
    kept = machine.ask("SELECT count(*) FROM intake_application") + machine.ask("SELECT count(*) FROM files_storedfile")
    lost = file_once(9000)
    assert machine.ask(f"SELECT count(*) FROM intake_application WHERE receipt = '{lost}'") == [(1,)]
    until("the letter of who is lost", settled)
    machine.mail.letters = [letter for letter in machine.mail.letters if lost not in letter_words(letter)]
    newest = 'made=$(ls -d /var/backups/madoguchi/*T* | tail -n 1); '
    refused = machine.run(f'{newest}! runuser -u madoguchi -- /opt/madoguchi/current/deploy/hall restore "$made"')
    assert "表を作れないので、戻せません" in refused, "the role that serves says so, and has touched nothing"
    said = machine.run(machine.steps.pop("13"))
    assert "異常はありません" in said
    assert machine.ask("SELECT count(*) FROM intake_application") + machine.ask("SELECT count(*) FROM files_storedfile") == kept
    assert machine.ask(f"SELECT count(*) FROM intake_application WHERE receipt = '{lost}'") == [(0,)]
    assert {row[0] for row in machine.ask("SELECT receipt FROM intake_application")} >= set(town.receipts)
    assert machine.ask("SELECT count(*) FROM kernel_auditentry WHERE action = 'backup.restored'") == [(1,)]
    assert requests.get(f"{BASE}/p/risai-shoumei/", timeout=60).status_code == 200
    the_serving_role_can_do_no_more_than_serve(machine)
    town.receipts.append(file_once(9001))


def a_new_machine_takes_over(machine, town, monkeypatch):
    """The machine is lost. On an empty one: what lay in other places (backup, keys, passphrase), and the page's own commands."""
    until("everybody's letters", lambda: machine.ask("SELECT count(*) FROM kernel_message WHERE state <> 'done'") == [(0,)])
    machine.run("systemctl start madoguchi-backup")
    counted = "SELECT (SELECT count(*) FROM intake_application), (SELECT count(*) FROM files_storedfile), (SELECT count(*) FROM identity_staff)"
    kept, new, steps = machine.ask(counted), Machine(machine.mail.address), sections()
    backup = sorted((machine.room / "var/backups/madoguchi").glob("*T*"))[-1]
    try:
        new.release("0.1.0")
        for number in ("1", "2", "3", "5"):
            new.run(steps[number])
        for name in ("madoguchi-keys", "madoguchi-passphrase"):
            shutil.copy(machine.room / "root" / name, new.room / "root" / name)
        shutil.copytree(backup, new.room / "var/backups/madoguchi" / backup.name)
        said = new.run(machine.steps.pop("14"))
        assert "異常はありません" in said and "鍵束にない" not in said
        assert not (new.room / "root/madoguchi-passphrase").exists() and not (new.room / "etc/madoguchi/keys/passphrase").exists()
        assert (new.room / "etc/madoguchi/keys/ring.json").read_text() == (machine.room / "etc/madoguchi/keys/ring.json").read_text()
        for number in ("6", "7", "8"):
            new.run(steps[number])
        assert new.ask(counted) == kept
        assert {row[0] for row in new.ask("SELECT receipt FROM intake_application")} >= set(town.receipts)
        with monkeypatch.context() as there:
            reach(new, there)
            assert requests.get(f"{BASE}/p/risai-shoumei/", timeout=60).status_code == 200
    finally:
        new.close()


def letter_words(letter):
    return letter.get_payload(decode=True).decode() + str(letter["Subject"])


# --- the units, without running them


UNITS = sorted((ROOT / "deploy").glob("*.service")) + sorted((ROOT / "deploy").glob("*.timer"))


@pytest.fixture
def units(tmp_path):
    """The units with an instance each, their program replaced by one that is here."""
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/madoguchi/current/madoguchi", "/bin/true")
        (tmp_path / path.name.replace("@.", "@1.")).write_text(text, encoding="utf-8")
    return sorted(tmp_path.iterdir())


def test_systemd_understands_the_units_and_finds_them_closed(units):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "madoguchi" in line]
    assert (ours, done.returncode) == ([], 0), done.stderr
    for unit in units:
        if unit.suffix == ".service":
            look = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=30", "--no-pager", unit], capture_output=True,
                                  text=True, check=False)
            assert look.returncode == 0, look.stdout[-300:]


def test_every_service_keeps_to_its_folders():
    for path in UNITS:
        unit = read(path)
        if path.suffix == ".service":
            assert unit["User"] == ["madoguchi"] and unit["ProtectSystem"] == ["strict"] and unit["NoNewPrivileges"] == ["yes"], path.name
            assert "/etc" not in unit["ReadWritePaths"][0], path.name
