"""Evidence that agents do better with the skill than without: cases, graders that run, and their runner."""
