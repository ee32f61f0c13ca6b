"""moto in a process of its own, with its clock, its queues and its races put right.

Only that process imports this package: it changes moto for good.
"""
