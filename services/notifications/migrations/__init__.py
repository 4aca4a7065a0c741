"""Alembic revisions; shared/migrations runs them."""
