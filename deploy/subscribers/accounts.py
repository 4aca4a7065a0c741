"""The accounts of subscribers in NATS' configuration: what each can ask for.

Each has an account of its own. A client names the address of the reply to what it asks for, and the server sends real
messages there. Within one account that could be an address by which another subscriber reads: one of them reset another's
durable in this way (docs/adr/0017). In an account of its own nothing is there but what is its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from deploy.nats_config import ACCOUNT, check_password, in_domain, indented, read_through, reset, user
from deploy.subscribers.subscriber import Subscriber
from shared.messaging.broker import inbox_prefix

# What one subscriber may have of the server: connections at once, and bytes in a request, which are a few hundred.
CONNECTIONS, LARGEST_REQUEST = 64, 16_384


def accounts_config(subscribers: Iterable[tuple[Subscriber, str]]) -> str:
    """The text of the file that NATS' configuration includes, from subscribers and their passwords. Raises ValueError."""
    return "\n".join(["# Written by `kulturskole`; holds passwords.", *(_account(*it) for it in subscribers)]) + "\n"


def _account(subscriber: Subscriber, password: str) -> str:
    check_password(subscriber.name, password)
    durables = [(it.stream, it.name) for it in subscriber.durables()]
    subjects = [subject for it in durables for subject in (*read_through(*it), reset(*it))]
    imports = [
        f"{{service: {{account: {ACCOUNT}, subject: {json.dumps(it)}}}, to: {json.dumps(in_domain(it))}}}"
        for it in subjects
    ]
    listens = [f"{inbox_prefix(subscriber.name)}.>"]
    return f"""\
  {json.dumps(f"subscriber-{subscriber.name}")} {{
    limits: {{max_connections: {CONNECTIONS}, max_payload: {LARGEST_REQUEST}}}
    users: [
{user(subscriber.name, password, [in_domain(it) for it in subjects], listens)}
    ]
    imports: [
{indented(imports)}
    ]
  }}"""
