//! Child processes that never outlive this one.
//!
//! Linux sends a child its *parent-death signal* when the **thread** that forked it ends, not the process
//! (`prctl(2)`, PR_SET_PDEATHSIG). So all children are forked by one thread that never ends. On other
//! systems only [`Spawned`]'s `Drop` stops the child.

use std::{
    io::{self, Read},
    ops::{Deref, DerefMut},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Output},
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

/// How long a child may take to end politely before it is killed.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// The signal that asks a child to end; also its parent-death signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGINT: Postgres' fast shutdown (disconnects clients, writes a checkpoint).
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGKILL: for children with nothing to save.
    Kill,
}

impl StopSignal {
    fn number(self) -> libc::c_int {
        match self {
            Self::Interrupt => libc::SIGINT,
            Self::Terminate => libc::SIGTERM,
            Self::Kill => libc::SIGKILL,
        }
    }
}

/// A running child. Dropping it ends the child and waits: politely first, by SIGKILL to its whole process
/// group after ten seconds.
#[derive(Debug)]
pub struct Spawned {
    child: Child,
    stop: StopSignal,
}

/// Starts `command` in a process group of its own (so a terminal's Ctrl-C reaches only us, and we decide the
/// order in which things end) and ties its life to this process.
///
/// # Errors
/// Those of [`Command::spawn`].
pub fn spawn(mut command: Command, stop: StopSignal) -> io::Result<Spawned> {
    command.process_group(0);
    die_with_parent(&mut command, stop);
    let (reply, answer) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts child processes has ended");
    spawner()?.send((command, reply)).map_err(|_| gone())?;
    let child = answer.recv().map_err(|_| gone())??;
    Ok(Spawned { child, stop })
}

type Job = (Command, mpsc::Sender<io::Result<Child>>);

/// The one thread that forks. It ends only with the process: its sender is kept in a static.
fn spawner() -> io::Result<&'static mpsc::Sender<Job>> {
    static SPAWNER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    if let Some(sender) = SPAWNER.get() {
        return Ok(sender);
    }
    let (sender, jobs) = mpsc::channel::<Job>();
    thread::Builder::new().name("spawner".into()).spawn(move || {
        for (mut command, reply) in jobs {
            // The asker may have gone; then the child is dropped unseen, but it still dies with us.
            reply.send(command.spawn()).ok();
        }
    })?;
    // Two threads may race here: the loser's thread ends at once, having started nothing.
    Ok(SPAWNER.get_or_init(|| sender))
}

#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command, stop: StopSignal) {
    let parent = std::process::id();
    let signal = stop.number();
    // SAFETY: the closure runs between fork and exec and makes only async-signal-safe system calls.
    // std runs it after setuid/setgid, which would otherwise clear the parent-death signal.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, signal as libc::c_ulong) != 0 {
                return Err(io::Error::last_os_error());
            }
            // The parent may have died before the call above; then no signal would ever come.
            if libc::getppid() as u32 != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command, _: StopSignal) {}

impl Spawned {
    /// Ends the child as `Drop` does, but kills it after `grace`, and tells how it ended.
    ///
    /// # Errors
    /// When the child cannot be waited for.
    pub fn stop(&mut self, grace: Duration) -> io::Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        self.signal(self.stop.number(), false);
        if let Some(status) = self.wait_for(grace)? {
            return Ok(status);
        }
        tracing::warn!(pid = self.child.id(), "did not end within {grace:?}, killing it");
        self.signal(libc::SIGKILL, true);
        self.child.wait()
    }

    /// Waits for the child's end, at most `limit`.
    ///
    /// # Errors
    /// When the child cannot be waited for.
    pub fn wait_for(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            let ended = self.child.try_wait()?;
            if ended.is_some() || Instant::now() >= deadline {
                return Ok(ended);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, signal: libc::c_int, whole_group: bool) {
        let pid = self.child.id() as libc::pid_t;
        // SAFETY: a plain system call. The child was not yet waited for (`try_wait` said so), hence its id
        // cannot belong to another process; its group has the same number (see `spawn`).
        unsafe { libc::kill(if whole_group { -pid } else { pid }, signal) };
    }
}

impl Deref for Spawned {
    type Target = Child;
    fn deref(&self) -> &Child {
        &self.child
    }
}

impl DerefMut for Spawned {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if let Err(error) = self.stop(GRACE) {
            tracing::warn!(pid = self.child.id(), %error, "cannot wait for a child");
        }
    }
}

/// Runs `command` to its end, like [`Command::output`]; its stdout and stderr must be piped.
///
/// # Errors
/// Those of [`Command::output`].
pub fn output(command: Command, stop: StopSignal) -> io::Result<Output> {
    let mut child = spawn(command, stop)?;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    // Both pipes must be read at once, or the child blocks on the one that fills.
    thread::scope(|scope| {
        let errors = scope.spawn(|| read_all(err.as_mut()));
        let stdout = read_all(out.as_mut())?;
        let stderr = errors
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("reading a pipe panicked")))?;
        Ok(Output {
            status: child.wait()?,
            stdout,
            stderr,
        })
    })
}

fn read_all(pipe: Option<&mut impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
