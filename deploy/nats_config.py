"""nats-server's configuration: which user may publish and receive what.

Other systems have an account of their own. Within one account a reader could name any subject as the reply address of its
pull, and have the server write real messages into a service's stream. Readers get durables that are provisioned for them:
the server does not check what a durable that a client makes itself would deliver (docs/adr/0008).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.messaging.streams import READER

OPERATOR = "operator"  # provisions streams and consumers
# A service's user is named as the publisher that it is. READER is other systems' user, and the name of their durables.
USERS = (*PUBLISHERS, OPERATOR, READER)

# Other systems' clients are told this JetStream domain. Under the plain name a server answers questions about consumers
# for the account that asks, and theirs has none.
DOMAIN = "kulturskole"

# Which services may ask which: the answers hold personal data.
ASKS = {"notifications": ("registration", "scheduling", "billing")}

_PASSWORD = re.compile(r"[A-Za-z0-9_-]{20,}")


def nats_config(
    passwords: Mapping[str, str],
    *,
    store: Path | str,
    port: int,
    host: str = "127.0.0.1",
    sync_always: bool = False,
) -> str:
    """The text of a configuration file.

    `passwords` has one for each of USERS. `sync_always` has JetStream write through to the disk before it
    acknowledges, as a machine that may lose its power wants it; else it does so every two minutes. Raises KeyError for
    a missing password, ValueError for one that is too short or that a configuration file could misread.
    """
    for user in USERS:
        if not _PASSWORD.fullmatch(passwords[user]):
            msg = f"the password of {user} has to be 20 or more letters, digits, - or _"
            raise ValueError(msg)
    services = "\n".join(_service(service, passwords[service]) for service in PUBLISHERS)
    sync = "\n  sync_interval: always" if sync_always else ""
    return f"""\
# Written by `kulturskole`; holds passwords.
server_name: kulturskole
listen: {json.dumps(f"{host}:{port}")}
jetstream {{
  store_dir: {json.dumps(str(store))}{sync}
}}
accounts {{
  KULTURSKOLE {{
    jetstream: enabled
    users: [
{services}
{_operator(passwords[OPERATOR])}
    ]
    exports: [
{_exports()}
    ]
  }}
  # Other systems. In an account of their own they can't name a subject of ours as the address of a reply.
  READERS {{
    users: [
{_reader(passwords[READER])}
    ]
    imports: [
{_imports()}
    ]
  }}
}}
"""


def _service(service: str, password: str) -> str:
    streams = [stream_of(publisher) for publisher in PUBLISHERS if publisher != service]
    pull = [subject for stream in streams for subject in _pull(stream, service)]
    # How far streams go, and what they hold: to see that a database is older than what was told (docs/architecture), and to
    # bring it up to date.
    look = [f"$JS.API.STREAM.{it}.{stream_of(publisher)}" for publisher in PUBLISHERS for it in ("INFO", "MSG.GET")]
    questions = [f"rpc.{answers}.>" for answers in ASKS.get(service, ())]
    publish = [f"kulturskole.{service}.>", *questions, *look, *pull]
    subscribe = [f"_INBOX_{service}.>", f"rpc.{service}.>"]
    return _user(service, password, publish, subscribe, allow_responses=True)


def _operator(password: str) -> str:
    return _user(OPERATOR, password, ["$JS.API.>"], [f"_INBOX_{OPERATOR}.>"])


def _reader(password: str) -> str:
    publish = [_in_domain(it) for publisher in PUBLISHERS for it in _pull(stream_of(publisher), READER)]
    return _user(READER, password, publish, [f"_INBOX_{READER}.>"])


def _pull(stream: str, durable: str) -> tuple[str, str, str]:
    """The subjects on which a client reads a stream through a durable consumer that was made for it."""
    return (
        f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
        f"$JS.ACK.{stream}.{durable}.>",
    )


def _exports() -> str:
    lines = []
    for publisher in PUBLISHERS:
        info, next_message, ack = _pull(stream_of(publisher), READER)
        lines += [
            f"{{service: {json.dumps(info)}, accounts: [READERS]}}",
            # One request is answered by many messages.
            f"{{service: {json.dumps(next_message)}, response_type: stream, accounts: [READERS]}}",
            f"{{service: {json.dumps(ack)}, accounts: [READERS]}}",
        ]
    return _indented(lines)


def _imports() -> str:
    subjects = [subject for publisher in PUBLISHERS for subject in _pull(stream_of(publisher), READER)]
    return _indented(
        [
            f"{{service: {{account: KULTURSKOLE, subject: {json.dumps(it)}}}, to: {json.dumps(_in_domain(it))}}}"
            for it in subjects
        ]
    )


def _in_domain(subject: str) -> str:
    """The subject as a client says it that was told the JetStream domain."""
    return subject.replace("$JS.API.", f"$JS.{DOMAIN}.API.")


def _user(
    name: str, password: str, publish: Sequence[str], subscribe: Sequence[str], *, allow_responses: bool = False
) -> str:
    # An answer goes to the asker's inbox, for which the answering service has no grant: NATS gives it one for each question.
    responses = ', allow_responses: {max: 1, expires: "10m"}' if allow_responses else ""
    return _indented(
        [
            f"{{user: {json.dumps(name)}, password: {json.dumps(password)}, permissions: {{",
            f"  publish: {json.dumps(list(publish))},",
            f"  subscribe: {json.dumps(list(subscribe))}{responses}",
            "}}",
        ]
    )


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(f"      {line}" for line in lines)
