"""Whether a refusal is one mail's or every mail's shows at the others."""

from __future__ import annotations

from services.notifications.letters.domain.outcome import Kind, Outcome
from services.notifications.sending.domain.standing import MANY, Standing
from shared.ids import new_id

TAKEN = Outcome(kind="accepted")
REFUSED_US = Outcome(kind="refused_us", reply=554, reason="554 5.7.1 Relay access denied")
NO_SUCH_USER = Outcome(kind="refused", reply=550, reason="550 5.1.1 no such user")
PUT_OFF = Outcome(kind="put_off", reply=451, reason="451 busy")


def kinds(standing: Standing, *outcomes: Outcome, was_put_off: bool = False) -> list[Kind]:
    """Of one mail after the other."""
    return [standing.judge(it, new_id(), was_put_off=was_put_off).kind for it in outcomes]


def reason(standing: Standing) -> str | None:
    return standing.trouble.reason if standing.trouble else None


def test_where_nothing_is_taken_a_refusal_of_us_is_the_servers() -> None:
    standing = Standing()
    assert kinds(standing, REFUSED_US, REFUSED_US) == ["unreachable"] * 2
    assert reason(standing) == "554 5.7.1 Relay access denied"


def test_amid_mails_that_are_taken_it_is_that_mails_own() -> None:
    standing = Standing()
    found = kinds(standing, TAKEN, REFUSED_US, TAKEN, REFUSED_US, TAKEN)
    assert found == ["accepted", "put_off", "accepted", "put_off", "accepted"]
    assert reason(standing) is None


def test_when_it_begins_the_first_is_put_off_and_the_next_shows_that_it_is_the_server() -> None:
    standing = Standing()
    assert kinds(standing, TAKEN, REFUSED_US, REFUSED_US, REFUSED_US) == [
        "accepted",
        "put_off",
        "unreachable",
        "unreachable",
    ]
    # Now the one that was put off costs no further try either.
    assert kinds(standing, REFUSED_US, was_put_off=True) == ["unreachable"]
    assert kinds(standing, TAKEN) == ["accepted"]
    assert reason(standing) is None


def test_a_mail_that_was_put_off_before_and_is_alone_says_nothing_of_the_server() -> None:
    standing = Standing()  # as after a restart
    for _ in range(MANY - 1):
        assert standing.judge(REFUSED_US, "the mail", was_put_off=True).kind == "put_off"
    assert reason(standing) is None


def test_many_mails_that_were_put_off_before_and_are_refused_now_are_no_fault_of_theirs() -> None:
    """As by a server that puts off whom it does not know, and then refuses them."""
    standing = Standing()
    found = kinds(standing, *[REFUSED_US] * (MANY + 1), was_put_off=True)
    assert found == ["put_off"] * (MANY - 1) + ["unreachable"] * 2
    assert reason(standing) == "554 5.7.1 Relay access denied"


def test_an_address_that_does_not_exist_does_not_show_that_the_server_takes_mails() -> None:
    standing = Standing()
    kinds(standing, REFUSED_US, NO_SUCH_USER)
    assert reason(standing) is not None
    assert kinds(standing, REFUSED_US) == ["unreachable"]


def test_a_server_that_is_back_is_no_trouble_whatever_it_says_of_an_address() -> None:
    standing = Standing()
    kinds(standing, Outcome(kind="unreachable", reason="ConnectionRefusedError"))
    assert reason(standing) == "ConnectionRefusedError"
    kinds(standing, NO_SUCH_USER)
    assert reason(standing) is None


def test_many_mails_in_a_row_that_are_put_off_are_the_servers_trouble() -> None:
    standing = Standing()
    kinds(standing, *[PUT_OFF] * (MANY - 1))
    assert reason(standing) is None
    kinds(standing, PUT_OFF)
    assert reason(standing) == "it puts off every mail, lastly with 451"


def test_one_reason_in_other_words_is_no_other_trouble() -> None:
    standing, troubles = Standing(), []
    for said in ("554 5.7.1 [AM0] 20:31", "554 5.7.1 [AM9] 20:32", "554 5.7.64 Relay", "535 5.7.8 who?"):
        kinds(standing, Outcome(kind="unreachable", reply=int(said[:3]), reason=said))
        troubles.append(standing.trouble)
    assert troubles[0] == troubles[1]
    assert len(set(troubles)) == 3
