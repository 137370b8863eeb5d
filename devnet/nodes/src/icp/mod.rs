//! An IC node.
/// A running IC node.
#[derive(Debug)]
pub struct IcNode {}
