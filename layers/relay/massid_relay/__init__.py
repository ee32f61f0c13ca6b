"""massid-relay: carries a recycling platform's records to the Carrot Network and to Carbonext."""
