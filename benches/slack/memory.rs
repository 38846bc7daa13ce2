//! What the program holds while many incidents are open.

use std::time::{Duration, Instant};

use firebell::store::Db;

use super::town::{incident_rooms, workspace};
use crate::support::slack::Workspace;
use crate::support::{Ground, Line, Place, Program, Target, Unit, count};

const INCIDENTS: usize = 100;
const MESSAGES: usize = 20;
const PEOPLE: usize = 20;

pub async fn measure(ground: Ground) -> Vec<Line> {
    let place = Place::new(ground).await;
    let workspace = workspace().await;
    let program = Program::start_with(place.folder(), Some(&place.url()), &configuration(&workspace));
    let url = format!("http://{}", program.address);
    for n in 0..INCIDENTS {
        workspace.types("Ann", "general", &format!("/incident declare sev2 --anyway Checkout is down in region {n}"));
        deliver(&workspace, &url).await;
    }
    settle(&workspace, &url).await;
    let rooms = incident_rooms(&workspace);
    assert_eq!(rooms.len(), INCIDENTS);
    for n in 0..MESSAGES {
        for (of, room) in rooms.iter().enumerate() {
            let who = format!("Person {}", (n + of) % PEOPLE);
            workspace.says(&who, room, &format!("The error rate is at {n} per minute now, and it is still growing."));
        }
        deliver(&workspace, &url).await;
    }
    settle(&workspace, &url).await;
    let db = Db::open(&place.url()).await.expect("the program's database");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM messages").await, (INCIDENTS * MESSAGES) as i64);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM incidents WHERE is_open = TRUE").await, INCIDENTS as i64);
    db.close().await;
    let (now, most) = program.memory();
    let megabytes = |what, target, value| Line::new(what, Unit::Megabytes, target, value);
    vec![
        megabytes("resident memory, 100 incidents open: now", Target::AtMost(60.0), now),
        megabytes("resident memory, 100 incidents open: at most", Target::AtMost(60.0), most),
    ]
}

fn configuration(workspace: &Workspace) -> String {
    format!(
        "[slack]\nmode = \"http\"\napi_url = {:?}\nbot_token = {:?}\nsigning_secret = {:?}\n",
        workspace.api_url(),
        workspace.bot_token(),
        workspace.signing_secret()
    )
}

async fn deliver(workspace: &Workspace, url: &str) {
    while workspace.pending() > 0 {
        workspace.deliver(url).await;
    }
}

/// Until nothing was delivered or called for a while.
async fn settle(workspace: &Workspace, url: &str) {
    const QUIET: Duration = Duration::from_secs(2);
    let (mut calls, mut since) = (workspace.calls().len(), Instant::now());
    while since.elapsed() < QUIET {
        let more = workspace.pending() > 0 || workspace.calls().len() > calls;
        deliver(workspace, url).await;
        if more {
            (calls, since) = (workspace.calls().len(), Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
