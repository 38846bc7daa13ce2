//! From the configuration as written to the configuration as meant.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::error::Problems;
use super::secret::Secret;
use super::sheet::Sheet;
use super::values::{Judge, names, start};
use super::written::{self, Text, Written};
use super::{
    Config, Local, Log, LogFormat, Server, Store, alert_rules, alerts, audiences, matrix, outreach, response, slack,
    status,
};
use crate::plan::{Platform, RoomId};

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7878);
const STORE: &str = "sqlite://firebell.db";
const ANNOUNCE: &str = "incidents";
const TEMPLATES: &str = "config/templates";

pub(super) fn meant(sheet: &Sheet, written: &Written) -> Result<Config, Problems> {
    let mut judge = Judge::new(sheet);
    let server = server(&mut judge, &written.server);
    let store = store(&mut judge, &written.store);
    let local = local(&mut judge, &written.local);
    let slack = slack::slack(&mut judge, &written.slack);
    let matrix = matrix::matrix(&mut judge, &written.matrix);
    let alert_sources = alerts::sources(&mut judge, &written.alerts);
    let sources: Vec<String> = alert_sources.iter().map(|source| source.name.clone()).collect();
    let mut plan = response::plan(&mut judge, written);
    plan.alert_rules = alert_rules::rules(&mut judge, &plan, &sources, &written.alerts);
    let announce = &mut plan.announcements.default_rooms;
    announce.extend(local.iter().flat_map(|local| local.announce.clone()));
    announce.extend(slack.iter().flat_map(|s| &s.workspaces).flat_map(|workspace| workspace.announce.clone()));
    announce.extend(matrix.iter().flat_map(|matrix| matrix.announce.clone()));
    plan.public = status::public(&mut judge, &plan, written);
    let status = status::status(&mut judge, &written.status);
    let outreach = outreach::outreach(&mut judge, written);
    for (at, address) in outreach::paged_addresses(&plan, written) {
        outreach::is_there(&mut judge, at, "[[escalation]] steps", address, &outreach);
    }
    for (at, address) in audiences::told_addresses(&plan, &written.announcements) {
        outreach::is_there(&mut judge, at, "[[announcements.route]] to", address, &outreach);
        audiences::is_no_pager(&mut judge, at, address);
    }
    stays_closed(&mut judge, written, &server);
    let templates = templates(&mut judge, written.announcements.templates.as_ref());
    audiences::have_templates(&mut judge, &written.announcements, &templates);
    let log = log(&mut judge, &written.log);
    Problems::none_of(judge.problems)?;
    Ok(Config { server, store, local, slack, matrix, alert_sources, outreach, status, plan, templates, log })
}

fn server(judge: &mut Judge<'_>, written: &written::Server) -> Server {
    let listen = written.listen.as_ref().map_or(LISTEN, |w| judge.address("[server] listen", w));
    let public_url = written.public_url.as_ref().map(|w| judge.web_address("[server] public_url", w));
    Server { listen, public_url }
}

fn store(judge: &mut Judge<'_>, written: &written::Store) -> Store {
    let key = "[store] url";
    let url = judge.secret(key, written.url.as_ref(), written.url_file.as_ref());
    let Some(url) = url else { return Store { url: Secret::new(STORE) } };
    let at = written.url.as_ref().or(written.url_file.as_ref()).map_or(0, start);
    match url.expose().split_once("://") {
        Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => {}
        Some(("sqlite", path)) if !path.is_empty() && !path.contains(":memory:") => {}
        Some(("sqlite", _)) => judge.wrong(at, key, "sqlite:// needs a file, such as sqlite://firebell.db"),
        // The address may have a password in it: no part of it is shown.
        _ => judge.wrong(at, key, "is neither sqlite://FILE nor postgres://USER:PASSWORD@HOST/DATABASE"),
    }
    Store { url }
}

fn local(judge: &mut Judge<'_>, written: &written::Local) -> Option<Local> {
    let password = judge.secret("[local] password", written.password.as_ref(), written.password_file.as_ref());
    let command = judge.command("[local] command", written.command.as_ref(), &['/', '!']);
    let room = |name: &str| RoomId::new(Platform::Local, name);
    let mut announce = Vec::new();
    for name in names(written.announce.as_ref()) {
        judge.local_room("[local] announce", start(name), name.get_ref());
        announce.push(room(name.get_ref()));
    }
    if written.announce.is_none() {
        announce.push(room(ANNOUNCE));
    }
    written.enabled.unwrap_or(true).then_some(Local { password, command, announce })
}

/// Without a password the local chat believes everyone who reaches it.
fn stays_closed(judge: &mut Judge<'_>, written: &Written, server: &Server) {
    let has_password = written.local.password.is_some() || written.local.password_file.is_some();
    let off = written.local.enabled == Some(false);
    let Some(listen) = &written.server.listen else { return };
    // An address that could not be read is told already, and stands as loopback.
    if off || has_password || server.listen.ip().to_canonical().is_loopback() {
        return;
    }
    let what = format!(
        "{} can be reached from other machines, and the local chat has no password. Either set one ([local] \
         password_file or password), or listen on this machine only (listen = \"{LISTEN}\")",
        listen.get_ref()
    );
    judge.wrong(start(listen), "[server] listen", what);
}

fn templates(judge: &mut Judge<'_>, written: Option<&Text>) -> PathBuf {
    let Some(written) = written else { return TEMPLATES.into() };
    let folder = judge.text("[announcements] templates", written);
    // The usual folder may be missing, like the files in it.
    if folder != TEMPLATES && !Path::new(&folder).is_dir() {
        judge.wrong(start(written), "[announcements] templates", format!("{folder} is not a folder"));
    }
    folder.into()
}

fn log(judge: &mut Judge<'_>, written: &written::Log) -> Log {
    use tracing::Level;
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    let format = written.format.as_ref();
    let level = written.level.as_ref();
    Log {
        format: format.map_or(LogFormat::Text, |w| judge.choice("[log] format", w, &formats, LogFormat::Text)),
        level: level.map_or(Level::INFO, |w| judge.choice("[log] level", w, &levels, Level::INFO)),
    }
}
