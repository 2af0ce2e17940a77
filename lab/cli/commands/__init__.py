"""The commands of `lab`, in groups; each module registers its own."""
