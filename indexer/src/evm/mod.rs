//! EVM networks: the logs of any contract by its ABI, followed block by block near the head and by ranges before it.

mod abi;
mod blocks;
mod catch_up;
mod finality;
mod position;
mod reorg;
mod rpc;
mod shape;
mod source;
mod wake;

pub use abi::{Abi, AbiError, DecodeError, Reading};
pub use source::{EvmContract, EvmOptions, EvmSource};
