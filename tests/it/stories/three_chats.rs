//! The local chat, Slack and Matrix at once, in one Firebell: each incident lives where it was declared, and all chats
//! hear of it.

use insta::assert_snapshot;

use crate::support::elsewhere::Elsewhere;
use crate::support::world::World;

/// Makes of each story a test for SQLite and one for PostgreSQL.
macro_rules! everywhere {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() { super::$story(Scene::everywhere_on_sqlite().await.world().await).await; })*
        }
        mod on_postgres {
            use crate::support::scene::Scene;
            $(#[tokio::test] async fn $story() {
                super::$story(Scene::everywhere_on_postgres().await.world().await).await;
            })*
        }
    };
}

everywhere!(each_lives_where_it_was_declared, what_is_private_stays_so);

/// Ann is in the local chat, Bea in Slack, Cid in Matrix.
async fn all_come(world: &World) {
    world.person("Ann").await;
    world.slack().person("Bea").await;
    world.matrix().person("Cid").await;
    world.settle().await;
}

async fn bea_says(world: &World, room: &str, text: &str) {
    says(world, world.slack(), "Bea", room, text).await;
}

async fn cid_says(world: &World, room: &str, text: &str) {
    says(world, world.matrix(), "Cid", room, text).await;
}

async fn says(world: &World, chat: &dyn Elsewhere, who: &str, room: &str, text: &str) {
    world.clock.forward(chrono::TimeDelta::milliseconds(1));
    chat.says(who, room, text).await;
    world.settle().await;
}

async fn bea_sees(world: &World) -> String {
    plain(world, &world.slack().sees("Bea").await)
}

async fn cid_sees(world: &World) -> String {
    while world.matrix().looks_around("Cid").await {
        world.settle().await;
    }
    plain(world, &world.matrix().sees("Cid").await)
}

/// Without what is another address in each run.
fn plain(world: &World, text: &str) -> String {
    let address = regex::Regex::new(r"https://(matrix\.to|test\.slack\.com)/[^\s)]+").expect("a pattern");
    let text = address.replace_all(text, "https://$1/…");
    text.replace(&format!("-{}", world.matrix().hamlet.homeserver.tag), "")
}

