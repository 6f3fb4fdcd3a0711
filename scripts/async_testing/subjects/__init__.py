"""What is known of the modules under test and of the tests they have, by parsing alone; verbs and rules ask for it."""
