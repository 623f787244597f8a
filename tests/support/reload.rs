//! The configuration, changed while the bot runs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use switchboard::app::Reloaded;

use super::Stage;

impl Stage {
    /// The configuration as it is written now.
    pub fn written(&self) -> &str {
        &self.toml
    }

    /// Puts another configuration in the place of the one before, as an editor does.
    pub fn writes(&mut self, toml: &str) {
        toml.clone_into(&mut self.toml);
        replaces(&self.own_file(), toml);
    }

    /// From now on the configuration is a directory. Not while the bot runs.
    pub fn spreads_config(&mut self) {
        self.path = self.dir.path().join("conf.d");
        fs::create_dir(&self.path).expect("the temp dir can be written");
    }

    /// Puts a file into that directory, as an editor does.
    pub fn writes_beside(&self, name: &str, toml: &str) {
        replaces(&self.path.join(name), toml);
    }

    /// Takes one out of it.
    pub fn removes(&self, name: &str) {
        fs::remove_file(self.path.join(name)).expect("it was there");
    }

    /// Has the bot read it now, and answers what came of it.
    pub async fn reloads(&self) -> Reloaded {
        let bot = self.bot.as_ref().expect("the bot runs");
        bot.reload.reload().await.expect("somebody follows it")
    }

    /// Puts another configuration in the place of the one before, and has it read.
    pub async fn now_runs(&mut self, toml: &str) {
        self.writes(toml);
        let done = self.reloads().await;
        // Its own look may have been quicker.
        let good = matches!(done, Reloaded::Loaded | Reloaded::Unchanged);
        assert!(good, "{done:?}");
    }

    /// From now on the configuration is mounted as the kubelet mounts a `ConfigMap`. Not while the
    /// bot runs.
    pub fn mounts_config(&mut self) {
        let mount = self.dir.path().join("mount");
        fs::create_dir(&mount).expect("the temp dir can be written");
        self.path = mount.join("switchboard.toml");
        let toml = self.toml.clone();
        self.mounts("..2026_11_22_08_15_00.1", &toml);
        symlink("..data/switchboard.toml", &self.path).expect("a link can be made");
    }

    /// Another `ConfigMap`, as the kubelet mounts it: a new directory, and `..data` leads there from
    /// one moment to the next. What was there before is removed.
    pub fn mounts(&mut self, version: &str, toml: &str) {
        toml.clone_into(&mut self.toml);
        let mount = self.path.parent().expect("it is a file").to_owned();
        let (data, aside) = (mount.join("..data"), mount.join("..data_tmp"));
        let before = fs::read_link(&data).ok();
        fs::create_dir(mount.join(version)).expect("the temp dir can be written");
        fs::write(mount.join(version).join("switchboard.toml"), toml).expect("it can be written");
        symlink(version, &aside).expect("a link can be made");
        fs::rename(aside, data).expect("the temp dir can be written");
        if let Some(before) = before {
            fs::remove_dir_all(mount.join(before)).expect("it was there");
        }
    }
}

/// In one step: nobody reads half of it.
fn replaces(file: &Path, toml: &str) {
    let aside = file.with_extension("new");
    fs::write(&aside, toml).expect("the temp dir can be written");
    fs::rename(aside, file).expect("the temp dir can be written");
}
