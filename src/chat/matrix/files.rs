//! A file in a room: encrypted before it leaves, where the room is.

use std::io::Cursor;

use futures::FutureExt;
use matrix_sdk::Room;
use matrix_sdk::ruma::api::client::media::create_content;
use serde_json::{Value, json};

use super::Matrix;
use super::calls::UPLOAD;
use super::failure::later;
use crate::chat::limits::Turn;
use crate::ports::{Attachment, Failure};

impl Matrix {
    /// The content of the message that the file is. Uploaded again, it is there twice, and one of them nobody knows of.
    pub(super) async fn uploaded(&self, room: &Room, file: Attachment) -> Result<Value, Failure> {
        let info = json!({ "mimetype": file.kind, "size": file.content.len() });
        let mut content = json!({ "msgtype": "m.file", "body": file.name, "filename": file.name, "info": info });
        let client = self.client()?;
        if room.latest_encryption_state().boxed().await?.is_encrypted() {
            let mut reader = Cursor::new(file.content);
            let sent = client.upload_encrypted_file(&mut reader).into_future();
            let encrypted = self.within(UPLOAD, Turn::InOrder, sent).await??;
            content["file"] = serde_json::to_value(encrypted).map_err(later)?;
        } else {
            let mut request = create_content::v3::Request::new(file.content);
            (request.content_type, request.filename) = (Some(file.kind.into()), Some(file.name));
            let sent = client.send(request).into_future();
            let answer = self.within(UPLOAD, Turn::InOrder, sent).await??;
            content["url"] = answer.content_uri.as_str().into();
        }
        Ok(content)
    }
}
