//! What a name is, and which two look alike.

use names_api::name::{Name, NameError};
use proptest::prelude::*;

fn skeleton(text: &str) -> String {
    Name::parse(text).unwrap().skeleton()
}

#[test]
fn names_that_look_alike_share_a_skeleton() {
    let pairs = [
        ("google", "g00gle"),
        ("paypal", "paypa1"),
        ("paypal", "paypai"),
        ("modern", "rnodern"),
        ("wallet", "vvallet"),
        ("vvvault", "vwault"),
        ("cloud", "doud"),
        ("bar-n", "bam"),
        ("sushi", "5ush1"),
        ("my-name", "myname"),
    ];
    for (one, other) in pairs {
        assert_eq!(skeleton(one), skeleton(other), "{one}, {other}");
    }
}

#[test]
fn names_that_do_not_are_told_apart() {
    for (one, other) in [
        ("alice", "alyce"),
        ("bob", "bop"),
        ("unit", "vnit"),
        ("jim", "lim"),
        ("abc", "abd"),
    ] {
        assert_ne!(skeleton(one), skeleton(other), "{one}, {other}");
    }
}

#[test]
fn the_first_broken_rule_is_named() {
    assert_eq!(
        Name::parse("\u{430}lice"),
        Err(NameError::Character {
            character: '\u{430}',
            position: 0
        })
    );
    assert_eq!(Name::parse("a--b"), Err(NameError::Hyphen { position: 1 }));
    assert_eq!(
        Name::parse(&"\u{430}".repeat(64)),
        Err(NameError::Length { length: 64 })
    );
    assert_eq!(
        Name::parse("K\u{212a}k"),
        Err(NameError::Character {
            character: '\u{212a}',
            position: 1
        }),
        "the Kelvin sign becomes a k in Unicode's small letters, not here"
    );
}

proptest! {
    #[test]
    fn what_is_taken_is_normalised_and_taken_again(text in "[a-zA-Z0-9-]{0,70}") {
        let allowed = (3..=63).contains(&text.len())
            && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        match Name::parse(&text) {
            Ok(name) => {
                prop_assert!(allowed);
                prop_assert_eq!(name.as_str(), text.to_ascii_lowercase());
                prop_assert_eq!(Name::parse(name.as_str()), Ok(name));
            }
            Err(_) => prop_assert!(!allowed),
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
        if let Ok(name) = Name::parse(&text) {
            prop_assert!(name.skeleton().len() <= 126);
        }
    }

    #[test]
    fn capitals_do_not_matter(text in "[a-z0-9]{3,63}") {
        prop_assert_eq!(Name::parse(&text.to_ascii_uppercase()), Name::parse(&text));
    }
}
