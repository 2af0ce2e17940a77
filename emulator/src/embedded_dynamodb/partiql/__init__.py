"""PartiQL: statements are translated to the plans that the other operations use."""
