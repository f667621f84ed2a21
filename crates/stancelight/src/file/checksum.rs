//! The file's checksum: bytes come in, their CRC-32 (IEEE) goes out.
//!
//! It is the library's, but for browsers: its tables are 16 KB that no compression makes smaller, an eighth of all
//! that a reader would download. There the tables are made when a model is loaded, within microseconds.

#[cfg(not(target_family = "wasm"))]
pub(super) use crc32fast::hash as checksum;
#[cfg(target_family = "wasm")]
pub(super) use own::checksum;

#[cfg(any(test, target_family = "wasm"))]
mod own {
    /// CRC-32 of eight bytes at a time (Kounavis and Berry 2005).
    pub(in crate::file) fn checksum(bytes: &[u8]) -> u32 {
        let tables = tables();
        let (chunks, rest) = bytes.as_chunks::<8>();
        let crc = chunks.iter().fold(!0, |crc, &chunk| {
            let chunk = u64::from_le_bytes(chunk) ^ u64::from(crc);
            chunk.to_be_bytes().iter().zip(&tables).fold(0, |crc, (&byte, table)| crc ^ table[usize::from(byte)])
        });
        let next = |crc: u32, &byte: &u8| (crc >> 8) ^ tables[0][usize::from(crc.to_le_bytes()[0] ^ byte)];
        !rest.iter().fold(crc, next)
    }

    /// What a byte makes of the checksum, and what that is after one to seven bytes more.
    fn tables() -> [[u32; 256]; 8] {
        const POLYNOMIAL: u32 = 0xedb8_8320;
        let mut tables = [[0; 256]; 8];
        for (crc, byte) in tables[0].iter_mut().zip(0..) {
            *crc = (0..8).fold(byte, |crc, _| (crc >> 1) ^ ((crc & 1) * POLYNOMIAL));
        }
        let first = tables[0];
        for i in 1..8 {
            tables[i] = tables[i - 1].map(|crc| (crc >> 8) ^ first[usize::from(crc.to_le_bytes()[0])]);
        }
        tables
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn browsers_find_the_same_checksum(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(super::own::checksum(&bytes), super::checksum(&bytes));
        }
    }
}
