"""What is not invoiced and why, and what would be if something were changed."""

from __future__ import annotations

from fastapi import APIRouter

from services.billing.instalments.admin_api import preview, unbilled

router = APIRouter(prefix="/billing")
router.include_router(unbilled.router)
router.include_router(preview.router)
