use crate::args::Args;
pub const HELP: &str = "";
pub fn main(_args: Args) -> anyhow::Result<()> {
    Ok(())
}
