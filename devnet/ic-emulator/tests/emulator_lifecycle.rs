//! Creating, installing, upgrading, stopping and deleting canisters.

mod common;

use candid::{Decode, Encode, Principal};
use common::*;
use ic_emulator::Emulator;
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, CanisterStatusType, ChunkHash, InstallChunkedCodeArgs,
    ProvisionalCreateCanisterWithCyclesArgs, UpgradeFlags, UploadChunkArgs, WasmMemoryPersistence,
};
use sha2::{Digest, Sha256};

const UPGRADE: CanisterInstallMode = CanisterInstallMode::Upgrade(None);

/// Counts on the heap (`inc`, `heap`); `pre_upgrade` writes 5 to stable memory and `post_upgrade` certifies it.
const PERSISTENT: &str = r#"
    (func (export "canister_update inc") (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (call $reply))
    (func (export "canister_query heap") (call $reply_u32 (i32.load (i32.const 0))))
    (func (export "canister_query stable")
        (if (i64.eqz (call $stable_size)) (then (call $reply_u32 (i32.const 0)) (return)))
        (call $stable_read (i64.const 8) (i64.const 65532) (i64.const 4))
        (call $reply_u32 (i32.load (i32.const 8))))
    (func (export "canister_pre_upgrade")
        (drop (call $stable_grow (i64.const 1)))
        (i32.store (i32.const 8) (i32.const 5))
        (call $stable_write (i64.const 65532) (i64.const 8) (i64.const 4)))"#;

fn install(
    emulator: &Emulator,
    id: Principal,
    mode: CanisterInstallMode,
    body: &str,
) -> Result<(), ic_emulator::Reject> {
    install_as(emulator, owner(), id, mode, &canister(body))
}

#[test]
fn stable_memory_survives_an_upgrade_and_the_heap_does_not() {
    let emulator = emulator();
    let id = deploy(&emulator, PERSISTENT);
    update(&emulator, id, "inc").unwrap();
    install(&emulator, id, UPGRADE, PERSISTENT).unwrap();
    assert_eq!(number(query(&emulator, id, "heap")), 0);
    assert_eq!(number(query(&emulator, id, "stable")), 5);

    install(&emulator, id, CanisterInstallMode::Reinstall, PERSISTENT).unwrap();
    assert_eq!(
        number(query(&emulator, id, "stable")),
        0,
        "nothing survives a reinstallation"
    );
}

#[test]
fn upgrades_can_skip_pre_upgrade_and_keep_the_heap() {
    let emulator = emulator();
    let id = deploy(&emulator, PERSISTENT);
    update(&emulator, id, "inc").unwrap();
    let flags = UpgradeFlags {
        skip_pre_upgrade: Some(true),
        wasm_memory_persistence: Some(WasmMemoryPersistence::Keep),
    };
    install(
        &emulator,
        id,
        CanisterInstallMode::Upgrade(Some(flags)),
        PERSISTENT,
    )
    .unwrap();
    assert_eq!(number(query(&emulator, id, "stable")), 0);
    assert_eq!(number(query(&emulator, id, "heap")), 1);
}

#[test]
fn a_failed_upgrade_changes_nothing() {
    let emulator = emulator();
    let id = deploy(&emulator, PERSISTENT);
    update(&emulator, id, "inc").unwrap();
    let before = status(&emulator, id);
    for (body, error) in [
        (
            r#"(func (export "canister_post_upgrade") (unreachable))"#,
            ErrorCode::CanisterTrapped,
        ),
        (
            r#"(func $s (unreachable)) (start $s)"#,
            ErrorCode::CanisterTrapped,
        ),
        (
            r#"(func (export "canister_post_upgrade") (loop (br 0)))"#,
            ErrorCode::CanisterInstructionLimitExceeded,
        ),
        (
            r#"(func (export "canister_post_upgrade") (param i32))"#,
            ErrorCode::CanisterInvalidWasm,
        ),
        (
            r#"(func (export "canister_post_upgrade") (call $reply))"#,
            ErrorCode::CanisterContractViolation,
        ),
    ] {
        let reject = install(&emulator, id, UPGRADE, body).unwrap_err();
        assert_eq!(reject.error, Some(error), "{body}: {reject}");
        assert_eq!(number(query(&emulator, id, "heap")), 1);
        assert_eq!(
            number(query(&emulator, id, "stable")),
            0,
            "also what pre_upgrade did"
        );
        assert_eq!(status(&emulator, id).module_hash, before.module_hash);
    }
    // A pre_upgrade that traps keeps the old code in place.
    let stuck = deploy(
        &emulator,
        r#"(func (export "canister_pre_upgrade") (unreachable))"#,
    );
    install(&emulator, stuck, UPGRADE, COUNTER).unwrap_err();
    assert_eq!(
        query(&emulator, stuck, "get").unwrap_err().error,
        Some(ErrorCode::CanisterMethodNotFound)
    );
}

#[test]
fn init_sees_its_argument_and_the_start_function_runs_once() {
    let emulator = emulator();
    let body = r#"
        (func $start (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
        (start $start)
        (func (export "canister_init") (i32.store (i32.const 4) (call $arg_size)))
        (func (export "canister_update starts") (call $reply_u32 (i32.load (i32.const 0))))
        (func (export "canister_query argument") (call $reply_u32 (i32.load (i32.const 4))))"#;
    let id = create(&emulator, 0);
    let mut args = install_args(id, CanisterInstallMode::Install, &canister(body));
    args.arg = vec![1; 9];
    manage(&emulator, owner(), "install_code", &args).unwrap();
    assert_eq!(number(query(&emulator, id, "argument")), 9);
    for _ in 0..2 {
        assert_eq!(number(update(&emulator, id, "starts")), 1);
    }
}

#[test]
fn only_controllers_install_and_manage() {
    let emulator = emulator();
    let id = create(&emulator, 0);
    let wasm = canister(COUNTER);
    let reject = install_as(&emulator, stranger(), id, CanisterInstallMode::Install, &wasm).unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterInvalidController));
    assert!(reject.message.contains(&stranger().to_text()), "{reject}");
    for method in [
        "start_canister",
        "stop_canister",
        "delete_canister",
        "canister_status",
        "uninstall_code",
    ] {
        let arg = CanisterIdRecord { canister_id: id };
        let reject = manage(&emulator, stranger(), method, &arg).unwrap_err();
        assert_eq!(
            reject.error,
            Some(ErrorCode::CanisterInvalidController),
            "{method}"
        );
    }
    assert_eq!(status(&emulator, id).module_hash, None);

    set_controllers(&emulator, id, vec![stranger()]).unwrap();
    install_as(&emulator, stranger(), id, CanisterInstallMode::Install, &wasm).unwrap();
    install_as(&emulator, owner(), id, UPGRADE, &wasm).unwrap_err();
    set_controllers(&emulator, id, vec![owner()]).unwrap_err();
}

#[test]
fn a_canister_has_at_most_ten_controllers() {
    let emulator = emulator();
    let id = create(&emulator, 0);
    let reject = set_controllers(&emulator, id, vec![owner(); 11]).unwrap_err();
    assert!(reject.message.contains("11 controllers"), "{reject}");
}

#[test]
fn installing_over_code_and_upgrading_nothing_are_refused() {
    let emulator = emulator();
    let id = create(&emulator, 0);
    let reject = install(&emulator, id, UPGRADE, COUNTER).unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterWasmModuleNotFound));
    install(&emulator, id, CanisterInstallMode::Install, COUNTER).unwrap();
    let reject = install(&emulator, id, CanisterInstallMode::Install, COUNTER).unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterAlreadyInstalled));
}

