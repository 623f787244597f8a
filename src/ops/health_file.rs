//! The health file: for probes without HTTP. Its time of change says that the process lives; what is
//! in it, for people, says when that was.
//!
//! It is written by the thread of the actors, so a thread that hangs leaves it as it was.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use super::http::Port;

/// The time between two looks.
const EVERY: Duration = Duration::from_secs(5);
/// The age at which a file says nothing good any more: a look that takes its longest, and some.
pub const AGE_MAX: Duration = Duration::from_secs(30);

/// Writes it again and again while the machine behind the port lives, as `/livez` says; for ever.
pub async fn keep(path: PathBuf, port: &Port) {
    let mut every = interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Ok(());
    loop {
        every.tick().await;
        let kept = match port.lives().await {
            Ok(()) => write(&path).map_err(|error| error.to_string()),
            Err(why) => Err(why.to_owned()),
        };
        // Said when it changes: a probe may ask for days.
        match (&last, &kept) {
            (Ok(()), Err(why)) => {
                warn!(file = %path.display(), %why, "the health file is not refreshed");
            }
            (Err(_), Ok(())) => info!("the health file is refreshed again"),
            _ => {}
        }
        last = kept;
    }
}

fn write(path: &Path) -> io::Result<()> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs();
    std::fs::write(path, format!("alive at {now}\n"))
}

/// Whether a file was written within this time before `now`.
///
/// # Errors
/// Why that does not look alive.
pub fn look(path: &Path, age_max: Duration, now: SystemTime) -> Result<Duration, String> {
    let file = path.display();
    let written = std::fs::metadata(path).and_then(|file| file.modified());
    let written = written.map_err(|error| format!("{file}: {error}"))?;
    // A clock that was set back makes it look new: the next writing mends that.
    let age = now.duration_since(written).unwrap_or_default();
    if age > age_max {
        let (age, most) = (age.as_secs(), age_max.as_secs());
        return Err(format!(
            "{file}: written {age} s ago, at most {most} s are good"
        ));
    }
    Ok(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_good_until_it_is_too_old_and_none_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("health");
        let missing = look(&path, AGE_MAX, SystemTime::now());
        assert!(missing.unwrap_err().contains("health"));
        write(&path).unwrap();
        let written = path.metadata().unwrap().modified().unwrap();
        for (seconds, good) in [(0, true), (30, true), (31, false)] {
            let now = written + Duration::from_secs(seconds);
            assert_eq!(look(&path, AGE_MAX, now).is_ok(), good, "{seconds}");
        }
        let before = written - Duration::from_mins(1);
        assert_eq!(look(&path, AGE_MAX, before), Ok(Duration::ZERO));
    }
}
