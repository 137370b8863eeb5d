//! A stream of intents, one a line, answered while it arrives.

use axum::body::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use novate_clearing::intake::{Answer, Form, Intake, Refusal};
use std::{convert::Infallible, mem, time::Duration};
use tokio::time::{Instant, timeout};

/// Lines are handed on when so many bytes have come, or when nothing more is there.
const GROUP: usize = 256 * 1024;
/// Lines that are handed on together, which is less than the intake takes at once by default.
const GROUP_LINES: usize = 500;
/// How long a stream waits for room in the intake, and how often it looks.
const ROOM: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);
/// How long a stream may stand still.
const IDLE: Duration = Duration::from_secs(30);
/// Longest line: no intent needs a fraction of it.
const MAX_LINE: usize = 16 * 1024;

/// One line of JSON for each line of `body` that is not blank, in order. A line that is too long is refused like any other, and
/// never held in memory. A body that breaks off has a last line that says so; what was answered before stays accepted.
pub fn answers<E: Send + 'static>(
    intake: Intake,
    body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let state = Some((intake, Box::pin(body), Lines::default()));
    futures_util::stream::unfold(state, async |state| {
        let (intake, mut body, mut lines) = state?;
        let mut ended = None;
        // Waits for the first bytes only.
        let mut arrived = match timeout(IDLE, body.next()).await {
            Ok(next) => Some(next),
            Err(_) => {
                ended = Some(Err("nothing arrived for 30 s"));
                None
            }
        };
        while let Some(next) = arrived {
            match next {
                Some(Ok(bytes)) => lines.push(&bytes),
                Some(Err(_)) => ended = Some(Err("the body broke off")),
                None => ended = Some(Ok(())),
            }
            let more = lines.buffer.len() < GROUP && ended.is_none();
            arrived = more.then(|| body.next().now_or_never()).flatten();
        }
        let whole = lines.take(ended == Some(Ok(())));
        let mut text = answered(&intake, whole).await;
        if lines.give_up() {
            line(
                &mut text,
                &problem(&Refusal::Json("a line is too long".to_owned())),
            );
        }
        if let Some(Err(reason)) = ended {
            line(&mut text, &problem(&Refusal::Json(reason.to_owned())));
        }
        let next = ended.is_none().then_some((intake, body, lines));
        Some((Ok(Bytes::from(text)), next))
    })
}

/// What has arrived and is not answered.
#[derive(Default)]
struct Lines {
    buffer: Vec<u8>,
    /// What arrives belongs to a line that has been refused.
    skipping: bool,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let wanted = match (self.skipping, end) {
            (false, _) => bytes,
            (true, None) => &[],
            // The line's end belongs to it.
            (true, Some(end)) => bytes.get(end + 1..).unwrap_or_default(),
        };
        self.skipping &= end.is_none();
        self.buffer.extend_from_slice(wanted);
    }

    /// The whole lines; at the end of the body also what follows them.
    fn take(&mut self, at_end: bool) -> Vec<u8> {
        let end = self.buffer.iter().rposition(|&byte| byte == b'\n');
        let rest = match (at_end, end) {
            (true, _) => Vec::new(),
            (false, Some(end)) => self.buffer.split_off(end + 1),
            (false, None) => mem::take(&mut self.buffer),
        };
        mem::replace(&mut self.buffer, rest)
    }

    /// Whether the line that has begun is too long. Its rest is skipped.
    fn give_up(&mut self) -> bool {
        let too_long = self.buffer.len() > MAX_LINE;
        if too_long {
            self.buffer = Vec::new();
            self.skipping = true;
        }
        too_long
    }
}

async fn answered(intake: &Intake, lines: Vec<u8>) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        let (group, behind) = rest.split_at(end_of_group(rest));
        rest = behind;
        if group.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match taken(intake, group).await {
            Ok(answers) => answers.iter().for_each(|answer: &Answer| line(&mut text, answer)),
            // One answer for each line, whatever happens: a client counts them.
            Err(refusal) => {
                let refusal = problem(&refusal);
                lines_of(group).for_each(|_| line(&mut text, &refusal));
            }
        }
    }
    text
}

/// A stream can wait for room, as its sender waits with it.
async fn taken(intake: &Intake, group: &[u8]) -> Result<Vec<Answer>, Refusal> {
    let deadline = Instant::now() + ROOM;
    loop {
        match intake.submit_json(group.to_vec(), Form::Lines).await {
            Err(Refusal::Busy) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
            answered => return answered,
        }
    }
}

fn lines_of(group: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = group.split(|&byte| byte == b'\n');
    lines.filter(|line| !line.iter().all(u8::is_ascii_whitespace))
}

/// Behind the last line that is taken together with the first.
fn end_of_group(lines: &[u8]) -> usize {
    let mut ends = lines.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.nth(GROUP_LINES - 1).map_or(lines.len(), |(end, _)| end + 1)
}

fn problem(refusal: &Refusal) -> serde_json::Value {
    serde_json::json!({ "status": "refused", "code": refusal.code(), "message": refusal.to_string() })
}

fn line(text: &mut Vec<u8>, answer: &impl serde::Serialize) {
    // Neither answers nor problems have a key that is no text, which is all that could fail.
    if serde_json::to_writer(&mut *text, answer).is_ok() {
        text.push(b'\n');
    }
}
