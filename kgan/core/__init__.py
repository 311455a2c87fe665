"""Foundation of all rooms: seeds, schedules, registries, checks of arguments."""
