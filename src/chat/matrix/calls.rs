//! Calls of which a homeserver takes only so many, all through one door. The kinds are those that Synapse counts
//! (`rc_message`, `rc_room_creation`, `rc_joins`, `rc_invites`); another homeserver may count otherwise, and then a call
//! that is refused is just one more that comes back.

use chrono::TimeDelta;
use futures::future::BoxFuture;
use matrix_sdk::{Error, HttpError};

use super::{LIMITED, Matrix, away, failure};
use crate::chat::limits::{Bucket, Turn};
use crate::ports::Failure;

/// All that stands in rooms: messages, state, what takes either away.
pub(super) const SEND: Bucket<'_> = ("send", None);
pub(super) const CREATE: Bucket<'_> = ("create", None);
pub(super) const UPLOAD: Bucket<'_> = ("upload", None);
pub(super) const JOIN: Bucket<'_> = ("join", None);

/// Who is asked in is counted, too.
pub(super) fn invite(user: &str) -> Bucket<'_> {
    ("invite", Some(user))
}

/// An error that may say that it was too much.
pub(super) trait MayLimit {
    fn come_back_after(&self) -> Option<TimeDelta>;
}

impl MayLimit for HttpError {
    fn come_back_after(&self) -> Option<TimeDelta> {
        failure::come_back_after(self)
    }
}

impl MayLimit for Error {
    fn come_back_after(&self) -> Option<TimeDelta> {
        match self {
            Error::Http(error) => failure::come_back_after(error),
            _ => None,
        }
    }
}

impl Matrix {
    /// Makes the call, unless the homeserver has had enough of its kind: then it is not made. It comes boxed, for the
    /// SDK's futures are deep.
    pub(super) async fn within<T, E: MayLimit>(
        &self,
        bucket: Bucket<'_>,
        turn: Turn,
        call: BoxFuture<'_, Result<T, E>>,
    ) -> Result<Result<T, E>, Failure> {
        if let Err(after) = self.limits.enter(bucket, turn, self.clock.now()) {
            return Err(failure::busy(after));
        }
        let answer = call.await;
        if let Some(after) = answer.as_ref().err().and_then(MayLimit::come_back_after) {
            let now = self.clock.now();
            self.limits.refused(bucket, after, None, now);
            tracing::info!(calls = bucket.0, after_s = after.num_seconds(), "Matrix: the homeserver has had enough");
            self.note(LIMITED, &now.to_rfc3339()).await.map_err(away)?;
        }
        Ok(answer)
    }
}
