//! Bootstrap and permutation with named random generators.
