"""The folder that says who subscribes, and what is written from it for NATS."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.bootstrap import bootstrap
from deploy.subscribers.folder import ACCOUNTS, Folder, Unknown
from deploy.subscribers.reader import prepare
from deploy.subscribers.subscriber import MOST_PARTIES, READER, Subscriber
from shared.clock import OSLO, real_now
from shared.contracts.catalogue import EVENT_TYPES, PUBLISHERS
from shared.messaging.broker import inbox_prefix

URL = "nats://127.0.0.1:4222"
NAMSOS, HEIM = "942110464", "920920004"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    prepare(tmp_path / "subscribers", tmp_path / "nats-reader.json", URL, mode=0o700)
    return Folder(tmp_path / "subscribers")


def filters(**wanted: tuple[str, ...]) -> dict[str, list[str]]:
    return {
        it.stream: [subject.removeprefix("kulturskole.") for subject in it.filters]
        for it in Subscriber(name="x", **wanted).durables()  # type: ignore[arg-type]
    }


def test_without_a_wish_it_gets_every_stream_whole() -> None:
    assert filters() == {it.upper(): [f"{it}.>"] for it in PUBLISHERS}


def test_a_party_is_named_with_nobody_but_for_mails() -> None:
    assert filters(parties=(NAMSOS, HEIM, NAMSOS)) == {
        "REGISTRATION": [f"registration.*.*.*.{it}" for it in (HEIM, NAMSOS, "_")],
        "SCHEDULING": [f"scheduling.*.*.*.{it}" for it in (HEIM, NAMSOS, "_")],
        "BILLING": [f"billing.*.*.*.{it}" for it in (HEIM, NAMSOS, "_")],
        "NOTIFICATIONS": [f"notifications.*.*.*.{it}" for it in (HEIM, NAMSOS)],
    }


def test_what_a_whole_entity_brings_is_not_named_twice() -> None:
    """NATS refuses filters that overlap."""
    assert filters(types=("invoice.issued", "agreement.signed", "agreement.*", "invoice.issued")) == {
        "REGISTRATION": ["registration.agreement.*.>"],
        "BILLING": ["billing.invoice.issued.>"],
    }


def test_each_type_of_the_catalogue_can_be_wished_for() -> None:
    for kind in EVENT_TYPES:
        entity = kind.name.partition(".")[0]
        for wish in (kind.name, f"{entity}.*"):
            Subscriber(name="x", types=(wish,)).check()
            by = {it.publisher for it in EVENT_TYPES if it.name == wish or wish == f"{it.name.partition('.')[0]}.*"}
            assert kind.publisher in by
            assert filters(types=(wish,)) == {it.upper(): [f"{it}.{wish}.>"] for it in by}


def test_a_type_that_this_version_does_not_know_any_more_is_left_out() -> None:
    """As after going back to the version before: the others go on."""
    assert filters(types=("invoice.issued", "reminder.sent")) == {"BILLING": ["billing.invoice.issued.>"]}


def test_what_cannot_be_names_its_option() -> None:
    today = real_now().astimezone(OSLO).date()
    parties = tuple(f"{n:09}" for n in range(MOST_PARTIES + 1))
    types = tuple({it.name: None for it in EVENT_TYPES})
    for wanted, why in (
        ({"parties": (NAMSOS, HEIM, NAMSOS)}, f"--party is given twice with {NAMSOS}"),
        ({"parties": parties}, "--party is given 101 times, and may be 100 times"),
        ({"parties": ("12",)}, "--party: 12 is no organisation number"),
        ({"types": ("invoice.*", "invoice.*")}, "--type is given twice with invoice.*"),
        ({"types": ("invoice.lost",)}, "--type: nobody tells of invoice.lost"),
        ({"types": types, "parties": parties[1:]}, "--party and --type make"),
        ({"since": date(1999, 12, 31)}, "--since: 1999-12-31 is no day"),
        ({"since": date.min}, "--since: 0001-01-01 is no day"),
        ({"since": date.max}, "--since: 9999-12-31 is no day"),
        ({"since": today + timedelta(days=367)}, "--since"),
    ):
        with pytest.raises(ValueError, match=re.escape(why)):
            Subscriber(name="x", **wanted).check()
    for since in (date(2000, 1, 1), today, today + timedelta(days=366)):
        Subscriber(name="x", parties=parties[1:], types=("invoice.*",), since=since).check()
    Subscriber(name="x", types=types).check()


def test_what_was_added_is_kept_and_handed_over(folder: Folder) -> None:
    wanted = Subscriber(name="namsos", parties=(NAMSOS,), types=("invoice.*",), since=date(2026, 8, 1))
    folder.add(wanted)
    assert Folder(folder.path).subscribers() == [wanted, Subscriber(name=READER)]
    found = folder.credentials("namsos")
    password = found.pop("password")
    assert len(password) >= 43
    assert found == {
        "url": URL,
        "user": "namsos",
        "inbox_prefix": inbox_prefix("namsos"),
        "domain": "kulturskole",
        "streams": ["BILLING"],
        "durable": "namsos",
    }
    folder.rotate("namsos")
    assert folder.credentials("namsos")["password"] != password
    folder.remove("namsos")
    for forgotten in (folder.credentials, folder.rotate, folder.remove, folder.get):
        with pytest.raises(Unknown):
            forgotten("namsos")
    assert "namsos" not in (folder.path / ACCOUNTS).read_text()


def test_nats_is_told_of_each_account_with_its_own_subjects_alone(folder: Folder) -> None:
    folder.add(Subscriber(name="namsos", parties=(NAMSOS,), types=("invoice.*",)))
    text = (folder.path / ACCOUNTS).read_text()
    namsos = text.split('"subscriber-reader"')[0]
    subjects = set(re.findall(r'"(\$JS[^"]+)"', namsos))
    assert len(subjects) == 7  # an acknowledgement is the same in the domain
    assert all("BILLING.namsos" in it for it in subjects)
    assert folder.credentials("namsos")["password"] in namsos


def test_many_at_once_are_all_kept(folder: Folder) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Folder(folder.path).add(Subscriber(name=f"system-{n}")), range(24)))
    assert len(folder.subscribers()) == 25


def test_a_folder_that_nothing_was_made_in_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "nowhere")
    for asked in (folder.subscribers, lambda: folder.add(Subscriber(name="x")), lambda: folder.remove("x")):
        with pytest.raises(FileNotFoundError, match="nowhere does not say who subscribes"):
            asked()
    assert not folder.path.exists()


def test_the_first_start_makes_a_reader_and_a_revoked_one_stays_so(folder: Folder, tmp_path: Path) -> None:
    credentials = tmp_path / "nats-reader.json"
    assert json.loads(credentials.read_text()) == folder.credentials(READER)
    prepare(folder.path, credentials, "nats://elsewhere:4222", mode=0o700)
    assert json.loads(credentials.read_text()) == folder.credentials(READER)
    assert folder.url == "nats://elsewhere:4222"
    folder.remove(READER)
    prepare(folder.path, credentials, URL, mode=0o700)
    assert folder.subscribers() == []
    assert not credentials.exists()


def test_the_reader_that_others_shared_before_keeps_its_password(tmp_path: Path) -> None:
    before = {"url": URL, "user": "reader", "password": "the-password-of-0.2.0".replace(".", "-"), "durable": "reader"}
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "nats-reader.json").write_text(json.dumps(before))
    bootstrap(tmp_path / "secrets")
    assert Folder(tmp_path / "secrets" / "subscribers").credentials(READER)["password"] == before["password"]


def test_containers_may_read_what_bootstrap_made_and_what_is_added_there(tmp_path: Path) -> None:
    bootstrap(tmp_path / "secrets")
    folder = Folder(tmp_path / "secrets" / "subscribers")
    folder.add(Subscriber(name="regnskap"))
    assert folder.path.stat().st_mode & 0o777 == 0o755
    modes = {it.name: it.stat().st_mode & 0o777 for it in folder.path.iterdir() if not it.name.startswith(".")}
    assert modes == {ACCOUNTS: 0o644, "subscribers.json": 0o644}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_password_that_the_file_could_misread_is_refused(folder: Folder) -> None:
    file = folder.path / "subscribers.json"
    file.write_text(file.read_text().replace(folder.credentials(READER)["password"], "short"))
    with pytest.raises(ValueError, match="password of reader"):
        folder.add(Subscriber(name="x"))
