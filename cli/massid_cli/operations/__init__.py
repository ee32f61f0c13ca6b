"""What an operator does with a running stack: dead letters, pausing, and where a MassID stands."""
