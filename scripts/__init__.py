"""Programs behind the Makefile: serving, the demonstration, benches, printed docs."""
