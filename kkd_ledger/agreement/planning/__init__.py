"""What would be: plans, what-ifs, savings, the cost table for the council paper, binding periods of subsidies."""
