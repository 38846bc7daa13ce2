//! A real homeserver with real, encrypted clients as the people. `tests/run` starts one Synapse; each world has people,
//! rooms and a bot of its own in it, and a proxy between Firebell and the homeserver.

pub mod homeserver;
pub mod proxy;
pub mod resident;
pub mod shown;
