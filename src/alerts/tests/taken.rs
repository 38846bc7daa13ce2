//! From a request to the desk: what is answered, what is kept, and in which order it is handed on.

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use super::world::World;
use super::*;

fn world() -> World {
    World::new(vec![Source { token: Some("hush".into()), ..source(AlertKind::Alertmanager) }])
}

const PATH: &str = "/alerts/src?token=hush";

#[tokio::test]
async fn a_group_is_kept_and_then_acknowledged() {
    let world = world();
    let answer = world.post(PATH, &[], ALERTMANAGER.as_bytes()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "Alerts taken: 2.\n"));
    let lanes: Vec<String> = world.mail.letters.lock().unwrap().iter().map(|(letter, _)| letter.lane.clone()).collect();
    assert_eq!(lanes, ["src/bc97ff14869b13e3", "src/c6eadffa33fcdf37"]);
    assert_eq!(
        world.take_in().await,
        [
            "over DiskFull [bc97ff14869b13e3] 2027-01-14 12:40:00",
            "firing The disk of db-1 is full [c6eadffa33fcdf37] 2027-01-14 12:30:00",
        ]
    );
    assert!(world.mail.letters.lock().unwrap().is_empty());
    assert_eq!(world.status(PATH, &[], b"{\"alerts\": []}").await, 200);
    assert!(world.take_in().await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_answered_in_words() {
    let world = world();
    let body = ALERTMANAGER.as_bytes();
    assert_eq!(world.status("/alerts/other?token=hush", &[], body).await, 404);
    assert_eq!(world.status("/alerts/src", &[], body).await, 401);
    assert_eq!(world.status("/alerts/src?token=x", &[], body).await, 401);
    assert_eq!(world.status(PATH, &[], &vec![b' '; 1024 * 1024 + 1]).await, 413);
    let answer = world.post(PATH, &[], b"{}").await;
    assert_eq!((answer.status, answer.body.as_str()), (400, "It could not be read: there is no list at /alerts.\n"));
    *world.mail.full.lock().unwrap() = true;
    assert_eq!(world.status(PATH, &[], body).await, 503);
    assert!(world.take_in().await.is_empty());
}

#[tokio::test]
async fn of_one_fingerprint_the_order_is_kept() {
    let world = world();
    let over = ALERTMANAGER.replacen("\"firing\", \"labels\"", "\"resolved\", \"labels\"", 1);
    *world.desk.refuses.lock().unwrap() = Some("c6eadffa33fcdf37".into());
    for body in [ALERTMANAGER, &over] {
        assert_eq!(world.status(PATH, &[], body.as_bytes()).await, 200);
    }
    // The other one waits for nobody.
    let other = "over DiskFull [bc97ff14869b13e3] 2027-01-14 12:40:00";
    assert_eq!(world.take_in().await, [other, other]);
    *world.desk.refuses.lock().unwrap() = None;
    assert!(world.take_in().await.is_empty());
    world.later(TimeDelta::seconds(6));
    assert_eq!(
        world.take_in().await,
        [
            "firing The disk of db-1 is full [c6eadffa33fcdf37] 2027-01-14 12:30:00",
            "over The disk of db-1 is full [c6eadffa33fcdf37] 2027-01-14 13:00:00",
        ]
    );
}

#[tokio::test]
async fn what_nobody_understands_is_set_aside() {
    use crate::ports::Mailbox;
    let world = world();
    world.mail.put("alerts", "x", "alerts", "[{}]", now()).await.unwrap();
    world.mail.put("alerts", "y", "other", "[]", now()).await.unwrap();
    assert!(world.take_in().await.is_empty());
    assert_eq!(*world.mail.aside.lock().unwrap(), ["it has another shape (Data)", "it is of an unknown kind: other"]);
}

#[tokio::test]
async fn it_listens_until_told_to_stop() {
    let world = world();
    let stop = CancellationToken::new();
    let listening = tokio::spawn(world.alerts.clone().listen(stop.clone()));
    for n in 0..1000 {
        let body = ALERTMANAGER.replace("c6eadffa33fcdf37", &format!("fp-{}", n % 50));
        assert_eq!(world.status(PATH, &[], body.as_bytes()).await, 200);
    }
    while !world.mail.letters.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    listening.await.unwrap();
    assert_eq!(world.desk.heard.lock().unwrap().len(), 2000);
}
