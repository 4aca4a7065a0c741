"""`python -m services.registration serve` runs registration, `migrate` brings its database up to date."""

from services.registration.app import create
from services.registration.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main("registration", create, Settings)
