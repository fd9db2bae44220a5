"""Ground floor: clock, configuration, database, storage, signing, money, documents, scheduler, errors. Knows no room above it."""
