"""nats-server's configuration: which user may publish and receive what.

Other systems, the subscribers, are no part of it: each has an account of its own, which this file includes
(`deploy/subscribers/accounts.py`). What it exports is all that such an account can import.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.contracts.catalogue import PUBLISHERS, stream_of

OPERATOR = "operator"  # provisions streams and consumers, and has NATS read its configuration anew
USERS = (*PUBLISHERS, OPERATOR)  # a service's user is named as the publisher that it is

# Other systems' clients are told this JetStream domain. Under the plain name a server answers questions about consumers
# for the account that asks, and theirs have none.
DOMAIN = "kulturskole"

# Our account, from which subscribers' accounts import.
ACCOUNT = "KULTURSKOLE"

# Which questions a service may ask, and no other: most answers hold personal data or free text. The plan's are public, and
# those about what would be invoiced, or sent, hold figures.
ASKS = {
    "notifications": ("rpc.registration.>", "rpc.scheduling.>", "rpc.billing.>"),
    "registration": ("rpc.scheduling.plan", "rpc.scheduling.person", "rpc.notifications.person"),
    "scheduling": ("rpc.billing.preview", "rpc.notifications.publication"),
}

# To have the server that is asked read its configuration anew.
RELOAD = "$SYS.REQ.SERVER.*.RELOAD"

_PASSWORD = re.compile(r"[A-Za-z0-9_-]{20,}")


def nats_config(
    passwords: Mapping[str, str],
    *,
    store: Path | str,
    port: int,
    host: str = "127.0.0.1",
    sync_always: bool = False,
    subscribers: str | None = None,
) -> str:
    """The text of a configuration file.

    `passwords` has one for each of USERS. `sync_always` has JetStream write through to the disk before it
    acknowledges, as a machine that may lose its power wants it; else it does so every two minutes. `subscribers` is the
    file of subscribers' accounts, as seen from this one. Raises KeyError for a missing password, ValueError for one that
    is too short or that a configuration file could misread.
    """
    for user in USERS:
        check_password(user, passwords[user])
    services = "\n".join(_service(service, passwords[service]) for service in PUBLISHERS)
    sync = "\n  sync_interval: always" if sync_always else ""
    include = f"  include {json.dumps(subscribers)}\n" if subscribers else ""
    return f"""\
# Written by `kulturskole`; holds passwords.
server_name: kulturskole
listen: {json.dumps(f"{host}:{port}")}
jetstream {{
  store_dir: {json.dumps(str(store))}{sync}
}}
accounts {{
  "$SYS" {{
    exports: [{{service: {json.dumps(RELOAD)}, accounts: [{ACCOUNT}]}}]
  }}
  {ACCOUNT} {{
    jetstream: enabled
    users: [
{services}
{_operator(passwords[OPERATOR])}
    ]
    imports: [{{service: {{account: "$SYS", subject: {json.dumps(RELOAD)}}}}}]
    exports: [
{_exports()}
    ]
  }}
{include}}}
"""


def check_password(user: str, password: str) -> None:
    """Raises ValueError for one that is too short or that a configuration file could misread."""
    if not _PASSWORD.fullmatch(password):
        msg = f"the password of {user} has to be 20 or more letters, digits, - or _"
        raise ValueError(msg)


def read_through(stream: str, durable: str) -> tuple[str, str, str]:
    """The subjects on which a client reads a stream through a durable consumer that was made for it."""
    return (
        f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
        f"$JS.ACK.{stream}.{durable}.>",
    )


def reset(stream: str, durable: str) -> str:
    """The subject on which a client has a durable consumer of its own deliver anew."""
    return f"$JS.API.CONSUMER.RESET.{stream}.{durable}"


def in_domain(subject: str) -> str:
    """The subject as a client says it that was told the JetStream domain."""
    return subject.replace("$JS.API.", f"$JS.{DOMAIN}.API.")


def user(
    name: str, password: str, publish: Sequence[str], subscribe: Sequence[str], *, allow_responses: bool = False
) -> str:
    # An answer goes to the asker's inbox, for which the answering service has no grant: NATS gives it one for each question.
    responses = ', allow_responses: {max: 1, expires: "10m"}' if allow_responses else ""
    return indented(
        [
            f"{{user: {json.dumps(name)}, password: {json.dumps(password)}, permissions: {{",
            f"  publish: {json.dumps(list(publish))},",
            f"  subscribe: {json.dumps(list(subscribe))}{responses}",
            "}}",
        ]
    )


def indented(lines: Sequence[str]) -> str:
    return "\n".join(f"      {line}" for line in lines)


def _service(service: str, password: str) -> str:
    streams = [stream_of(publisher) for publisher in PUBLISHERS if publisher != service]
    pull = [subject for stream in streams for subject in read_through(stream, service)]
    # How far streams go, and what they hold: to see that a database is older than what was told (docs/architecture), and to
    # bring it up to date.
    look = [f"$JS.API.STREAM.{it}.{stream_of(publisher)}" for publisher in PUBLISHERS for it in ("INFO", "MSG.GET")]
    own = stream_of(service)
    readers = [f"$JS.API.CONSUMER.LIST.{own}", f"$JS.API.CONSUMER.INFO.{own}.*"]  # who reads what it tells, and how far
    publish = [f"kulturskole.{service}.>", *ASKS.get(service, ()), *look, *readers, *pull]
    subscribe = [f"_INBOX_{service}.>", f"rpc.{service}.>"]
    return user(service, password, publish, subscribe, allow_responses=True)


def _operator(password: str) -> str:
    return user(OPERATOR, password, ["$JS.API.>", RELOAD], [f"_INBOX_{OPERATOR}.>"])


def _exports() -> str:
    """What an account may import that this configuration gives it: reading through any durable. Its own are named there."""
    info, next_message, ack = read_through("*", "*")
    return indented(
        [
            f"{{service: {json.dumps(info)}}}",
            # One request is answered by many messages.
            f"{{service: {json.dumps(next_message)}, response_type: stream}}",
            f"{{service: {json.dumps(ack)}}}",
            f"{{service: {json.dumps(reset('*', '*'))}}}",
        ]
    )
