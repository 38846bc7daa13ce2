//! Emoji: Slack has names where people see characters.

use std::collections::HashMap;
use std::sync::LazyLock;

use emojis::{Emoji, SkinTone};

/// Names that are Slack's alone, or that come first here because Slack has several. The library knows GitHub's names,
/// which are the same for most, and Unicode's.
const SLACKS: &[(&str, &str)] = &[
    ("pushpin", "📌"),
    ("round_pushpin", "📍"),
    ("mag", "🔍"),
    ("mag_right", "🔎"),
    ("bulb", "💡"),
    ("scales", "⚖️"),
    ("adhesive_bandage", "🩹"),
    ("memo", "📝"),
    ("rotating_light", "🚨"),
    ("white_check_mark", "✅"),
    ("heavy_check_mark", "✔️"),
    ("+1", "👍"),
    ("-1", "👎"),
    ("large_green_circle", "🟢"),
    ("large_yellow_circle", "🟡"),
    ("large_orange_circle", "🟠"),
    ("large_purple_circle", "🟣"),
    ("large_blue_circle", "🔵"),
    ("large_red_square", "🟥"),
    ("large_orange_square", "🟧"),
    ("large_yellow_square", "🟨"),
    ("large_green_square", "🟩"),
    ("large_blue_square", "🟦"),
    ("double_vertical_bar", "⏸️"),
    ("black_square_for_stop", "⏹️"),
    ("spiral_calendar_pad", "🗓️"),
    ("spiral_note_pad", "🗒️"),
    ("three_button_mouse", "🖱️"),
    ("radioactive_sign", "☢️"),
    ("biohazard_sign", "☣️"),
    ("lightning", "🌩️"),
    ("thunder_cloud_and_rain", "⛈️"),
    ("rain_cloud", "🌧️"),
    ("snow_cloud", "🌨️"),
    ("mostly_sunny", "🌤️"),
    ("barely_sunny", "🌥️"),
    ("partly_sunny_rain", "🌦️"),
    ("first_place_medal", "🥇"),
    ("second_place_medal", "🥈"),
    ("third_place_medal", "🥉"),
    ("sleuth_or_spy", "🕵️"),
    ("thinking_face", "🤔"),
    ("robot_face", "🤖"),
    ("hugging_face", "🤗"),
    ("face_palm", "🤦"),
    ("simple_smile", "🙂"),
    ("white_frowning_face", "☹️"),
    ("face_with_cowboy_hat", "🤠"),
    ("the_horns", "🤘"),
    ("spock-hand", "🖖"),
];

/// Unicode's own names, as Slack writes many of them: `face_with_monocle`.
static UNICODES: LazyLock<HashMap<String, &'static Emoji>> = LazyLock::new(|| {
    emojis::iter().map(|emoji| (emoji.name().to_lowercase().replace([' ', '-'], "_"), emoji)).collect()
});

/// The character of a Slack name, with or without its skin tone: `wave`, `wave::skin-tone-3`. A workspace's own emoji
/// have none.
pub fn character(name: &str) -> Option<&'static str> {
    let (name, tone) = match name.split_once("::") {
        Some((name, tone)) => (name, Some(skin_tone(tone)?)),
        None => (name, None),
    };
    let emoji = named(name)?;
    Some(tone.and_then(|tone| emoji.with_skin_tone(tone)).unwrap_or(emoji).as_str())
}

fn named(name: &str) -> Option<&'static Emoji> {
    if let Some((_, character)) = SLACKS.iter().find(|(slacks, _)| *slacks == name) {
        return emojis::get(character);
    }
    if let Some(country) = name.strip_prefix("flag-") {
        return emojis::get(&flag(country)?);
    }
    // `man-shrugging` and `female-technologist` are man_shrugging and woman_technologist elsewhere.
    let spelled = name.replace("female-", "woman-").replace("male-", "man-").replace('-', "_");
    let shortcode = emojis::get_by_shortcode(name).or_else(|| emojis::get_by_shortcode(&spelled));
    shortcode.or_else(|| UNICODES.get(&spelled).copied())
}

/// Slack counts from 2, the lightest, to 6.
fn skin_tone(tone: &str) -> Option<SkinTone> {
    match tone {
        "skin-tone-2" => Some(SkinTone::Light),
        "skin-tone-3" => Some(SkinTone::MediumLight),
        "skin-tone-4" => Some(SkinTone::Medium),
        "skin-tone-5" => Some(SkinTone::MediumDark),
        "skin-tone-6" => Some(SkinTone::Dark),
        _ => None,
    }
}

/// Where the letters begin that flags are made of: 🇦.
const REGIONAL_A: u32 = 0x1f1e6;

fn flag(country: &str) -> Option<String> {
    let letter = |c: char| c.is_ascii_lowercase().then(|| char::from_u32(REGIONAL_A + (c as u32 - 'a' as u32)))?;
    (country.len() == 2).then(|| country.chars().map(letter).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Reactions;

    #[test]
    fn slacks_table_is_right() {
        for (slacks, of) in SLACKS {
            assert_eq!(character(slacks), Some(*of), "{slacks}");
        }
    }

    #[test]
    fn names_have_characters() {
        let pairs = [
            ("thumbsup", "👍"),
            ("pencil", "📝"),
            ("tada", "🎉"),
            ("eyes", "👀"),
            ("fire", "🔥"),
            ("face_with_monocle", "🧐"),
            ("man-shrugging", "🤷‍♂️"),
            ("female-technologist", "👩‍💻"),
            ("flag-at", "🇦🇹"),
            ("us", "🇺🇸"),
            ("hourglass_flowing_sand", "⏳"),
            ("wave::skin-tone-3", "👋🏼"),
            ("fire::skin-tone-3", "🔥"),
        ];
        for (name, of) in pairs {
            assert_eq!(character(name), Some(of), "{name}");
        }
        for name in ["partyparrot", "", "10", "flag-", "flag-zz1", "flag-é", "wave::skin-tone-9"] {
            assert_eq!(character(name), None, "{name}");
        }
    }

    /// Each emoji that does something by default is known by its name and by its character.
    #[test]
    fn the_plans_reactions_are_known() {
        let all = Reactions::default();
        let lists = [
            &all.note,
            &all.finding,
            &all.hypothesis,
            &all.decision,
            &all.mitigation,
            &all.action,
            &all.declare,
            &all.confirm,
        ];
        for emoji in lists.into_iter().flatten() {
            assert!(character(emoji).is_some() || emojis::get(emoji).is_some(), "{emoji}");
        }
    }
}
