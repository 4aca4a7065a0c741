"""The routes of agreements, and of concerns about them."""

from __future__ import annotations

from fastapi import APIRouter

from services.registration.agreements.admin_api import agreements, concerns

router = APIRouter(prefix="/registration", tags=["agreements"])
router.include_router(agreements.router)
router.include_router(concerns.router)