async fn each_lives_where_it_was_declared(world: World) {
    all_come(&world).await;
    world.says("Ann", "general", "/incident declare sev2 Checkout is down").await;
    bea_says(&world, "general", "/incident declare sev3 Search is slow").await;
    cid_says(&world, "general", "/incident declare sev1 Mails are lost").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare sev2 Checkout is down
    #general Firebell [only ann]: INC-1 is declared as SEV2. Go to #inc-1-checkout-down.
    #inc-1-checkout-down Firebell [pinned]: INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1-checkout-down Firebell: SEV2 declared by Ann: Checkout is down
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV2 · Checkout is down · investigating
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 13:00 UTC
    #incidents Firebell: SEV3 · Search is slow · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-search-slow
        Next update by 16:00 UTC
    #incidents Firebell: SEV1 · Mails are lost · investigating
        Most users cannot use the product, or data is at risk.
        INC-3, declared 12:00 UTC · Commander: nobody yet · #inc-3-mails-lost
        Next update by 12:30 UTC
    ");
    assert_snapshot!(bea_sees(&world).await, @"
    #general Bea [only bea]: /incident declare sev3 Search is slow
    #general Firebell [only bea]: INC-2 is declared as SEV3. Go to #inc-2-search-slow.
    #inc-2-search-slow Firebell [pinned]: INC-2 · Search is slow
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2-search-slow Firebell: SEV3 declared by Bea: Search is slow
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV2 · Checkout is down · investigating
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 13:00 UTC
    #incidents Firebell: SEV3 · Search is slow · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-search-slow
        Next update by 16:00 UTC
    #incidents Firebell: SEV1 · Mails are lost · investigating
        Most users cannot use the product, or data is at risk.
        INC-3, declared 12:00 UTC · Commander: nobody yet · #inc-3-mails-lost
        Next update by 12:30 UTC
    ");
    assert_snapshot!(cid_sees(&world).await, @"
    #general Cid [only cid]: /incident declare sev1 Mails are lost
    #general Firebell [only cid]: INC-3 is declared as SEV1. Go to #inc-3-mails-lost.
    #inc-3-mails-lost Firebell [pinned]: INC-3 · Mails are lost
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Timeline (http://firebell.test/incidents/INC-3)
    #inc-3-mails-lost Firebell: SEV1 declared by Cid: Mails are lost
        Nobody is in command yet. Type /incident claim to take it.
    #incidents Firebell: SEV2 · Checkout is down · investigating
        Many users are affected, or an important part is down.
        INC-1, declared 12:00 UTC · Commander: nobody yet · #inc-1-checkout-down
        Next update by 13:00 UTC
    #incidents Firebell: SEV3 · Search is slow · investigating
        Some users are affected, and there is a way around it.
        INC-2, declared 12:00 UTC · Commander: nobody yet · #inc-2-search-slow
        Next update by 16:00 UTC
    #incidents Firebell: SEV1 · Mails are lost · investigating
        Most users cannot use the product, or data is at risk.
        INC-3, declared 12:00 UTC · Commander: nobody yet · #inc-3-mails-lost
        Next update by 12:30 UTC
    ");

    // Each asks in their own chat about all of them.
    world.says("Ann", "general", "/incident list").await;
    world.says("Ann", "general", "/incident show INC-3").await;
    bea_says(&world, "general", "/incident list").await;
    bea_says(&world, "general", "/incident show INC-1").await;
    cid_says(&world, "general", "/incident list").await;
    cid_says(&world, "general", "/incident show INC-2").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident list
    #general Firebell [only ann]: Open incidents
        • INC-3 (http://firebell.test/incidents/INC-3) SEV1 · Mails are lost · investigating · nobody in command · declared 0 s ago · #inc-3-mails-lost
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · nobody in command · declared 0 s ago · #inc-1-checkout-down
        • INC-2 (http://firebell.test/incidents/INC-2) SEV3 · Search is slow · investigating · nobody in command · declared 0 s ago · #inc-2-search-slow
    #general Ann [only ann]: /incident show INC-3
    #general Firebell [only ann]: INC-3 · Mails are lost
        Severity: SEV1
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 12:30 UTC
        Timeline (http://firebell.test/incidents/INC-3)
    ");
    assert_snapshot!(bea_sees(&world).await, @"
    #general Bea [only bea]: /incident list
    #general Firebell [only bea]: Open incidents
        • INC-3 (http://firebell.test/incidents/INC-3) SEV1 · Mails are lost · investigating · nobody in command · declared 0 s ago · #inc-3-mails-lost
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · nobody in command · declared 0 s ago · #inc-1-checkout-down
        • INC-2 (http://firebell.test/incidents/INC-2) SEV3 · Search is slow · investigating · nobody in command · declared 0 s ago · #inc-2-search-slow
    #general Bea [only bea]: /incident show INC-1
    #general Firebell [only bea]: INC-1 · Checkout is down
        Severity: SEV2
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 13:00 UTC
        Timeline (http://firebell.test/incidents/INC-1)
    ");
    assert_snapshot!(cid_sees(&world).await, @"
    #general Cid [only cid]: /incident list
    #general Firebell [only cid]: Open incidents
        • INC-3 (http://firebell.test/incidents/INC-3) SEV1 · Mails are lost · investigating · nobody in command · declared 0 s ago · #inc-3-mails-lost
        • INC-1 (http://firebell.test/incidents/INC-1) SEV2 · Checkout is down · investigating · nobody in command · declared 0 s ago · #inc-1-checkout-down
        • INC-2 (http://firebell.test/incidents/INC-2) SEV3 · Search is slow · investigating · nobody in command · declared 0 s ago · #inc-2-search-slow
    #general Cid [only cid]: /incident show INC-2
    #general Firebell [only cid]: INC-2 · Search is slow
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Timeline (http://firebell.test/incidents/INC-2)
    ");

    // What happens in one room is told in the others' rooms for announcements, and in no room of another incident.
    cid_says(&world, "inc-3-mails-lost", "/incident claim").await;
    bea_says(&world, "inc-2-search-slow", "/incident update One index is rebuilt").await;
    world.says("Ann", "inc-1-checkout-down", "/incident close It was a cable").await;
    assert_snapshot!(world.sees("Ann").await, @"
    #inc-1-checkout-down Ann [only ann]: /incident close It was a cable
    #inc-1-checkout-down Firebell: Closed by Ann
        > It was a cable
        Postmortem draft (http://firebell.test/postmortems/INC-1): summary, timeline and action items, drafted from what happened here.
    #incidents Firebell [in thread]: Incident commander: Cid
    #incidents Firebell [in thread]: Update (Bea)
        One index is rebuilt
    #incidents Firebell [in thread]: Status: closed (Ann)
        It was a cable
    ");
    assert_snapshot!(bea_sees(&world).await, @"
    #inc-2-search-slow Bea [only bea]: /incident update One index is rebuilt
    #inc-2-search-slow Firebell: Update by Bea
        > One index is rebuilt
        Next update due at 16:00 UTC.
    #incidents Firebell [in thread]: Incident commander: Cid
    #incidents Firebell [in thread]: Update (Bea)
        One index is rebuilt
    #incidents Firebell [in thread]: Status: closed (Ann)
        It was a cable
    ");
    assert_snapshot!(cid_sees(&world).await, @"
    #inc-3-mails-lost Cid [only cid]: /incident claim
    #inc-3-mails-lost Firebell: Incident commander: @Cid
    #incidents Firebell [in thread]: Incident commander: Cid
    #incidents Firebell [in thread]: Update (Bea)
        One index is rebuilt
    #incidents Firebell [in thread]: Status: closed (Ann)
        It was a cable
    ");
    world.ends().await;
}

async fn what_is_private_stays_so(world: World) {
    all_come(&world).await;
    world.says("Ann", "general", "/incident declare --private Keys were stolen").await;
    bea_says(&world, "general", "/incident declare --private Somebody reads our mail").await;
    cid_says(&world, "general", "/incident declare --private A laptop is lost").await;
    for who in ["Ann", "Bea", "Cid"] {
        let text = ["/incident list", "/incident show INC-1", "/incident show INC-2", "/incident show INC-3"];
        for text in text {
            match who {
                "Ann" => world.says("Ann", "general", text).await,
                "Bea" => bea_says(&world, "general", text).await,
                _ => cid_says(&world, "general", text).await,
            }
        }
    }
    assert_snapshot!(world.sees("Ann").await, @"
    #general Ann [only ann]: /incident declare --private Keys were stolen
    #general Firebell [only ann]: INC-1 is declared as SEV3. Go to #inc-1.
    #general Ann [only ann]: /incident list
    #general Firebell [only ann]: Open incidents
        • INC-1 (http://firebell.test/incidents/INC-1) SEV3 · Keys were stolen · investigating · nobody in command · declared 0 s ago · #inc-1
    #general Ann [only ann]: /incident show INC-1
    #general Firebell [only ann]: INC-1 · Keys were stolen
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-1)
    #general Ann [only ann]: /incident show INC-2
    #general Firebell [only ann]: There is no INC-2.
    #general Ann [only ann]: /incident show INC-3
    #general Firebell [only ann]: There is no INC-3.
    #inc-1 Firebell [pinned]: INC-1 · Keys were stolen
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-1)
    #inc-1 Firebell: SEV3 declared by Ann: Keys were stolen
        Nobody is in command yet. Type /incident claim to take it.
    ");
    assert_snapshot!(bea_sees(&world).await, @"
    #general Bea [only bea]: /incident declare --private Somebody reads our mail
    #general Firebell [only bea]: INC-2 is declared as SEV3. Go to #inc-2.
    #general Bea [only bea]: /incident list
    #general Firebell [only bea]: Open incidents
        • INC-2 (http://firebell.test/incidents/INC-2) SEV3 · Somebody reads our mail · investigating · nobody in command · declared 0 s ago · #inc-2
    #general Bea [only bea]: /incident show INC-1
    #general Firebell [only bea]: There is no INC-1.
    #general Bea [only bea]: /incident show INC-2
    #general Firebell [only bea]: INC-2 · Somebody reads our mail
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-2)
    #general Bea [only bea]: /incident show INC-3
    #general Firebell [only bea]: There is no INC-3.
    #inc-2 Firebell [pinned]: INC-2 · Somebody reads our mail
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-2)
    #inc-2 Firebell: SEV3 declared by Bea: Somebody reads our mail
        Nobody is in command yet. Type /incident claim to take it.
    ");
    assert_snapshot!(cid_sees(&world).await, @"
    #general Cid [only cid]: /incident declare --private A laptop is lost
    #general Firebell [only cid]: INC-3 is declared as SEV3. Go to #inc-3.
    #general Cid [only cid]: /incident list
    #general Firebell [only cid]: Open incidents
        • INC-3 (http://firebell.test/incidents/INC-3) SEV3 · A laptop is lost · investigating · nobody in command · declared 0 s ago · #inc-3
    #general Cid [only cid]: /incident show INC-1
    #general Firebell [only cid]: There is no INC-1.
    #general Cid [only cid]: /incident show INC-2
    #general Firebell [only cid]: There is no INC-2.
    #general Cid [only cid]: /incident show INC-3
    #general Firebell [only cid]: INC-3 · A laptop is lost
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-3)
    #inc-3 Firebell [pinned]: INC-3 · A laptop is lost
        Severity: SEV3
        Status: investigating
        Incident commander: nobody yet
        Declared: 12:00 UTC
        Next update due: 16:00 UTC
        Private: only members of this room see it
        Timeline (http://firebell.test/incidents/INC-3)
    #inc-3 Firebell: SEV3 declared by Cid: A laptop is lost
        Nobody is in command yet. Type /incident claim to take it.
    ");
    world.ends().await;
}
