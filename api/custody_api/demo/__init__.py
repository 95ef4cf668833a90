"""The demonstration: a realistic day in a custody centre, played through the same code as a clerk would use."""
