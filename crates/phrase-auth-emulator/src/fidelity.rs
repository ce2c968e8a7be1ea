#![doc = include_str!("../FIDELITY.md")]

// Nothing but its page.
