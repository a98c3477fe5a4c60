"""The faces of a definition: pure functions from one definition to what people and systems see."""
