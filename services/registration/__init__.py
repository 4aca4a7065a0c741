"""Registration: programmes, parties, applications, groups, mappings, development plans, agreements, concerns; all personal data.

Consumes sessions, plans, and what became of an erased person in plan and person in mails, from scheduling and notifications.
Publishes what becomes of programmes, parties, applications, groups, mappings, development plans, agreements and concerns,
attendance in figures, and `person.erased`.
"""
