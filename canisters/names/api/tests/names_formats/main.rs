//! What a name is, the bytes that are stored, signed and certified, and the sentences of refusals.

mod name;
mod records;
mod refusals;
