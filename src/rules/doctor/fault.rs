//! Every fault that `switchboard doctor` claims to find.

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What may be wrong, by a word that stays the same whatever is said about it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word, as `--json` has it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

faults! {
    /// Telegram does not accept the token.
    TokenRefused = "token_refused",
    /// No connection to Telegram.
    TelegramUnreachable = "telegram_unreachable",
    /// No connection to Telegram, and a proxy is on the way.
    TelegramProxy = "telegram_proxy",
    /// Telegram, or what stands in its place, does not answer as it should.
    TelegramOdd = "telegram_odd",
    /// A webhook is set.
    Webhook = "webhook",
    /// Whether a webhook is set could not be asked.
    WebhookUnknown = "webhook_unknown",
    /// Somebody else polls.
    OtherPoller = "other_poller",
    /// Whether somebody else polls could not be seen.
    PollerUnknown = "poller_unknown",
    /// It does not hear what it is to listen to.
    Privacy = "privacy",
    /// The clock of this machine is off.
    Clock = "clock",
    /// Somebody cannot be written to.
    NeverStarted = "never_started",
    /// It is not in a group that the configuration names.
    NotInGroup = "not_in_group",
    /// Nobody may approve anything of a route.
    NoApprovers = "no_approvers",
    /// No connection to an agent.
    AgentUnreachable = "agent_unreachable",
    /// No TLS with an agent that can be trusted.
    AgentTls = "agent_tls",
    /// The proxy on the way to an agent.
    AgentProxy = "agent_proxy",
    /// A credential for an agent cannot be read.
    AgentCredential = "agent_credential",
    /// An agent does not accept us.
    AgentRefuses = "agent_refuses",
    /// There is no agent at its address.
    NoAgent = "no_agent",
    /// Something else is at its address.
    AgentElse = "agent_else",
    /// An agent does not answer in time.
    AgentSlow = "agent_slow",
    /// An agent does not take the version that it is spoken to in.
    AgentVersion = "agent_version",
    /// Anything else about an agent.
    AgentOdd = "agent_odd",
    /// An agent without a card.
    NoCard = "no_card",
    /// A card that takes long.
    CardSlow = "card_slow",
    /// A card that says another version than its agent speaks.
    CardVersion = "card_version",
    /// Said to be kagent's, without kagent's way of asking for approval.
    NotKagent = "not_kagent",
    /// kagent's, and not said to be.
    Kagent = "kagent",
    /// The store cannot be read.
    StoreUnreadable = "store_unreadable",
    /// The store is of a newer version.
    StoreNewer = "store_newer",
    /// The store is damaged.
    StoreDamaged = "store_damaged",
    /// The store's directory cannot be written.
    DiskReadOnly = "disk_read_only",
    /// The store's volume is as good as full.
    DiskFull = "disk_full",
    /// The store's volume is filling.
    DiskLow = "disk_low",
}
