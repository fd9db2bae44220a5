"""The envelope and its keys: age layers, padding, manifest, strict headers. Pure: no Flask, no database."""
