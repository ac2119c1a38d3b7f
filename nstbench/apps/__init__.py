"""Applications for people with two pictures: a page in the browser, a bot, and the queue that both share."""
