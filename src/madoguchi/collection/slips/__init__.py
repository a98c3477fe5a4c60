"""Payment slips and notices: numbers, drawing, checking. Pure: no Django, no rows, no clock."""
