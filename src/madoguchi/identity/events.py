"""Events that identity publishes."""

SECTION_LEFT = "identity.SectionLeft"  # {staff, section}: somebody no longer works on a section's cases
