//! The service as a process of its own, which can be killed.

use crate::world::{DEADLINE, World, service};
use novate_clearing::{
    context::machine_clock,
    failpoint::{Hook, Point, pass},
};
use sqlx::postgres::PgPoolOptions;
use std::{
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const URL: &str = "CLEARING_TEST_URL";
const FOLDER: &str = "CLEARING_TEST_FOLDER";
const SETTLEMENT: &str = "CLEARING_TEST_SETTLEMENT";
const ABORT_AT: &str = "CLEARING_TEST_ABORT_AT";

/// Dies with this value.
pub struct Process(pub Child);

impl Process {
    /// Starts it. It aborts where it is told to.
    pub fn start(world: &World, abort_at: Option<Point>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "process::a_process_of_its_own_serves_until_it_is_killed",
                "--exact",
            ])
            .env(URL, &world.url)
            .env(FOLDER, &world.folder)
            .env(SETTLEMENT, world.settlement.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(point) = abort_at {
            command.env(ABORT_AT, point.to_string());
        }
        Self(command.spawn().unwrap())
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < DEADLINE, "the process ends");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn abort_at(point: Point) {
    if std::env::var(ABORT_AT).is_ok_and(|name| name == point.to_string()) {
        std::process::abort();
    }
}

/// What [`Process`] runs. In a run of the tests it says that no process was asked for.
#[test]
fn a_process_of_its_own_serves_until_it_is_killed() {
    let Ok(url) = std::env::var(URL) else {
        assert!(std::env::var(FOLDER).is_err());
        return;
    };
    let folder = std::env::var(FOLDER).unwrap();
    let settlement = std::env::var(SETTLEMENT).unwrap().parse().unwrap();
    let hook: Hook = if std::env::var(ABORT_AT).is_ok() {
        abort_at
    } else {
        pass
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .connect(&url)
            .await
            .unwrap();
        let service = service(
            &url,
            Path::new(&folder),
            settlement,
            pool,
            Arc::default(),
            hook,
            machine_clock,
        );
        service.run(CancellationToken::new()).await;
    });
}
