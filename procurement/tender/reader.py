"""The reader of plain data stands on the ground floor, where the plan reads with it too; these are its names here."""

from foundation.reader import FIRST_YEAR, LAST_YEAR, MOST_FEN, PROBLEMS, Problem, Reader

__all__ = ["FIRST_YEAR", "LAST_YEAR", "MOST_FEN", "PROBLEMS", "Problem", "Reader"]
