//! The arguments: what is measured, how often, and where the results go.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::bots::{Kind, Places};

/// What they may be.
const USAGE: &str = "switchboard-bench [--quick] [--profile] [--rounds N] [--only floor,ours,full,node,python] \
                     [--product FILE] [--work DIR] [--page README.md]";

/// What to do.
#[derive(Clone, Debug)]
pub struct Args {
    /// One short round.
    pub quick: bool,
    /// Where the time goes, and nothing else.
    pub profile: bool,
    /// How often everything is measured.
    pub rounds: usize,
    /// Which bots.
    pub kinds: Vec<Kind>,
    /// Where everything is.
    pub places: Places,
    /// The page whose results are replaced; the pictures go beside it.
    pub page: Option<PathBuf>,
}

impl Args {
    /// Reads them.
    ///
    /// # Errors
    /// If there is one that is not known.
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let base = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut read = Self {
            quick: false,
            profile: false,
            rounds: 3,
            kinds: Kind::ALL.to_vec(),
            page: None,
            places: Places {
                product: base.join("../target/release/switchboard"),
                floor: base.join("target/release/floor"),
                node: base.join("target/node/bot.mjs"),
                python: base.join("bots/python/bot.py"),
                interpreter: base.join("target/python/bin/python"),
                fill: base.join("fill.py"),
                work: base.join("target/work"),
            },
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().context(USAGE);
            match &*arg {
                "--profile" => read.profile = true,
                "--quick" => (read.quick, read.rounds) = (true, 1),
                "--rounds" => read.rounds = value()?.parse().context(USAGE)?,
                "--only" => read.kinds = kinds(&value()?)?,
                "--product" => read.places.product = value()?.into(),
                "--work" => read.places.work = value()?.into(),
                "--page" => read.page = Some(value()?.into()),
                _ => bail!("{USAGE}"),
            }
        }
        Ok(read)
    }
}

fn kinds(keys: &str) -> Result<Vec<Kind>> {
    let kind = |key| Kind::ALL.into_iter().find(|kind| kind.key() == key);
    keys.split(',')
        .map(|key| kind(key).context(USAGE))
        .collect()
}
