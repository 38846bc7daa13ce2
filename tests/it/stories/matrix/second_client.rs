//! Somebody with a client that has nothing in common with ours: other encryption, no signed devices, plain text alone.
//! That is enough to work an incident.

mod client;

use chrono::TimeDelta;
use insta::assert_snapshot;

use client::SecondClient;

use super::{ROOM, in_matrix};
use crate::support::world::World;

in_matrix!(from_declare_to_close_in_plain_text);

async fn from_declare_to_close_in_plain_text(world: World) {
    world.person("Ann").await;
    let homeserver = world.matrix().hamlet.homeserver.clone();
    let mut cid = SecondClient::arrives(&homeserver, "Cid").await;
    for room in ["general", "incidents"] {
        cid.joins(&homeserver.alias(room)).await;
    }
    world.settle().await;
    says(&world, &mut cid, "general", "!incident declare sev2 --service checkout Checkout is down").await;
    assert_eq!(cid.comes_in().await, 1);
    assert_snapshot!(plain(&cid.reads().await, &homeserver.tag), @"
    #general Cid: !incident declare sev2 --service checkout Checkout is down
    #general Firebell [in thread]: INC-1 is declared as SEV2. Go to #inc-1-checkout-down (https://matrix.to/#/!id?via=localhost).
    #inc-1-checkout-down Firebell: INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV2 declared by Cid: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
        ✅ Take command
    #inc-1-checkout-down Firebell: • Dashboard (https://dash.example/checkout)
    #incidents Firebell: SEV2 · Checkout is down · investigating
        Service: Checkout
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down (https://matrix.to/#/!id?via=localhost)
        Next update by 13:00 UTC
    ");

    assert!(says(&world, &mut cid, ROOM, "!incident claim").await, "it is encrypted");
    assert_snapshot!(plain(&cid.reads().await, &homeserver.tag), @"
    #inc-1-checkout-down Cid: !incident claim
    #inc-1-checkout-down Firebell: Incident commander: @Cid
    #inc-1-checkout-down Firebell: * INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: @Cid
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #incidents Firebell: * SEV2 · Checkout is down · investigating
        Service: Checkout
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: Cid · #inc-1-checkout-down (https://matrix.to/#/!id?via=localhost)
        Next update by 13:00 UTC
    #incidents Firebell [in thread]: Incident commander: Cid
    ");

    world.says("Ann", ROOM, "The disk of db-3 is full").await;
    for text in ["I make room on it", "!incident log Made room on db-3", "!incident update Payments fail; we make room"]
    {
        says(&world, &mut cid, ROOM, text).await;
    }
    assert_snapshot!(plain(&cid.reads().await, &homeserver.tag), @"
    #inc-1-checkout-down Ann: The disk of db-3 is full
    #inc-1-checkout-down Cid: I make room on it
    #inc-1-checkout-down Cid: !incident log Made room on db-3
    #inc-1-checkout-down Firebell [in thread]: On the timeline at 12:00 UTC. /incident undo takes it back.
    #inc-1-checkout-down Cid: !incident update Payments fail; we make room
    #inc-1-checkout-down Firebell: Update by Cid
        > Payments fail; we make room
        Next update due at 13:00 UTC.
    #inc-1-checkout-down Firebell: * INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: @Cid
        Service: Checkout
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Latest update 12:00 UTC by Cid
        > Payments fail; we make room
        Timeline (http://firebell.test/incidents/INC-1)
    #incidents Firebell: * SEV2 · Checkout is down · investigating
        Service: Checkout
        12:00 UTC Cid: Payments fail; we make room
        INC-1, declared 12:00 UTC · Commander: Cid · #inc-1-checkout-down (https://matrix.to/#/!id?via=localhost)
        Next update by 13:00 UTC
    #incidents Firebell [in thread]: Update (Cid)
        Payments fail; we make room
    ");

    for text in ["!incident timeline", "!incident close There is room"] {
        says(&world, &mut cid, ROOM, text).await;
    }
    assert_snapshot!(plain(&cid.reads().await, &homeserver.tag), @"
    #inc-1-checkout-down Cid: !incident timeline
    #inc-1-checkout-down Firebell [in thread]: Timeline of INC-1
        • 12:00 UTC Cid Checkout is down
        • 12:00 UTC Cid Commander: Cid
        • 12:00 UTC Cid Made room on db-3
        • 12:00 UTC Cid Payments fail; we make room
        The whole timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Cid: !incident close There is room
    #inc-1-checkout-down Firebell: Closed by Cid
        > There is room
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #inc-1-checkout-down Firebell: * INC-1 · Checkout is down
        Severity: SEV2
        Status: closed
        Incident commander: @Cid
        Service: Checkout
        Declared: 12:00 UTC
        Latest update 12:00 UTC by Cid
        > Payments fail; we make room
        Timeline (http://firebell.test/incidents/INC-1) · Postmortem (http://firebell.test/postmortems/INC-1)
    #incidents Firebell: * SEV2 · Checkout is down · closed
        Service: Checkout
        12:00 UTC Cid: Payments fail; we make room
        INC-1, declared 12:00 UTC · Commander: Cid · #inc-1-checkout-down (https://matrix.to/#/!id?via=localhost)
        Postmortem: http://firebell.test/postmortems/INC-1
    #incidents Firebell [in thread]: Status: closed (Cid)
        There is room
    ");
    assert_snapshot!(world.timeline(1).await, @"
    12:00 Cid declared: Checkout is down
    12:00 Cid role: Commander: Cid
    12:00 Cid note: Made room on db-3
    12:00 Cid update: Payments fail; we make room
    12:00 Cid status: closed: There is room
    ");
    assert_snapshot!(world.transcript(1).await, @"
    Ann: The disk of db-3 is full
    Cid: I make room on it
    ");
    world.ends().await;
}

/// Whether it was encrypted.
async fn says(world: &World, who: &mut SecondClient, room: &str, text: &str) -> bool {
    world.clock.forward(TimeDelta::milliseconds(1));
    let encrypted = who.says(room, text).await;
    world.settle().await;
    encrypted
}

/// Without what is another thing in each run: ids of rooms, and this world's part of the names.
fn plain(read: &str, tag: &str) -> String {
    let room = regex::Regex::new(r"#/![^/?\s)]+").expect("a pattern");
    room.replace_all(read, "#/!id").replace(&format!("-{tag}"), "")
}
