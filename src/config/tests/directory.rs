//! A configuration in several files.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

const BOT: &str = "admins = [11]\n[telegram]\ntoken_env = \"BOT_TOKEN\"\n\
                   [store]\nurl = \"sqlite://a.db\"\n";
const K8S: &str = "[agents.k8s]\nurl = \"http://k8s/\"\n[[routes]]\ncommand = \"k8s\"\n\
                   agent = \"k8s\"\nallow = [\"anna\"]\n";
const ISTIO: &str = "[agents.istio]\nurl = \"http://istio/\"\n[[routes]]\ncommand = \"istio\"\n\
                     agent = \"istio\"\nallow = [\"anna\"]\n[[routes]]\ncommand = \"mesh\"\n\
                     agent = \"istio\"\nallow = [\"ben\"]\n";
const PEOPLE: &str = "[people]\nanna = 11\nben = 22\n";

fn directory(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

/// What is printed for a directory, without where that is.
fn said(dir: &TempDir) -> String {
    let printed = load(dir.path(), &env(&[])).unwrap_err().to_string();
    printed.replace(&format!("{}/", dir.path().display()), "")
}

#[test]
fn tables_become_one_and_routes_add_up_in_the_order_of_the_names() {
    let dir = directory(&[
        ("20-istio.toml", ISTIO),
        ("90-people.toml", PEOPLE),
        ("10-k8s.toml", K8S),
        ("00-bot.toml", BOT),
        (
            "95-more.toml",
            "[agents.k8s]\ncalls_max = 3\n[people]\ncleo = 33\n",
        ),
        (".hidden.toml", "nonsense"),
        ("notes.txt", "nonsense"),
    ]);
    fs::create_dir(dir.path().join("old.toml")).unwrap();
    let (config, warnings) = load(dir.path(), &env(&[])).unwrap();
    let commands: Vec<_> = config.routes.iter().map(|route| &*route.command).collect();
    assert_eq!(commands, ["k8s", "istio", "mesh"]);
    assert_eq!(config.agents[&"k8s".into()].calls_max.get(), 3);
    assert_eq!(config.names.len(), 3);
    assert_eq!(warnings, []);
}

#[test]
fn a_problem_names_its_file_and_its_line_there() {
    let dir = directory(&[
        ("a.toml", BOT),
        ("b.toml", PEOPLE),
        ("c.toml", &K8S.replace("allow", "alow")),
        ("d.toml", &ISTIO.replace("\"ben\"", "\"bern\"")),
    ]);
    assert_eq!(
        said(&dir),
        "c.toml:6: routes[0].alow: unknown key, did you mean \"allow\"?\n\
         d.toml:10: routes[2].allow[0]: no person and no group is called \"bern\", did you mean \
         \"ben\"?"
    );
}

#[test]
fn a_key_that_stands_in_two_files_is_refused_with_both_places() {
    let dir = directory(&[
        ("a.toml", BOT),
        ("b.toml", PEOPLE),
        ("c.toml", K8S),
        (
            "d.toml",
            "admins = [22]\nroutes = [1]\n[agents.k8s]\nurl = \"http://other/\"\n",
        ),
        ("e.toml", "people = 5\n[telegram.token_env]\nname = \"X\"\n"),
    ]);
    assert_eq!(
        said(&dir),
        "d.toml:1: admins: is set in a.toml:1 already: keep one of the two\n\
         d.toml:2: routes: is set in c.toml:3 already: keep one of the two\n\
         d.toml:4: agents.k8s.url: is set in c.toml:2 already: keep one of the two\n\
         e.toml:1: people: is set in b.toml:1 already: keep one of the two\n\
         e.toml:2: telegram.token_env: is set in a.toml:3 already: keep one of the two"
    );
}

#[test]
fn every_file_that_is_no_toml_is_named() {
    let dir = directory(&[("a.toml", BOT), ("b.toml", "x = ["), ("c.toml", "\ny")]);
    let said = said(&dir);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("b.toml:1: is not TOML: "));
    assert!(lines[1].starts_with("c.toml:2: is not TOML: "));
}

#[test]
fn a_directory_without_files_or_with_one_that_cannot_be_read_is_refused() {
    let dir = directory(&[("notes.txt", "")]);
    let path = dir.path().display().to_string();
    let none = format!("cannot read {path}: it holds no *.toml file");
    assert_eq!(said(&dir), none);
    symlink("gone", dir.path().join("a.toml")).unwrap();
    assert!(said(&dir).starts_with("cannot read a.toml: No such file"));
    let large = directory(&[("a.toml", BOT), ("b.toml", &"#".repeat(1024 * 1024))]);
    let too_large = "cannot read b.toml: with those before it, it is larger than 1 MiB";
    assert_eq!(said(&large), too_large);
    let many: Vec<String> = (0..101).map(|n| format!("{n}.toml")).collect();
    let many: Vec<_> = many.iter().map(|name| (&**name, "")).collect();
    assert!(said(&directory(&many)).ends_with("it holds more than 100 *.toml files"));
}

/// As the kubelet mounts a `ConfigMap`: each name is a link into `..data`, itself a link to the
/// directory of the version in force.
#[test]
fn a_mounted_config_map_is_read_as_one_version() {
    let dir = tempfile::tempdir().unwrap();
    for (version, command) in [("..2026_1", "k8s"), ("..2026_2", "kube")] {
        let version = dir.path().join(version);
        fs::create_dir(&version).unwrap();
        fs::write(version.join("bot.toml"), BOT).unwrap();
        fs::write(version.join("people.toml"), PEOPLE).unwrap();
        let routes = K8S.replace("command = \"k8s\"", &format!("command = \"{command}\""));
        fs::write(version.join("routes.toml"), routes).unwrap();
    }
    for name in ["bot.toml", "people.toml", "routes.toml"] {
        symlink(format!("..data/{name}"), dir.path().join(name)).unwrap();
    }
    for (version, command) in [("..2026_1", "k8s"), ("..2026_2", "kube")] {
        symlink(version, dir.path().join("..data_tmp")).unwrap();
        fs::rename(dir.path().join("..data_tmp"), dir.path().join("..data")).unwrap();
        let (config, _) = load(dir.path(), &env(&[])).unwrap();
        assert_eq!(*config.routes[0].command, *command);
    }
}
