//! Files from Telegram: where one is, and its bytes.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Url;
use teloxide_core::Bot;
use teloxide_core::payloads::GetFile;

use super::call::call;
use super::client::BotApi;
use super::error::TelegramError;
use crate::crash::{self, When};
use crate::ids::FileId;

/// Finding out where a file is.
const WHERE_TIMEOUT: Duration = Duration::from_secs(15);

impl BotApi {
    /// Fetches a file: `getFile`, then its bytes, at most `bytes_max` of them (Bot API: files of
    /// up to 20 MB). `timeout` is for the bytes.
    ///
    /// # Errors
    /// As [`TelegramError`] says; a file that is too large is a [`TelegramError::BadRequest`].
    pub async fn fetch_file(
        &self,
        file: &FileId,
        bytes_max: u64,
        timeout: Duration,
    ) -> Result<Bytes, TelegramError> {
        let payload = GetFile::new(teloxide_core::types::FileId(file.to_string()));
        let answer = call(self.bot(), &payload, WHERE_TIMEOUT).await?;
        let told = answer.object();
        let path = told.and_then(|told| told.text("file_path"));
        let path = path.ok_or(TelegramError::Server { status: 200 })?;
        let url = file_url(self.bot(), &path).ok_or_else(|| {
            TelegramError::BadRequest("the Bot API server names no path to download".to_owned())
        })?;
        crash::point("download", When::Before);
        let bytes = download(self.bot(), url, bytes_max, timeout).await;
        crash::point("download", When::After);
        bytes
    }
}

/// The address of a file; it holds the token. None for a path that leads elsewhere, such as one
/// on the disk of a Bot API server in local mode.
fn file_url(bot: &Bot, path: &str) -> Option<Url> {
    let odd = |part: &str| matches!(part, "" | "." | "..");
    if path.split('/').any(odd) {
        return None;
    }
    let mut url = bot.api_url();
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .push("file")
        .push(&format!("bot{}", bot.token()))
        .extend(path.split('/'));
    Some(url)
}

async fn download(
    bot: &Bot,
    url: Url,
    bytes_max: u64,
    timeout: Duration,
) -> Result<Bytes, TelegramError> {
    let failed = |error| TelegramError::transport(error, bot.token());
    let asked = bot.client().get(url).timeout(timeout);
    let mut response = asked.send().await.map_err(failed)?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(TelegramError::Server { status });
    }
    let told = response.content_length().unwrap_or(0);
    let mut bytes = BytesMut::new();
    let mut length = told;
    loop {
        if length > bytes_max {
            return Err(TelegramError::BadRequest("file is too big".to_owned()));
        }
        let Some(chunk) = response.chunk().await.map_err(failed)? else {
            return Ok(bytes.freeze());
        };
        bytes.extend_from_slice(&chunk);
        length = bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_below_its_bot_and_nowhere_else() {
        let at = |base: &str, path: &str| {
            let bot = Bot::with_client("7:secret", reqwest::Client::new())
                .set_api_url(Url::parse(base).unwrap());
            file_url(&bot, path).map(String::from)
        };
        assert_eq!(
            at("https://api.telegram.org", "photos/file_1.jpg").as_deref(),
            Some("https://api.telegram.org/file/bot7:secret/photos/file_1.jpg")
        );
        assert_eq!(
            at("http://h/pre/", "a b?c#d").as_deref(),
            Some("http://h/pre/file/bot7:secret/a%20b%3Fc%23d")
        );
        for path in ["/var/lib/telegram/x", "../../bot7:other/getMe", "a//b", ""] {
            assert_eq!(at("http://h", path), None, "{path}");
        }
    }
}
