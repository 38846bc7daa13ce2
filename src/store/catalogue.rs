//! Every statement by name, so that a test can prepare each on both databases: that stands in for `query!`.

use super::{
    alerts, backup, directory, journal, ledger, local, mailbox, models, notes, outbox, subscriptions, transcript,
    verify,
};

macro_rules! named {
    ($($module:ident { $($name:ident),* $(,)? })*) => {
        &[$($((concat!(stringify!($module), "::", stringify!($name)), $module::$name)),*),*]
    };
}

#[doc(hidden)]
pub const STATEMENTS: &[(&str, &str)] = named! {
    alerts {
        ALERT, KEEP, OF_GROUP, FIRING, HOW_MANY_FIRE, OPEN_OF_SERVICE,
    }
    backup {
        IN_USE,
    }
    directory {
        MEET, PERSON, NAMED, NAMED_LIKE, JOINED, STRANGERS, LEFT, MEMBERS, IS_MEMBER, OFFER, TAKE_OFFER,
    }
    journal {
        FIRST_TIME, INCIDENTS_IN, HEAD, EVENTS_AFTER, NEXT_NUMBER, OPEN_TITLED, OPEN_ROOMS, ADD_EVENT,
    }
    ledger {
        OPEN, ENDED, PUBLIC, TRANSCRIPT, TRANSCRIPT_LENGTH, OPEN_ACTIONS, OPEN_ACTIONS_OF, LATE_ACTIONS, INCIDENT_IN, IN_A_ROOM,
        THREADS, WAITS_IN, PARKED, WAITING, PING,
    }
    local {
        LOCK, NEXT, COUNTER, SET_HEARD, PEOPLE, PUT_PERSON, ADD_SESSION, END_SESSION, SESSION, FORGET_SESSIONS,
        FORGET_REQUESTS, ROOM, ROOM_OF_EFFECT, ADD_ROOM, UPDATE_ROOM, ROOMS_FOR, MEMBERS, IS_MEMBER, ADD_MEMBER,
        REMOVE_MEMBER, MESSAGE, PAGE, THREAD, PINS, REACTIONS, MESSAGE_OF_EFFECT, ADD_MESSAGE, UPDATE_MESSAGE,
        ERASE_CHANGES, ERASE_REACTIONS, ADD_REACTION, REMOVE_REACTION, ANSWERED, REMEMBER, ADD_CHANGE, CHANGES,
        CHANGES_FOR, TEXT_AT,
    }
    mailbox {
        PUT, TAKE, ANY, DONE, PUT_BACK, SET_ASIDE, ASIDE, FREE, ALIVE, LAST_ALIVE,
    }
    models {
        SHOW_INCIDENT, SHOW_ROOM, MOVE_MESSAGES, CLEAR_ACTIONS, SHOW_ACTION,
    }
    notes {
        NOTE, NOTED,
    }
    outbox {
        ENQUEUE, ANY_DUE, CLAIM, HOLD, NEXT_DUE, DONE, AGAIN, LATER, PARK, FORGET, RELEASE, UNPARK, UNPARK_OF,
    }
    subscriptions {
        WANT, FORGET, WISHES, WISHES_OF, WANTING,
    }
    transcript {
        RECORD, MESSAGE, SINCE, REVISE, ERASE,
    }
    verify {
        NUMBERS, LOG, SHOWN, ACTIONS, ROOMS, STRAY_MESSAGES,
    }
};
