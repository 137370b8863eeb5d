//! The text that a wallet shows and signs.
//!
//! Sign-In with Ethereum is [EIP-4361](https://eips.ethereum.org/EIPS/eip-4361). Sign-In with Solana has the same fields and
//! another account line, as `createSignInMessageText` of the wallet standard writes it. Both are read strictly: every line in its place, no line twice,
//! nothing in between, LF only. What the specifications leave out of the text cannot be checked, so the fields that make a
//! message good for one service and one use are required of both: URI, version, chain id, nonce and time of issue.

use chrono::{DateTime, Utc};

/// Longest message, in bytes.
pub const MAX_LEN: usize = 4_096;
/// Most resources.
const MAX_RESOURCES: usize = 32;
/// Shortest nonce, in characters, as EIP-4361 has it.
const MIN_NONCE: usize = 8;

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// EIP-4361.
    Ethereum,
    /// The wallet standard's `solana:signIn`.
    Solana,
}

/// A sign-in message whose every field is well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Ethereum or Solana.
    pub kind: Kind,
    /// `https` and the like, where the message names one.
    pub scheme: Option<String>,
    /// Host, and port if any, of who asked for it.
    pub domain: String,
    /// As written: checksummed hex (Ethereum), base58 (Solana).
    pub address: String,
    /// What the user was told, in one line.
    pub statement: Option<String>,
    /// What the sign-in is for.
    pub uri: String,
    /// A number (Ethereum), `mainnet` or `solana:devnet` and the like (Solana).
    pub chain_id: String,
    /// At least eight letters and digits.
    pub nonce: String,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
    /// The first moment at which it counts no more.
    pub expires_at: Option<DateTime<Utc>>,
    /// The first moment at which it counts.
    pub not_before: Option<DateTime<Utc>>,
    /// Of the one who asked.
    pub request_id: Option<String>,
    /// URIs.
    pub resources: Vec<String>,
}

/// Why a text is no sign-in message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Longer than [`MAX_LEN`].
    #[error("the message has {0} bytes, more than {MAX_LEN}")]
    TooLong(usize),
    /// A character that no field may have.
    #[error(
        "the message holds the character {0:?}; lines end with a line feed only, and all else is printable ASCII"
    )]
    Character(char),
    /// The first line is another.
    #[error(
        "the first line must be \"<domain> wants you to sign in with your Ethereum account:\", or the same with Solana"
    )]
    Header,
    /// A field is missing, or stands elsewhere.
    #[error("line {line} must be \"{wanted}\"")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What it must begin with or be.
        wanted: &'static str,
    },
    /// A field has a value that it cannot have.
    #[error("{field} is {value:?}: it must be {must}")]
    Field {
        /// Its label.
        field: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        must: &'static str,
    },
    /// There are lines behind the last field.
    #[error("line {0} is one too many: it belongs to no field, or to one that comes earlier")]
    Trailing(usize),
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`MessageError`] names the line or the field.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        if text.len() > MAX_LEN {
            return Err(MessageError::TooLong(text.len()));
        }
        if let Some(wrong) = text.chars().find(|&c| c != '\n' && !matches!(c, ' '..='~')) {
            return Err(MessageError::Character(wrong));
        }
        let mut lines = Lines::of(text);
        let (kind, scheme, domain) = header(lines.next().ok_or(MessageError::Header)?)?;
        let address = lines.next().filter(|line| !line.is_empty());
        let address = address.ok_or(lines.missing("the account's address"))?.to_owned();
        lines.blank()?;
        let statement = statement(kind, &mut lines)?;
        let uri = field("URI", lines.labelled("URI: ")?, "an absolute URI", is_uri)?;
        field("Version", lines.labelled("Version: ")?, "1", |v| v == "1")?;
        let chain_id = chain_id(kind, lines.labelled("Chain ID: ")?)?;
        let nonce = field(
            "Nonce",
            lines.labelled("Nonce: ")?,
            "8 letters and digits or more",
            |v| v.len() >= MIN_NONCE && v.bytes().all(|b| b.is_ascii_alphanumeric()),
        )?;
        let issued_at = time("Issued At", lines.labelled("Issued At: ")?)?;
        let expires_at = lines.optional("Expiration Time: ");
        let expires_at = expires_at.map(|v| time("Expiration Time", v)).transpose()?;
        let not_before = lines.optional("Not Before: ");
        let not_before = not_before.map(|v| time("Not Before", v)).transpose()?;
        let request_id = lines.optional("Request ID: ").map(str::to_owned);
        let resources = resources(&mut lines)?;
        if lines.next().is_some() {
            return Err(MessageError::Trailing(lines.number));
        }
        Ok(Self {
            kind,
            scheme,
            domain,
            address,
            statement,
            uri,
            chain_id,
            nonce,
            issued_at,
            expires_at,
            not_before,
            request_id,
            resources,
        })
    }
}

