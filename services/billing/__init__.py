"""Billing: what of the fee is due to whom, and the invoices and credit notes for it.

Consumes programmes, parties and agreements from registration, joint sessions from scheduling.
Publishes `invoice.issued`, `credit_note.issued`, `instalment.released` and `instalment.release_withdrawn`.
"""
