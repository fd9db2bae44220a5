"""What follows an award: framework agreements and the call-offs under them."""
