"""What: library, assignments, responses, check-ins, review, signs, decisions, brief."""
