"""Who judges a tender: experts assigned with reasons, replaced on the record."""
