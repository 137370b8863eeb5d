;; An EVM RPC canister that answers what it was told to.
;;
;; `script` takes the number of a method and its answers, each with its length before it (32 bits, little-endian): the
;; method gives one after the other and stays at the last. An answer of length 0 is a reject. `seen` takes the number of
;; a method and gives how often it was called, the cycles of the last call (128 bits) and its argument.
;;
;; Numbers: 0 eth_getTransactionCount, 1 eth_feeHistory, 2 eth_sendRawTransaction, 3 eth_getTransactionReceipt.
;; Memory: 32 bytes for each method from 0 on (position and end of its script, calls, length of the last argument,
;; cycles), a page for each script from page 1 on, two pages for each argument from page 6 on.
(module
    (import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reject" (func $reject (param i32 i32)))
    (import "ic0" "msg_cycles_accept128" (func $accept (param i64 i64 i32)))
    (memory 16)
    (data (i32.const 1000) "as the script says")

    (func $state (param $m i32) (result i32) (i32.mul (local.get $m) (i32.const 32)))
    (func $script (param $m i32) (result i32)
        (i32.mul (i32.add (local.get $m) (i32.const 1)) (i32.const 65536)))
    (func $argument (param $m i32) (result i32)
        (i32.add (i32.const 393216) (i32.mul (local.get $m) (i32.const 131072))))
    (func $number (result i32)
        (call $arg_copy (i32.const 900) (i32.const 0) (i32.const 1))
        (i32.load8_u (i32.const 900)))

    (func (export "canister_update script") (local $m i32) (local $size i32)
        (local.set $m (call $number))
        (local.set $size (i32.sub (call $arg_size) (i32.const 1)))
        (call $arg_copy (call $script (local.get $m)) (i32.const 1) (local.get $size))
        (i32.store (call $state (local.get $m)) (i32.const 0))
        (i32.store offset=4 (call $state (local.get $m)) (local.get $size))
        (call $reply))

    (func (export "canister_query seen") (local $m i32) (local $state i32)
        (local.set $m (call $number))
        (local.set $state (call $state (local.get $m)))
        (call $append (i32.add (local.get $state) (i32.const 8)) (i32.const 4))
        (call $append (i32.add (local.get $state) (i32.const 16)) (i32.const 16))
        (call $append (call $argument (local.get $m)) (i32.load offset=12 (local.get $state)))
        (call $reply))

    (func $answer (param $m i32) (local $state i32) (local $at i32) (local $length i32) (local $next i32)
        (local.set $state (call $state (local.get $m)))
        (call $accept (i64.const -1) (i64.const -1) (i32.add (local.get $state) (i32.const 16)))
        (i32.store offset=8 (local.get $state)
            (i32.add (i32.load offset=8 (local.get $state)) (i32.const 1)))
        (i32.store offset=12 (local.get $state) (call $arg_size))
        (call $arg_copy (call $argument (local.get $m)) (i32.const 0) (call $arg_size))
        (local.set $at (i32.add (call $script (local.get $m)) (i32.load (local.get $state))))
        (if (i32.ge_u (i32.load (local.get $state)) (i32.load offset=4 (local.get $state)))
            (then (call $reject (i32.const 1000) (i32.const 18)) (return)))
        (local.set $length (i32.load (local.get $at)))
        (local.set $next
            (i32.add (i32.load (local.get $state)) (i32.add (local.get $length) (i32.const 4))))
        (if (i32.lt_u (local.get $next) (i32.load offset=4 (local.get $state)))
            (then (i32.store (local.get $state) (local.get $next))))
        (if (i32.eqz (local.get $length))
            (then (call $reject (i32.const 1000) (i32.const 18)) (return)))
        (call $append (i32.add (local.get $at) (i32.const 4)) (local.get $length))
        (call $reply))

    (func (export "canister_update eth_getTransactionCount") (call $answer (i32.const 0)))
    (func (export "canister_update eth_feeHistory") (call $answer (i32.const 1)))
    (func (export "canister_update eth_sendRawTransaction") (call $answer (i32.const 2)))
    (func (export "canister_update eth_getTransactionReceipt") (call $answer (i32.const 3))))
