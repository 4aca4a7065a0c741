"""The files of invoices and credit notes: EHF and PDF, made once of what was issued and kept as they were made (B8)."""
