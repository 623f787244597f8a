//! What actors take from outside beside their edges: the time of day, and chance. Every wait is
//! measured on tokio's clock instead.

use uuid::Uuid;

use crate::ids::Timestamp;

/// Where the time of day and random ids come from.
pub trait World {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// An id that nobody can guess.
    fn random_id(&self) -> Uuid;
}

/// The wall clock and the operating system's chance.
pub struct RealWorld;

impl World for RealWorld {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn random_id(&self) -> Uuid {
        Uuid::new_v4()
    }
}
