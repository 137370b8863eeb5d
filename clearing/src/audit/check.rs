use serde::Serialize;

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What holds if nothing differs.
    pub meaning: &'static str,
    /// What differs.
    pub differences: Vec<String>,
}

impl Check {
    pub(super) const fn new(name: &'static str, meaning: &'static str, differences: Vec<String>) -> Self {
        Self {
            name,
            meaning,
            differences,
        }
    }

    /// Whether it holds.
    pub fn ok(&self) -> bool {
        self.differences.is_empty()
    }
}
