//! What is sent out of the chats, as it arrives: each thing once, whatever way it took.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use firebell::plan::{Address, Way};
use firebell::ports::{Failure, Notice, Once, Outlet};

/// Everybody's letter boxes.
#[derive(Default)]
pub struct Post {
    arrived: Mutex<Vec<Arrived>>,
}

struct Arrived {
    key: String,
    to: Address,
    notice: Notice,
}

impl Post {
    pub fn outlets(self: &Arc<Post>) -> Vec<Arc<dyn Outlet>> {
        Way::ALL.into_iter().map(|way| Arc::new(Road { way, post: self.clone() }) as Arc<dyn Outlet>).collect()
    }

    /// What has arrived since this was last asked: to whom, what about, what it says.
    pub fn letters(&self) -> String {
        let arrived = std::mem::take(&mut *self.arrived.lock().unwrap());
        let line = |a: &Arrived| {
            let words = a.notice.doc.to_plain().replace('\n', "\n    ");
            format!("{} [{}] {}\n    {words}", a.to, a.notice.kind, a.notice.subject)
        };
        arrived.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The token of the latest link that was sent there for an answer.
    pub fn link(&self, to: &str) -> String {
        self.token(to, |notice| notice.answer.as_ref().map(|answer| answer.url.as_str()))
    }

    /// The token of the latest link that was sent there for wanting no more.
    pub fn way_out(&self, to: &str) -> String {
        self.token(to, |notice| notice.unsubscribe.as_deref())
    }

    fn token(&self, to: &str, link: impl Fn(&Notice) -> Option<&str>) -> String {
        let arrived = self.arrived.lock().unwrap();
        let sent_there = arrived.iter().rev().filter(|a| a.to.to_string() == to);
        let link = sent_there.filter_map(|a| link(&a.notice)).next().expect("such a link");
        link.strip_prefix("http://firebell.test/go/").expect("an address of ours").to_string()
    }
}

struct Road {
    way: Way,
    post: Arc<Post>,
}

#[async_trait]
impl Outlet for Road {
    fn way(&self) -> Way {
        self.way
    }

    async fn send(&self, once: Once<'_>, to: &Address, notice: &Notice) -> Result<(), Failure> {
        let mut arrived = self.post.arrived.lock().unwrap();
        if !arrived.iter().any(|a| a.key == once.key) {
            arrived.push(Arrived { key: once.key.into(), to: to.clone(), notice: notice.clone() });
        }
        Ok(())
    }
}
