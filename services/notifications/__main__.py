"""`python -m services.notifications serve` runs notifications, `migrate` brings its database up to date."""

from services.notifications.app import create
from services.notifications.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main("notifications", create, Settings)
