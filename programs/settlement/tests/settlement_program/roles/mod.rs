//! Who may do what, and within which limits.

mod admin;
mod authority;
mod calls;
mod limits;