/// The lines that are left, and how many have been read.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            rest: text.split('\n').peekable(),
            number: 0,
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.number += 1;
        self.rest.next()
    }

    fn blank(&mut self) -> Result<(), MessageError> {
        match self.next() {
            Some("") => Ok(()),
            _ => Err(self.missing("")),
        }
    }

    fn labelled(&mut self, label: &'static str) -> Result<&'a str, MessageError> {
        let value = self.next().and_then(|line| line.strip_prefix(label));
        value.ok_or(self.missing(label))
    }

    fn optional(&mut self, label: &str) -> Option<&'a str> {
        let value = self.rest.peek()?.strip_prefix(label)?;
        self.next();
        Some(value)
    }

    fn missing(&self, wanted: &'static str) -> MessageError {
        MessageError::Line {
            line: self.number,
            wanted,
        }
    }
}

fn header(line: &str) -> Result<(Kind, Option<String>, String), MessageError> {
    let (asker, kind) = line
        .strip_suffix(" wants you to sign in with your Ethereum account:")
        .map(|asker| (asker, Kind::Ethereum))
        .or_else(|| {
            let asker = line.strip_suffix(" wants you to sign in with your Solana account:")?;
            Some((asker, Kind::Solana))
        })
        .ok_or(MessageError::Header)?;
    let (scheme, domain) = match asker.split_once("://") {
        Some((scheme, domain)) => (Some(scheme), domain),
        None => (None, asker),
    };
    if let Some(scheme) = scheme {
        // RFC 3986, section 3.1.
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        field("the scheme", scheme, "letters, digits, +, - and .", |v| {
            v.starts_with(|c: char| c.is_ascii_alphabetic()) && v.bytes().all(legal)
        })?;
    }
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    let domain = field("the domain", domain, "a host, with a port if need be", |v| {
        !v.is_empty() && v.bytes().all(legal)
    })?;
    Ok((kind, scheme.map(str::to_owned), domain))
}

/// The statement with the blank line behind it. Where there is none, EIP-4361 writes that blank line nevertheless, and the
/// wallet standard does not.
fn statement(kind: Kind, lines: &mut Lines) -> Result<Option<String>, MessageError> {
    match (kind, lines.rest.peek()) {
        (Kind::Ethereum, Some(&"")) => lines.blank().map(|()| None),
        (Kind::Solana, Some(line)) if line.starts_with("URI: ") => Ok(None),
        (_, Some(line)) if !line.is_empty() => {
            let statement = (*line).to_owned();
            lines.next();
            lines.blank()?;
            Ok(Some(statement))
        }
        _ => {
            lines.next();
            Err(lines.missing("a statement, or URI: "))
        }
    }
}

fn chain_id(kind: Kind, value: &str) -> Result<String, MessageError> {
    match kind {
        Kind::Ethereum => field("Chain ID", value, "a number", |v| {
            !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit())
        }),
        Kind::Solana => field(
            "Chain ID",
            value,
            "a cluster, such as mainnet or solana:devnet",
            |v| {
                const CLUSTERS: [&str; 4] = ["mainnet", "testnet", "devnet", "localnet"];
                CLUSTERS.contains(&v.strip_prefix("solana:").unwrap_or(v))
            },
        ),
    }
}

fn resources(lines: &mut Lines) -> Result<Vec<String>, MessageError> {
    let mut resources = Vec::new();
    if lines.rest.peek() != Some(&"Resources:") {
        return Ok(resources);
    }
    lines.next();
    while lines.rest.peek().is_some() {
        let uri = lines.labelled("- ")?;
        resources.push(field("a resource", uri, "an absolute URI", is_uri)?);
        if resources.len() > MAX_RESOURCES {
            return Err(MessageError::Trailing(lines.number));
        }
    }
    Ok(resources)
}

/// RFC 3339 with seconds, as both specifications have it.
fn time(name: &'static str, value: &str) -> Result<DateTime<Utc>, MessageError> {
    DateTime::parse_from_rfc3339(value)
        .map(|time| time.to_utc())
        .map_err(|_| MessageError::Field {
            field: name,
            value: value.to_owned(),
            must: "a time of RFC 3339, such as 2026-01-31T23:59:59Z",
        })
}

/// RFC 3986: a scheme, a colon and something that has no spaces.
fn is_uri(value: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    value.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(legal)
            && !rest.is_empty()
            && !rest.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}'])
    })
}

fn field(
    name: &'static str,
    value: &str,
    must: &'static str,
    holds: impl Fn(&str) -> bool,
) -> Result<String, MessageError> {
    if holds(value) {
        return Ok(value.to_owned());
    }
    Err(MessageError::Field {
        field: name,
        value: value.to_owned(),
        must,
    })
}
