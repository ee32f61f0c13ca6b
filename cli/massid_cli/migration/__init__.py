"""What `massid migrate` does, without the command line around it."""
