//! What is posted to a `response_url`, or said as the answer to a command.

use chrono::TimeDelta;
use serde_json::Value;

use super::super::deeds::Draft;
use super::super::model::{BOT_USER, Model};
use super::Refused;
use super::chat::{Content, content_of};

/// How often one may be used, and for how long.
const USES: u32 = 5;
const MINUTES: i64 = 30;

impl Model {
    pub fn respond(&mut self, key: &str, said: &Value) -> Result<(), Refused> {
        let now = self.now();
        let url = self.response_urls.get_mut(key).ok_or_else(|| Refused::from("expired_url"))?;
        if now - url.made > TimeDelta::minutes(MINUTES) {
            return Err("expired_url".into());
        }
        if url.uses >= USES {
            return Err("used_url".into());
        }
        url.uses += 1;
        let (channel, user, original) = (url.channel.clone(), url.user.clone(), url.original.clone());

        if let (Some(ts), true) = (&original, said["delete_original"] == true) {
            self.delete(&channel, ts);
            return Ok(());
        }
        let Content { text, blocks, metadata } = content_of(said)?;
        if let (Some(ts), true) = (&original, said["replace_original"] == true) {
            self.change(&channel, ts, |message| {
                message.text = text;
                message.blocks = blocks;
            });
            return Ok(());
        }
        let ephemeral_for = (said["response_type"] != "in_channel").then_some(user);
        let thread_ts = said["thread_ts"].as_str().map(str::to_string);
        let author = BOT_USER.to_string();
        self.post(&channel, Draft { author, text, blocks, metadata, ephemeral_for, thread_ts, ..Draft::default() });
        Ok(())
    }
}
