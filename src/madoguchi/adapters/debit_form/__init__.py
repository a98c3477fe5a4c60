"""The application for 口座振替: its accounts go to the room that collects."""

SLUG = "kouza-furikae"
