"""`python -m services.scheduling serve | migrate`."""

from services.scheduling.app import create
from services.scheduling.settings import Settings
from shared.service import main

if __name__ == "__main__":
    main("scheduling", create, Settings)
