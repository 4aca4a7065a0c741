"""Notifications: the mails that tell whoever is concerned, and what stands in each one's calendar.

Consumes programmes, parties, applications, groups, agreements, concerns, attendance, missing attendance and contact lists from
registration, and which person was erased, sessions, plans and unbooked visits from scheduling, invoices, credit notes and their delivery, and unbilled reports from billing. Publishes
`mail.sent`, `mail.failed` and `person.forgotten`.
"""
