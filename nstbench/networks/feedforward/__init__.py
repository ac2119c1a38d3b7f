"""What networks that stylize in one pass share: modules, their files, and where these lie."""
