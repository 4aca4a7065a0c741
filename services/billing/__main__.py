"""`python -m services.billing serve` runs billing, `migrate` brings its database up to date."""

from services.billing.app import create
from services.billing.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main("billing", create, Settings)
