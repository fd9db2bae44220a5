"""What an authority means to buy: budget lines, needs, the plan of a year, and the intentions made public ahead."""
