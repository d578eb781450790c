"""Who is there, and may they: passwords, one-time codes, sessions, and the gate that every request passes."""
