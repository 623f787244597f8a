//! Panics of the bot's threads.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, Once};

static PANICS: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// Notes every panic by the name of its thread: actix outlives a dead actor.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        super::logs::keep();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if let Some(name) = std::thread::current().name()
                && let Ok(mut panics) = PANICS.lock()
            {
                panics.insert(name.to_owned(), panic.to_string());
            }
            before(panic);
        }));
    });
}

/// What the thread of this name has panicked with.
pub fn of(thread: &str) -> Option<String> {
    let panics = PANICS.lock().expect("no panic while noting one");
    panics.get(thread).cloned()
}
