//! The device that lasts.

use insta::assert_snapshot;

use super::{declared, in_matrix};
use crate::support::world::World;

in_matrix!(
    the_same_device_after_a_restart,
    a_lost_store_comes_back_by_the_recovery_key,
    another_device_says_nothing_again,
);

async fn the_same_device_after_a_restart(world: World) {
    declared(&world).await;
    let ann = world.matrix().resident("Ann").await;
    let before = ann.devices_of(world.matrix().bot()).await;
    assert_eq!(before.iter().map(|(_, verified)| *verified).collect::<Vec<_>>(), [true]);
    let world = world.restarted().await;
    world.settle().await;
    assert_eq!(ann.devices_of(world.matrix().bot()).await, before);
    // It is told once.
    assert_eq!(world.matrix().opened().recovery_key, None);
    assert_snapshot!(world.sees("Ann").await, @"");
    world.ends().await;
}

async fn a_lost_store_comes_back_by_the_recovery_key(world: World) {
    declared(&world).await;
    let key = world.matrix().recovery_key();
    let ann = world.matrix().resident("Ann").await;
    world.matrix().loses_store();
    let world = world.restarted().await;
    assert!(world.matrix().opened().unverified.is_some());
    world.matrix().loses_store();
    world.matrix().knows_recovery_key(&key);
    let world = world.restarted().await;
    assert_eq!(world.matrix().opened().unverified, None);
    assert!(world.matrix().opened().recovered);
    assert!(ann.devices_of(world.matrix().bot()).await.iter().any(|(_, verified)| *verified));
    world.says("Ann", super::ROOM, "/incident update Still looking").await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Update by Ann
        > Still looking
        Next update due at 13:00 UTC.
    #incidents Firebell [in thread]: Update (Ann)
        Still looking
    ");
    world.ends().await;
}

/// It was said, nobody has heard so, and the device that said it is gone.
async fn another_device_says_nothing_again(world: World) {
    declared(&world).await;
    let key = world.matrix().recovery_key();
    world.begins_to_say("Ann", super::ROOM, "/incident update We look into it").await;
    world.hear().await;
    world.matrix().hamlet.proxy.loses_all(true);
    world.work().await;
    world.matrix().hamlet.proxy.loses_all(false);
    world.matrix().loses_store();
    world.matrix().knows_recovery_key(&key);
    let world = world.restarted().await;
    assert!(world.matrix().opened().recovered);
    world.later(chrono::TimeDelta::seconds(10)).await;
    assert_snapshot!(world.sees("Bob").await, @"
    #inc-1-checkout-down Firebell: Update by Ann
        > We look into it
        Next update due at 13:00 UTC.
    #incidents Firebell [in thread]: Update (Ann)
        We look into it
    ");
    world.ends().await;
}
