//! A small deterministic generator.

/// SplitMix64, seeded with the hash of a place (a path, a field name, an index): the values of a
/// place do not depend on what was generated before.
#[derive(Clone, Copy, Debug)]
pub struct Rng(u64);

impl Rng {
    /// Returns a generator for a seed and a place.
    pub fn of(seed: u64, place: &str) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)).at(place)
    }

    /// Returns a generator for a place below this one (FNV-1a).
    pub fn at(self, name: &str) -> Self {
        Self(
            name.bytes()
                .fold(self.0, |h, b| {
                    (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
                })
                .rotate_left(7),
        )
    }

    pub fn nth(self, n: u64) -> Self {
        Self((self.0 ^ n).wrapping_mul(0x0100_0000_01b3).rotate_left(7))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// Returns a number from 0 to 1.
    pub fn fraction(&mut self) -> f64 {
        self.below(1_000_000) as f64 / 1e6
    }

    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        of.get(self.below(of.len() as u64) as usize).copied()
    }

    pub fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(
            ((u128::from(self.next()) << 64) | u128::from(self.next())).to_be_bytes(),
        )
        .into_uuid()
        .to_string()
    }

    pub fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }

    pub fn hex(&mut self, n: usize) -> String {
        (0..n)
            .filter_map(|_| char::from_digit(self.below(16) as u32, 16))
            .collect()
    }
}
