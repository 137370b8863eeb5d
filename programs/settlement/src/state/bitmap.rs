/// One bit for each leaf of a tree, the lowest bit of a byte first.
pub struct Bitmap<'a>(&'a mut [u8]);

impl<'a> Bitmap<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self(bytes)
    }

    /// Bytes for so many bits.
    pub const fn len(bits: u32) -> usize {
        bits.div_ceil(8) as usize
    }

    /// Whether bit `index` is set; a bit outside is not.
    pub fn get(&self, index: u32) -> bool {
        let byte = self.0.get(index as usize / 8).copied().unwrap_or(0);
        byte & (1 << (index % 8)) != 0
    }

    /// Makes bit `index` into `value`, and returns whether that was a change. A bit outside never changes.
    pub fn put(&mut self, index: u32, value: bool) -> bool {
        let Some(byte) = self.0.get_mut(index as usize / 8) else {
            return false;
        };
        let mask = 1 << (index % 8);
        let changed = (*byte & mask != 0) != value;
        if changed {
            *byte ^= mask;
        }
        changed
    }
}
