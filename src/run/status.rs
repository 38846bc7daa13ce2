//! The status page, as far as it is wired; and `firebell status FOLDER`, which writes it for another host.

use std::path::Path;
use std::sync::Arc;

use super::{Failed, clock};
use crate::config::Config;
use crate::ports::Ledger;
use crate::store::{Db, Store};
use crate::web::{StatusKind, StatusPage, StatusSettings};

/// `None`: it is off. `url` is where Firebell is; `mails`: the page can be asked to send its updates.
pub(super) fn open(config: &Config, ledger: Arc<dyn Ledger>, url: &str, mails: bool) -> Option<Arc<StatusPage>> {
    let status = config.status.as_ref()?;
    let settings = StatusSettings {
        title: config.plan.public.title.clone(),
        description: status.description.clone(),
        mails,
        url: url.to_string(),
    };
    Some(StatusPage::new(ledger, Arc::new(config.plan.clone()), clock(), settings))
}

/// Every file of the page, in folders as a web server wants them.
pub(super) async fn write(config: &Config, folder: &Path) -> Result<(), Failed> {
    let db = Db::open(config.store.url.expose()).await?;
    let url = config.server.url(config.server.listen);
    let Some(page) = open(config, Arc::new(Store::new(db.clone())), &url, false) else {
        return Err(Failed::Found("[status] enabled is false: there is no page to write".into()));
    };
    let files = page.render().await?;
    db.close().await;
    let count = files.len();
    for (path, (kind, text)) in files {
        let path = path.trim_start_matches('/');
        let path = match kind {
            StatusKind::Html => folder.join(path).join("index.html"),
            StatusKind::Atom | StatusKind::Json => folder.join(path),
        };
        let io = |why| Failed::Io { what: path.display().to_string(), why };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(io)?;
        }
        std::fs::write(&path, text).map_err(io)?;
    }
    super::say(format_args!("{count} files are in {}", folder.display()));
    Ok(())
}
