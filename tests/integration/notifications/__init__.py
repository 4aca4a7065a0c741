"""Notifications on its database and with a mail server."""
