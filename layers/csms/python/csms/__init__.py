"""The shared package of every function: rules, protocols, storage and the edges between them."""
