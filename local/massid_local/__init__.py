"""The local stack: the whole template on one machine, and sandboxes of both outside APIs."""
