"""How invoices and credit notes reach who pays: as EHF through an access point, or by mail (B8)."""
