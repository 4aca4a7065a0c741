"""`python -m services.scheduling serve` runs scheduling, `migrate` brings its database up to date."""

from services.scheduling.app import create
from services.scheduling.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main("scheduling", create, Settings)
