"""A Telegram bot that gives a photograph the style of a painting, as the fifth document's did."""
