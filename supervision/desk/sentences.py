"""What people read when a rule of the desk refuses."""

SENTENCES = {
    "desk.not_opened": "The bids on lot {lot} are sealed. Nobody reads them before the opening, you included.",
    "desk.stays_shut": "Lot {lot} was never opened. Its envelopes stay shut, so there is nothing to read.",
    "desk.withheld": "The record of lot {lot} is withheld until the next stage is opened, for you as for everyone.",
    "backup.exists": "The folder {folder} exists already. Name one that does not.",
    "backup.damaged": "The backup is not whole: {file} was changed, added or is missing. Nothing was restored.",
    "backup.other_schema": "The backup was written by schema {theirs}, this program has {ours}. Use the same version.",
    "backup.not_empty": "This instance has a trail already. Restore into an empty one.",
    "trail.not_frozen": "This trail is not frozen; there is nothing to declare.",
    "trail.not_the_latest": "The checkpoint names {theirs} entries, the restored trail has {ours}: entries were lost.",
    "trail.no_such_checkpoint": "No checkpoint of {size} entries was kept.",
}
