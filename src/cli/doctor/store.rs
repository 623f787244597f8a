//! What is seen of the store.

use crate::config::Config;
use crate::rules::doctor::StoreFacts;
use crate::store;

pub(super) async fn look(config: &Config) -> StoreFacts {
    let seen = store::look(&config.store.path).await;
    StoreFacts {
        owned: seen.owned,
        schema: seen.schema.map_err(|error| error.to_string()),
        newest: seen.newest,
        damage: seen.damage,
        writable: seen.writable,
        free: seen.free,
    }
}
