"""Questions: marking answers, a bank of the lessons' questions, a schedule, a round."""
