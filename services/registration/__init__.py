"""Registration: programmes, parties, applications, groups, mappings, development plans, agreements, concerns; all personal data.

Consumes nothing. Publishes what becomes of programmes, parties, applications, groups, mappings, development plans, agreements
and concerns.
"""
