use async_graphql::ErrorExtensions;

/// Why the API could not be started or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("[api] {key} = {value}: it must {must}")]
    Config {
        key: &'static str,
        value: u64,
        must: &'static str,
    },
    #[error("the metrics recorder is taken: {0}; start the API before anything else that records metrics")]
    Metrics(String),
    #[error("serving HTTP: {0}")]
    Serve(#[from] std::io::Error),
}

/// Why a query was not answered; what the caller reads. It never holds SQL, nor anything of the database's address.
///
/// It is no `Display`: async-graphql turns whatever is into an error without a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    BadInput(String),
    BadCursor(&'static str),
    Limit { code: &'static str, message: String },
    Unavailable,
    Timeout,
    Internal,
}

impl Fault {
    /// The `code` in the error's extensions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadInput(_) => "BAD_USER_INPUT",
            Self::BadCursor(_) => "BAD_CURSOR",
            Self::Limit { code, .. } => code,
            Self::Unavailable => "UNAVAILABLE",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }

    pub fn message(&self) -> &str {
        match self {
            Self::BadInput(message) | Self::Limit { message, .. } => message,
            Self::BadCursor(message) => message,
            Self::Unavailable => "the database is not available; try again in a second",
            Self::Timeout => "the query took too long; ask for fewer rows or filter more",
            Self::Internal => "internal error; the log of the server has the cause",
        }
    }
}

impl From<Fault> for async_graphql::Error {
    fn from(fault: Fault) -> Self {
        Self::new(fault.message()).extend_with(|_, extensions| extensions.set("code", fault.code()))
    }
}

impl From<sqlx::Error> for Fault {
    /// Logs the cause and keeps only its kind.
    fn from(error: sqlx::Error) -> Self {
        let fault = classify(&error);
        tracing::warn!(%error, code = fault.code(), "a database query failed");
        fault
    }
}

/// Codes: PostgreSQL manual, appendix A.
fn classify(error: &sqlx::Error) -> Fault {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
    match error {
        Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed => Fault::Unavailable,
        Database(cause) => match cause.code().as_deref().unwrap_or_default() {
            "57014" => Fault::Timeout,
            // No such table or schema: it is being made anew, or not yet migrated.
            "42P01" | "3F000" => Fault::Unavailable,
            // Shutting down, starting up, or out of connections.
            code if code.starts_with("57P") || code.starts_with("08") || code.starts_with("53") => {
                Fault::Unavailable
            }
            _ => Fault::Internal,
        },
        _ => Fault::Internal,
    }
}
