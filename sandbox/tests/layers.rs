//! The sandbox's modules import one another in one direction.

#[allow(dead_code)] // Its own test alone, until the modules are in their folders.
#[path = "../../tests/support/layers.rs"]
mod layers;
