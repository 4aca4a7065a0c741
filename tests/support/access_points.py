"""The fake access point, as the demo and the embedded start have it."""

from __future__ import annotations

from deploy.fake_access_point import HUGE, Behaviour, FakeAccessPoint, Taken, create

__all__ = ["HUGE", "Behaviour", "FakeAccessPoint", "Taken", "create"]
