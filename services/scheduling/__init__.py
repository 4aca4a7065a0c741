"""Scheduling: the plan of a programme, each session with its date as precisely as it is known.

Consumes programmes, parties, applications, groups and agreements from registration, and which person was erased. Publishes seven
kinds of sessions, from planned to completed, the plan as a whole, and `person.forgotten`.
"""
