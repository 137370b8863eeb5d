//! Whom to tell about a weakness, inside the program itself.

/// Puts a `security.txt` (<https://github.com/neodyme-labs/solana-security-txt>) into the `.so`, where explorers and
/// `query-security-txt` look for it. Takes the program's name for people; of a program with an entrypoint of its own
/// also the condition under which that is there.
///
/// Whoever deploys a build of their own writes their address here: reports then reach who can act on them.
#[macro_export]
macro_rules! security_txt {
    ($name:literal) => {
        // A program that is another one's library has no say about the other one's `.so`.
        $crate::security_txt!($name, not(feature = "no-entrypoint"));
    };
    ($name:literal, $($condition:tt)+) => {
        #[cfg(all(target_os = "solana", $($condition)+))]
        $crate::solana_security_txt::security_txt! {
            name: $name,
            project_url: "the repository that this program was built from",
            contacts: "other:Report a vulnerability, on the page Security of the repository",
            policy: "SECURITY.md in the repository"
        }
    };
}
