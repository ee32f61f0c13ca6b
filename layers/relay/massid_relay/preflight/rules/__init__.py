"""One module per rule, named by the auditor's slug. `registry.py` lists them in the auditor's order."""
