"""Registration: programmes, parties, applications, groups, agreements and concerns, and all personal data there is.

Consumes nothing. Publishes what becomes of programmes, parties, applications, groups, agreements and concerns.
"""
