"""Registration's settings."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Those of every service, and none beside."""
