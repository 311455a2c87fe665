"""What every room stands on: seeds, schedules, registries, checks of arguments."""
