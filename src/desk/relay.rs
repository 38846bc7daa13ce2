//! The relay: claims what is due, performs it side by side, settles it together with what was learnt.

use std::time::Duration;

use chrono::TimeDelta;
use metrics::{counter, gauge};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Desk;
use super::clerk::Delivery;
use super::perform::{Learnt, perform};
use crate::ports::{Failure, Inbound, Job, JobState, StoreError};

/// How many pieces are in hand at once.
const AT_ONCE: usize = 32;
/// How long a claim holds; while its work is in hand it is renewed.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const RENEW_AFTER: Duration = Duration::from_secs(20);
/// How long to wait at most before looking again: another replica may have left work.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Desk {
    /// Performs what is due until `stop`, then finishes what is in hand.
    pub async fn relay(&self, stop: CancellationToken) {
        let mut in_hand = JoinSet::new();
        while !stop.is_cancelled() {
            let claimed = self.claim(AT_ONCE - in_hand.len()).await;
            for job in claimed {
                let desk = self.clone();
                in_hand.spawn(async move { desk.do_job(job).await });
            }
            gauge!("firebell_work_in_hand").set(in_hand.len() as f64);
            let wait = self.until_due().await;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = in_hand.join_next(), if !in_hand.is_empty() => {}
                () = self.office.work.notified(), if in_hand.len() < AT_ONCE => {}
                () = pause(wait) => {}
            }
        }
        in_hand.join_all().await;
    }

    /// Performs all that is due by now, and what follows from it, one piece after the other. For whoever has the time
    /// in hand, and wants the same order each time: a test, a benchmark.
    pub async fn work_off(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        loop {
            let now = self.office.clock.now();
            let jobs = self.office.journal.claim(now, now + LEASE, AT_ONCE as i64).await?;
            if jobs.is_empty() {
                return Ok(done);
            }
            done += jobs.len();
            for job in jobs {
                self.do_job(job).await;
            }
        }
    }

    /// At start: what an earlier process left in hand, and what was set aside, is tried again.
    pub async fn take_up(&self) -> Result<u64, StoreError> {
        self.office.journal.take_up(self.office.clock.now()).await
    }

    async fn hear_all(&self, heard: Vec<Inbound>) -> Result<(), StoreError> {
        for inbound in heard {
            self.receive(inbound).await?;
        }
        Ok(())
    }

    async fn claim(&self, limit: usize) -> Vec<Job> {
        if limit == 0 {
            return Vec::new();
        }
        let now = self.office.clock.now();
        match self.office.journal.claim(now, now + LEASE, limit as i64).await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::error!(why = %error, "no work could be claimed");
                Vec::new()
            }
        }
    }

    async fn until_due(&self) -> Duration {
        let next = self.office.journal.next_due().await.ok().flatten();
        let ahead = next.map(|due| due - self.office.clock.now()).and_then(|ahead| ahead.to_std().ok());
        // What is due but not to be had, since its lane is not free, is looked at again when something is settled.
        ahead.map_or(LOOK_AGAIN, |ahead| ahead.clamp(Duration::from_millis(5), LOOK_AGAIN))
    }

    async fn do_job(&self, job: Job) {
        let outcome = self.perform_in_hand(&job).await;
        let now = self.office.clock.now();
        let (state, learnt) = match outcome {
            Ok(learnt) => match self.hear_all(learnt.heard).await {
                Ok(()) => (JobState::Done, learnt.news),
                Err(error) => {
                    let due = now + backoff(job.attempts);
                    (JobState::Later { due, why: error.why, tried: true }, None)
                }
            },
            Err(Failure::Busy { why, after }) => {
                counter!("firebell_work_throttled_total").increment(1);
                (JobState::Later { due: now + after, why, tried: false }, None)
            }
            Err(Failure::Later { why, after }) => {
                let pause = after.unwrap_or_else(|| backoff(job.attempts));
                tracing::warn!(work = job.work.in_words(), %why, again_in_s = pause.num_seconds(), "work is put off");
                counter!("firebell_work_put_off_total").increment(1);
                (JobState::Later { due: now + pause, why, tried: true }, None)
            }
            Err(Failure::Gone { why }) => {
                tracing::warn!(work = job.work.in_words(), %why, "there is nothing left to do it to");
                (JobState::Done, None)
            }
            Err(Failure::Never { why }) => {
                tracing::error!(work = job.work.in_words(), %why, "work is set aside until somebody mends it");
                counter!("firebell_work_parked_total").increment(1);
                (JobState::Parked { at: now, why }, None)
            }
        };
        if let Err(error) = self.deliver(Delivery::Performed { job, state, learnt }).await {
            // It stays claimed, and is done again when the lease runs out; doing it again is harmless.
            tracing::error!(why = %error, "work could not be settled");
        }
    }

    /// Performs it, and holds it meanwhile: a long history takes longer than a claim holds.
    async fn perform_in_hand(&self, job: &Job) -> Result<Learnt, Failure> {
        let performed = perform(&self.office, job);
        tokio::pin!(performed);
        loop {
            tokio::select! {
                outcome = &mut performed => return outcome,
                () = pause(RENEW_AFTER) => {
                    if let Err(error) = self.office.journal.hold(job, self.office.clock.now() + LEASE).await {
                        tracing::warn!(why = %error, "a claim could not be renewed");
                    }
                }
            }
        }
    }
}

/// 1 s, 2 s, 4 s … at most 5 min.
fn backoff(attempts: i64) -> TimeDelta {
    TimeDelta::seconds(1 << attempts.clamp(0, 8)).min(TimeDelta::minutes(5))
}

#[expect(clippy::disallowed_methods, reason = "the relay's own pace; what is due is told by the clock")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
