"""Pure rules of the register: how texts are folded, whom a claim means, what differs, what a line of the file says."""
