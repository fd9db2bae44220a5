"""What is bought, by when, judged how, and the life of a tender from draft to close."""
