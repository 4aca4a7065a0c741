"""The four services, with all that is needed to run them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import services.billing.app
import services.billing.consumers
import services.billing.settings
import services.notifications.app
import services.notifications.consumers
import services.notifications.settings
import services.registration.app
import services.registration.consumers
import services.registration.settings
import services.scheduling.app
import services.scheduling.consumers
import services.scheduling.settings
from shared.messaging.consume import Consumers
from shared.messaging.recover import Adoptions
from shared.service import Service
from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    create: Callable[[Any], Service]  # given the service's own settings
    settings: Callable[..., ServiceSettings]
    consumers: Consumers
    adoptions: Adoptions


PARTS = tuple(
    Part(
        name=module.__name__.rpartition(".")[2],
        create=module.app.create,
        settings=module.settings.Settings,
        consumers=module.consumers.consumers,
        adoptions=module.app.adoptions,
    )
    for module in (services.registration, services.scheduling, services.billing, services.notifications)
)
