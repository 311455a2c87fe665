"""Games on the engine, one file each."""
