"""Scheduling: the plan of a programme, each session with its date as precisely as it is known.

Consumes programmes and parties from registration. Publishes seven kinds of sessions, from planned to completed.
"""
