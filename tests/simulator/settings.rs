//! The settings of the processes.

use std::io::Write;
use std::sync::LazyLock;

use switchboard::config::{self, Config};

use crate::allowed::Rules;

/// `WIDE` and `REQUESTER` stand for lists that differ between the rules.
const CONFIG: &str = r#"
admins = [11]
[ops]
tell_after = "15s"
[telegram]
token_env = "TOKEN"
[store]
url = "sqlite:///nowhere/at/all.db"
[limits]
conversation_waiting_max = 3
in_flight_max = 4
[agents.k8s]
url = "http://k8s/"
flavor = "kagent"
protocol = "0.3"
look_after = "5s"
total_timeout = "90s"
calls_max = 2
waiting_max = 2
file_types = ["image/*"]
[agents.plain]
url = "http://plain/"
protocol = "0.3"
look_after = "5s"
total_timeout = "90s"
calls_max = 2
[agents.modern]
url = "http://modern/"
protocol = "1.0"
look_after = "5s"
total_timeout = "90s"
calls_max = 2
[agents.bare]
url = "http://bare/"
look_after = "5s"
total_timeout = "90s"
calls_max = 2
[[routes]]
command = "k8s"
agent = "k8s"
default = true
allow = [11, 22, "chat:-100", "chat:-1000000000500"]
approvers = [WIDE]
approval_chat = -1000000000300
expires_after = "40s"
[[routes.approve]]
tools = ["drop_*"]
approvers = [DROPS]
[[routes]]
command = "plain"
agent = "plain"
allow = [11, 22, 44]
[[routes]]
command = "modern"
agent = "modern"
allow = [11, 22]
approvers = [REQUESTER]
expires_after = "3m"
[[routes.approve]]
tools = ["drop_*"]
approvers = [DROPS]
[[routes]]
command = "bare"
agent = "bare"
allow = [11, 22]
"#;

static WIDE: LazyLock<Config> = LazyLock::new(|| read("22, 33", r#""requester", 33"#, "33"));
static NARROW: LazyLock<Config> = LazyLock::new(|| read("33", "33", "33"));
static ANYBODY: LazyLock<Config> = LazyLock::new(|| {
    let anybody = r#""requester", 11, 22, 33, 44, 99"#;
    read(anybody, anybody, anybody)
});

/// The settings under these rules.
pub fn of(rules: Rules) -> Config {
    match rules {
        Rules::Wide => WIDE.clone(),
        Rules::Narrow => NARROW.clone(),
    }
}

/// Settings that nobody wrote: everybody approves everything.
pub fn anybody_approves() -> Config {
    ANYBODY.clone()
}

fn read(k8s: &str, modern: &str, drops: &str) -> Config {
    let text = CONFIG
        .replace("WIDE", k8s)
        .replace("REQUESTER", modern)
        .replace("DROPS", drops);
    let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
    file.write_all(text.as_bytes()).expect("it can be written");
    let token = "7000000001:AAexampleexampleexampleexample-_";
    let environment = [("TOKEN".to_owned(), token.to_owned())].into();
    config::load(file.path(), &environment)
        .expect("the configuration is good")
        .0
}
