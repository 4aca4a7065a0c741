"""Fakturaer: a programme's invoices and credit notes, what is unbilled, and what waits for an approval."""
