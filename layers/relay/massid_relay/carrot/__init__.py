"""Adapter to the Carrot Network's integrator API (docs.carrot.eco, api). Importing it connects to nothing."""
