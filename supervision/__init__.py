"""The watching wing: the trail that every act writes and the desk that reads it."""