#[test]
fn malformed_modules_are_refused_with_the_reason() {
    let emulator = emulator();
    let id = create(&emulator, 0);
    let whole = canister(COUNTER);
    let text = |text: &str| wat::parse_str(text).unwrap();
    for (wasm, reason) in [
        (vec![], "malformed wasm module"),
        (b"hello".to_vec(), "malformed wasm module"),
        (whole[..whole.len() - 3].to_vec(), "malformed wasm module"),
        (vec![0x1f, 0x8b, 8, 0], "gzip"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "component"),
        (
            text(r#"(module (import "ic0" "mint_cycles" (func (param i64) (result i64))))"#),
            "`ic0.mint_cycles`",
        ),
        (text(r#"(module (import "env" "print" (func)))"#), "`env.print`"),
        (
            text(r#"(module (import "ic0" "time" (func (result i32))))"#),
            "ic0",
        ),
        (
            text(r#"(module (import "ic0" "memory" (memory 1)))"#),
            "not a function",
        ),
        (
            text(r#"(module (global (mut funcref) (ref.null func)))"#),
            "reference type",
        ),
        (text(r#"(module (memory 65536))"#), "memory"),
        (text(r#"(module (table 4294967295 funcref))"#), "table"),
        (
            text(r#"(module (func (result i32) (i64.const 0)))"#).to_vec(),
            "malformed wasm module",
        ),
    ] {
        let reject = install_as(&emulator, owner(), id, CanisterInstallMode::Install, &wasm).unwrap_err();
        assert_eq!(reject.error, Some(ErrorCode::CanisterInvalidWasm), "{reject}");
        assert!(reject.message.contains(reason), "{reason}: {reject}");
    }
    // Cut or changed anywhere, a module is an error or another module, but no panic.
    for n in 0..whole.len() {
        let _ = install_as(
            &emulator,
            owner(),
            id,
            CanisterInstallMode::Reinstall,
            &whole[..n],
        );
        let mut changed = whole.clone();
        changed[n] ^= 0x55;
        let _ = install_as(&emulator, owner(), id, CanisterInstallMode::Reinstall, &changed);
    }
}

#[test]
fn a_stopped_canister_takes_no_calls_until_it_is_started() {
    let emulator = emulator();
    let id = deploy(&emulator, COUNTER);
    let arg = CanisterIdRecord { canister_id: id };
    let reject = manage(&emulator, owner(), "delete_canister", &arg).unwrap_err();
    assert_eq!(reject.error, Some(ErrorCode::CanisterNotStopped));
    manage(&emulator, owner(), "stop_canister", &arg).unwrap();
    assert_eq!(status(&emulator, id).status, CanisterStatusType::Stopped);
    assert_eq!(
        update(&emulator, id, "inc").unwrap_err().error,
        Some(ErrorCode::CanisterStopped)
    );
    assert_eq!(
        query(&emulator, id, "get").unwrap_err().error,
        Some(ErrorCode::CanisterStopped)
    );
    manage(&emulator, owner(), "start_canister", &arg).unwrap();
    assert_eq!(number(update(&emulator, id, "inc")), 1);

    manage(&emulator, owner(), "stop_canister", &arg).unwrap();
    manage(&emulator, owner(), "delete_canister", &arg).unwrap();
    assert_eq!(
        update(&emulator, id, "inc").unwrap_err().error,
        Some(ErrorCode::CanisterNotFound)
    );
}

#[test]
fn uninstalled_code_leaves_the_canister_and_its_cycles() {
    let emulator = emulator();
    let id = deploy(&emulator, COUNTER);
    manage(
        &emulator,
        owner(),
        "uninstall_code",
        &CanisterIdRecord { canister_id: id },
    )
    .unwrap();
    assert_eq!(
        query(&emulator, id, "get").unwrap_err().error,
        Some(ErrorCode::CanisterWasmModuleNotFound)
    );
    assert_eq!(cycles(&emulator, id), TRILLION);
    install(&emulator, id, CanisterInstallMode::Install, COUNTER).unwrap();
}

#[test]
fn canisters_get_the_wanted_id_once() {
    let emulator = emulator();
    let wanted = Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap();
    let args = |id| ProvisionalCreateCanisterWithCyclesArgs {
        amount: None,
        settings: None,
        specified_id: Some(id),
        sender_canister_version: None,
    };
    let create = |id| {
        manage(
            &emulator,
            owner(),
            "provisional_create_canister_with_cycles",
            &args(id),
        )
    };
    let id = Decode!(&create(wanted).unwrap(), CanisterIdRecord)
        .unwrap()
        .canister_id;
    assert_eq!(id, wanted);
    assert_eq!(
        create(wanted).unwrap_err().error,
        Some(ErrorCode::CanisterIdAlreadyExists)
    );
    assert_eq!(
        create(owner()).unwrap_err().error,
        Some(ErrorCode::CanisterNotHostedBySubnet)
    );
    // The third canister would have that id.
    let ids: Vec<_> = (0..3).map(|_| common::create(&emulator, 0)).collect();
    assert!(!ids.contains(&wanted));
}

#[test]
fn a_module_can_come_in_chunks() {
    let emulator = emulator();
    let id = create(&emulator, 0);
    let wasm = canister(COUNTER);
    let (first, second) = wasm.split_at(1_000);
    let upload = |chunk: &[u8]| {
        let args = UploadChunkArgs {
            canister_id: id,
            chunk: chunk.to_vec(),
        };
        let reply = manage(&emulator, owner(), "upload_chunk", &args)?;
        Ok::<_, ic_emulator::Reject>(Decode!(&reply, ChunkHash).unwrap())
    };
    let hashes = vec![upload(first).unwrap(), upload(second).unwrap()];
    let args = |chunk_hashes_list: Vec<ChunkHash>| InstallChunkedCodeArgs {
        mode: CanisterInstallMode::Install,
        target_canister: id,
        store_canister: None,
        chunk_hashes_list,
        wasm_module_hash: Sha256::digest(&wasm).to_vec(),
        arg: vec![],
        sender_canister_version: None,
    };
    let install = |hashes| manage(&emulator, owner(), "install_chunked_code", &args(hashes));
    let reject = install(vec![hashes[1].clone(), hashes[0].clone()]).unwrap_err();
    assert!(reject.message.contains("wasm_module_hash"), "{reject}");
    let reject = install(vec![ChunkHash { hash: vec![1; 32] }]).unwrap_err();
    assert!(reject.message.contains("no chunk with hash 0101"), "{reject}");
    install(hashes).unwrap();
    assert_eq!(number(update(&emulator, id, "inc")), 1);
    assert!(
        upload(&vec![0; 1024 * 1024 + 1])
            .unwrap_err()
            .message
            .contains("1048577")
    );
}

#[test]
fn a_canister_installs_from_its_own_store_or_one_that_it_controls() {
    let emulator = emulator();
    let [installer, target, other] = [(); 3].map(|()| deploy(&emulator, FORWARDER));
    set_controllers(&emulator, target, vec![owner(), installer]).unwrap();
    let wasm = canister(COUNTER);
    for canister_id in [installer, other] {
        let chunk = wasm.clone();
        manage(
            &emulator,
            owner(),
            "upload_chunk",
            &UploadChunkArgs { canister_id, chunk },
        )
        .unwrap();
    }
    let install_from = |store| {
        let hash = Sha256::digest(&wasm).to_vec();
        let args = InstallChunkedCodeArgs {
            mode: CanisterInstallMode::Reinstall,
            target_canister: target,
            store_canister: Some(store),
            chunk_hashes_list: vec![ChunkHash { hash: hash.clone() }],
            wasm_module_hash: hash,
            arg: vec![],
            sender_canister_version: None,
        };
        let management = Principal::management_canister();
        let arg = forwarded(0, management, "install_chunked_code", &Encode!(&args).unwrap());
        emulator.update(owner(), installer, "forward", arg)
    };
    let reject = install_from(other).unwrap_err();
    assert!(
        reject
            .message
            .contains(&format!("Only controllers of canister {other}")),
        "{reject}"
    );
    assert!(update(&emulator, target, "inc").is_err(), "nothing was installed");
    install_from(installer).unwrap();
    assert_eq!(number(update(&emulator, target, "inc")), 1);
}
