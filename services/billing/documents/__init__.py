"""Invoices and credit notes: what they say, how they are numbered and issued, and the books (B8)."""
