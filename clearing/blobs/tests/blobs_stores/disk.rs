use crate::{
    common::{LIMIT, blob},
    conformance::keeps_blobs,
};
use novate_blobs::{BlobStore, StoreError, disk::Disk};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn open(folder: &Path) -> Disk {
    Disk::open("disk", folder, LIMIT).unwrap()
}

/// Everything in the folder that is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_folder_keeps_blobs() {
    let folder = tempfile::tempdir().unwrap();
    keeps_blobs(&open(folder.path())).await;
    assert!(files(&folder.path().join("temp")).is_empty());
    assert!(files(&folder.path().join("aside")).is_empty());
}

#[tokio::test]
async fn blobs_are_there_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (cid, bytes) = blob(1, 1_000);
    open(folder.path()).put(&cid, &bytes).await.unwrap();
    assert_eq!(open(folder.path()).get(&cid).await.unwrap(), Some(bytes));
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_can_be_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path());
    let (cid, bytes) = blob(1, 300_000);
    disk.put(&cid, &bytes).await.unwrap();
    let mut damaged = bytes.clone();
    damaged[150_000] ^= 1;
    for damage in [&damaged[..], &bytes[..299_999], &[]] {
        fs::write(disk.path(&cid), damage).unwrap();
        let error = disk.get(&cid).await.unwrap_err();
        assert!(matches!(error, StoreError::WrongBytes { .. }), "{error}");
        assert_eq!(
            disk.head(&cid).await.unwrap(),
            None,
            "the damaged file does not count"
        );
        disk.put(&cid, &bytes).await.unwrap();
        assert_eq!(disk.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    }
    let kept = files(&folder.path().join("aside"));
    assert_eq!(kept.len(), 3, "what was damaged is kept for a look: {kept:?}");
}

#[tokio::test]
async fn writing_over_a_damaged_file_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path());
    let (cid, bytes) = blob(1, 1_000);
    disk.put(&cid, &bytes).await.unwrap();
    for damage in [vec![0; 1_000], vec![0; LIMIT + 1]] {
        fs::write(disk.path(&cid), damage).unwrap();
        disk.put(&cid, &bytes).await.unwrap();
        assert_eq!(disk.get(&cid).await.unwrap().as_ref(), Some(&bytes));
    }
}

#[tokio::test]
async fn a_file_that_is_too_long_is_not_read_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let disk = open(folder.path());
    let (cid, bytes) = blob(1, 1_000);
    disk.put(&cid, &bytes).await.unwrap();
    fs::write(disk.path(&cid), vec![0; LIMIT + 1]).unwrap();
    let error = disk.get(&cid).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: LIMIT, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn what_a_crash_left_is_removed_once_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let temp = folder.path().join("temp");
    open(folder.path());
    let (old, young) = (temp.join("old"), temp.join("young"));
    fs::write(&young, "half").unwrap();
    let file = fs::File::create(&old).unwrap();
    let two_hours = std::time::Duration::from_secs(7200);
    file.set_modified(std::time::SystemTime::now() - two_hours)
        .unwrap();
    open(folder.path());
    assert!(!old.exists());
    assert!(young.exists(), "another process may be writing it");
}

const FULL_DISK: &str = "BLOBS_TEST_FULL_DISK";

/// The test calls itself on a file system of 512 KiB. Where the kernel does not let it mount one, a limit on the size of
/// files stands in.
#[test]
fn a_full_disk_is_a_clear_error_and_leaves_nothing_half() {
    if let Some(folder) = env::var_os(FULL_DISK) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        return runtime.block_on(fill(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let own = env::current_exe().unwrap();
    let test = "disk::a_full_disk_is_a_clear_error_and_leaves_nothing_half";
    let run = |shell: &[&str], script: &str| {
        let mut command = Command::new(shell[0]);
        command
            .args(&shell[1..])
            .args(["-c", script, "sh"])
            .arg(&own)
            .arg(folder.path())
            .arg(test);
        command.env(FULL_DISK, folder.path()).output().unwrap()
    };
    let can_mount = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs"])
        .arg(folder.path())
        .status();
    let output = if can_mount.is_ok_and(|status| status.success()) {
        let script = "mount -t tmpfs -o size=512k tmpfs \"$2\" && exec \"$1\" --exact \"$3\"";
        run(&["unshare", "-rm", "sh"], script)
    } else {
        run(&["sh"], "trap '' XFSZ; ulimit -f 512; exec \"$1\" --exact \"$3\"")
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

async fn fill(folder: &Path) {
    let disk = open(folder);
    let (small, few) = blob(1, 1_000);
    disk.put(&small, &few).await.unwrap();
    let (large, many) = blob(2, 1_000_000);
    let error = disk.put(&large, &many).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("make room"), "{error}");
    assert_eq!(disk.head(&large).await.unwrap(), None);
    assert_eq!(files(folder), [disk.path(&small)], "nothing is left of it");
    assert_eq!(disk.get(&small).await.unwrap(), Some(few));
    let (other, bytes) = blob(3, 100_000);
    disk.put(&other, &bytes).await.unwrap();
    assert_eq!(disk.get(&other).await.unwrap(), Some(bytes));
}
