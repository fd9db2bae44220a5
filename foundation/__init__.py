"""Ground floor: clock, settings, database, storage, signing, documents, duties, errors. Knows no room above it."""
