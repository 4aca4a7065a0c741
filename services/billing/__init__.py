"""Billing: what of the fee is due to whom, and the invoices and credit notes for it.

Consumes programmes, parties and agreements from registration, joint sessions from scheduling, and from notifications which mails were
sent. Publishes `invoice.issued` and `credit_note.issued`, how these are delivered, of instalments that they are released or waived by hand, or that
this is withdrawn, and weekly what is not invoiced.
"""
