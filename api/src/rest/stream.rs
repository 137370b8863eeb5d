//! A stream of intents, one a line, answered while it arrives.

use axum::body::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use novate_clearing::intake::{Answer, Form, Intake, Refusal};
use std::{convert::Infallible, mem};

/// Lines are handed on when so many bytes have come, or when nothing more is there.
const GROUP: usize = 256 * 1024;
/// Longest line: no intent needs a fraction of it.
const MAX_LINE: usize = 16 * 1024;

/// One line of JSON for each line of `body`, in order. A line that is too long, or a body that breaks off, ends the stream
/// with a last line that says so; what was answered before stays accepted.
pub fn answers<E: Send + 'static>(
    intake: Intake,
    body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let state = Some((intake, Box::pin(body), Vec::new()));
    futures_util::stream::unfold(state, async |state| {
        let (intake, mut body, mut buffer) = state?;
        let mut ended = None;
        // Waits for the first bytes only.
        let mut arrived = Some(body.next().await);
        while let Some(next) = arrived {
            match next {
                Some(Ok(bytes)) => buffer.extend_from_slice(&bytes),
                Some(Err(_)) => ended = Some(Err("the body broke off")),
                None => ended = Some(Ok(())),
            }
            let more = buffer.len() < GROUP && ended.is_none();
            arrived = more.then(|| body.next().now_or_never()).flatten();
        }
        let rest = match ended {
            Some(Ok(())) => Vec::new(),
            _ => after_last_line(&mut buffer),
        };
        let mut text = answered(&intake, buffer).await;
        if ended.is_none() && rest.len() > MAX_LINE {
            ended = Some(Err("a line is too long"));
        }
        if let Some(Err(reason)) = ended {
            let refusal = Refusal::Json(reason.to_owned());
            line(&mut text, &problem(&refusal));
        }
        let next = ended.is_none().then_some((intake, body, rest));
        Some((Ok(Bytes::from(text)), next))
    })
}

/// Leaves whole lines in `buffer`, and returns what comes behind the last of them.
fn after_last_line(buffer: &mut Vec<u8>) -> Vec<u8> {
    match buffer.iter().rposition(|&byte| byte == b'\n') {
        Some(end) => buffer.split_off(end + 1),
        None => mem::take(buffer),
    }
}

async fn answered(intake: &Intake, lines: Vec<u8>) -> Vec<u8> {
    let mut text = Vec::new();
    if lines.iter().all(u8::is_ascii_whitespace) {
        return text;
    }
    match intake.submit_json(lines, Form::Lines).await {
        Ok(answers) => answers.iter().for_each(|answer: &Answer| line(&mut text, answer)),
        Err(refusal) => line(&mut text, &problem(&refusal)),
    }
    text
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
