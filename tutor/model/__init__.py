"""What the rooms of the house say to each other: frozen data, standard library only."""
