"""What every other room builds on: errors, files, configuration, hardware, numbers as text."""
