"""Notifications' rules, and what its mails say."""
