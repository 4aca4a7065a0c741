"""The routes of plans: the sessions that stand in one, the plan as a whole, and what it lacks of its shape."""

from __future__ import annotations

from fastapi import APIRouter

from services.scheduling.plans.admin_api import findings, plans, sessions

router = APIRouter()
router.include_router(sessions.router)
router.include_router(plans.router)
router.include_router(findings.router)
