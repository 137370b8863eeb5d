//! Accounts and numbers as the index spells them.

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use std::{fmt, marker::PhantomData, str::FromStr};

/// 32 bytes from base58, or an EVM address in hex, left-padded with zeros.
pub(super) fn word(text: &str) -> Option<[u8; 32]> {
    let mut word = [0; 32];
    match text.strip_prefix("0x") {
        // No base58 begins like this.
        Some(address) if address.len() == 40 => {
            hex::decode_to_slice(address, word.split_at_mut(12).1).ok()?;
        }
        Some(_) => return None,
        None => five8::decode_32(text, &mut word).ok()?,
    }
    Some(word)
}

/// A [`word`] in JSON.
#[derive(Clone, Copy)]
pub(super) struct Word(pub [u8; 32]);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a public key in base58 or an EVM address")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word, E> {
                word(text)
                    .map(Word)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// An integer in JSON: the index writes those that some readers would round as strings.
#[derive(Clone, Copy)]
pub(super) struct Int<T>(pub T);

impl<'de, T: FromStr + TryFrom<u64> + TryFrom<i64>> Deserialize<'de> for Int<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number<T>(PhantomData<T>);
        impl<T: FromStr + TryFrom<u64> + TryFrom<i64>> Visitor<'_> for Number<T> {
            type Value = Int<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an integer in range, or its decimal digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Int<T>, E> {
                text.parse()
                    .map(Int)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Int<T>, E> {
                T::try_from(number)
                    .map(Int)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Int<T>, E> {
                T::try_from(number)
                    .map(Int)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
            }
        }
        deserializer.deserialize_any(Number(PhantomData))
    }
}
