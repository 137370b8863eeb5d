//! Children end with their parent, however the parent ends.
//!
//! The parent that is killed is this test binary again, started with a variable that says what to do.

use devnet_nodes::{Anvil, AnvilOptions, Postgres, postgres, process, process::StopSignal};
use std::{
    env, fs,
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const ROLE: &str = "NODES_PROCESS_ROLE";

/// Not a test by itself: what the re-executed binary runs, until it is killed.
#[test]
fn role() {
    let Ok(role) = env::var(ROLE) else { return };
    match role.as_str() {
        "nodes" => {
            let postgres = Postgres::temporary().unwrap();
            let anvil = Anvil::start(AnvilOptions::default()).unwrap();
            let port = postgres
                .url()
                .rsplit_once(':')
                .unwrap()
                .1
                .split('/')
                .next()
                .unwrap();
            println!("READY {port} {}", anvil.port());
            thread::sleep(Duration::from_secs(300));
        }
        "short-lived thread" => {
            let child = thread::spawn(|| process::spawn(sleep(), StopSignal::Terminate).unwrap())
                .join()
                .unwrap();
            println!("READY {}", child.id());
            thread::sleep(Duration::from_secs(300));
        }
        "shared" => {
            let database = postgres::test_database().unwrap();
            println!("READY {}", database.url);
        }
        other => panic!("no role {other}"),
    }
}

fn sleep() -> Command {
    let mut command = Command::new("sleep");
    command.arg("600");
    command
}

/// This binary in a role.
struct Parent {
    process: Child,
    /// Kept open, or the role could not print its result.
    _stdout: Lines<BufReader<ChildStdout>>,
}

/// Starts a [`Parent`]; returns it and the words after READY.
fn start(role_name: &str) -> (Parent, Vec<String>) {
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "role", "--nocapture"])
        .env(ROLE, role_name)
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let ready = lines
        .find_map(|l| Some(l.unwrap().split_once("READY ")?.1.to_owned()))
        .expect("it became ready");
    (
        Parent {
            process,
            _stdout: lines,
        },
        ready.split(' ').map(str::to_owned).collect(),
    )
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Command lines of all live processes. A zombie's is empty.
fn command_lines() -> Vec<String> {
    let ids = fs::read_dir("/proc").unwrap().flatten();
    ids.filter_map(|e| fs::read(e.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .collect()
}

fn alive(words: &str) -> bool {
    command_lines().iter().any(|line| line.contains(words))
}

fn alive_pid(pid: &str) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

#[test]
fn killing_the_parent_ends_postgres_and_anvil() {
    let (mut parent, ready) = start("nodes");
    let postgres = format!("-p {} ", ready[0]);
    let anvil_is_alive = || std::net::TcpStream::connect(format!("127.0.0.1:{}", ready[1])).is_ok();
    assert!(alive(&postgres) && anvil_is_alive(), "both run before the kill");
    parent.process.kill().unwrap(); // SIGKILL: no destructor runs
    parent.process.wait().unwrap();
    eventually("postgres ends", || !alive(&postgres));
    eventually("anvil ends", || !anvil_is_alive());
}

#[test]
fn a_child_outlives_the_thread_that_asked_for_it_but_not_the_process() {
    let (mut parent, ready) = start("short-lived thread");
    thread::sleep(Duration::from_millis(100)); // a signal at the thread's end would have come by now
    assert!(
        alive_pid(&ready[0]),
        "the child lives although the asking thread has ended"
    );
    parent.process.kill().unwrap();
    parent.process.wait().unwrap();
    eventually("the child ends with the process", || !alive_pid(&ready[0]));
}

#[test]
fn the_shared_cluster_ends_with_an_ordinary_exit() {
    let (mut parent, ready) = start("shared");
    assert!(parent.process.wait().unwrap().success());
    let port = ready[0].rsplit_once(':').unwrap().1.split('/').next().unwrap();
    assert!(
        !alive(&format!("-p {port} ")),
        "the server has ended before the process did"
    );
}

#[test]
fn dropping_ends_the_child() {
    let child = process::spawn(sleep(), StopSignal::Terminate).unwrap();
    let pid = child.id().to_string();
    assert!(alive_pid(&pid));
    drop(child);
    assert!(!alive_pid(&pid));
}

#[test]
fn a_child_that_ignores_the_polite_signal_is_killed() {
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' TERM; echo up; while :; do sleep 600; done"])
        .stdout(Stdio::piped());
    let mut child = process::spawn(command, StopSignal::Terminate).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let pid = child.id().to_string();
    child.stop(Duration::from_millis(200)).unwrap();
    assert!(!alive_pid(&pid));
}

#[test]
fn a_program_that_does_not_exist_is_an_error() {
    let missing = Command::new("/nonexistent/program");
    assert_eq!(
        process::spawn(missing, StopSignal::Kill).unwrap_err().kind(),
        std::io::ErrorKind::NotFound
    );
}

#[test]
fn output_takes_more_than_a_pipe_holds_on_both_streams() {
    let mut command = Command::new("sh");
    command.args(["-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = process::output(command, StopSignal::Kill).unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (300_000, 300_000));
}
