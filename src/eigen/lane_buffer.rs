//! Memory of the lanes: numbers that start on a cache line and are kept from group to group.

use pulp::Simd;

use super::lanes::Real;

/// Numbers in a cache line of 64 bytes.
const LINE: usize = 8;

/// Vectors from one column to the next of a matrix of size `n`: odd, so that the columns begin in all
/// parts of a cache. With 64 vectors they would all compete for the same few lines.
pub(super) fn column_stride(n: usize) -> usize {
    n | 1
}

/// A buffer that grows to the largest size it has met.
///
/// It starts on a cache line, so that no vector of eight numbers lies across two of them.
#[derive(Debug, Default)]
pub(super) struct LaneBuffer {
    storage: Vec<f64>,
    /// Where the first cache line begins.
    start: usize,
    /// Numbers in use from there on.
    len: usize,
}

impl LaneBuffer {
    /// The first `count` vectors. Keeps what is there; new room is zero.
    pub fn reals<S: Simd>(&mut self, count: usize) -> &mut [Real<S>] {
        let len = count * S::F64_LANES;
        if len > self.len {
            self.grow(len);
        }
        bytemuck::cast_slice_mut(&mut self.numbers()[..len])
    }

    /// All numbers, lane after lane of one vector after the other.
    pub fn numbers(&mut self) -> &mut [f64] {
        &mut self.storage[self.start..self.start + self.len]
    }

    fn grow(&mut self, len: usize) {
        let mut storage = vec![0.0_f64; len + LINE];
        // The address is unknown only where the interpreter of constants runs: then any start is as good.
        let start = storage.as_ptr().align_offset(LINE * size_of::<f64>()).min(LINE);
        storage[start..start + self.len].copy_from_slice(self.numbers());
        (self.storage, self.start, self.len) = (storage, start, len);
    }
}

#[cfg(test)]
mod tests {
    use super::LaneBuffer;

    #[test]
    fn keeps_its_numbers_when_it_grows_and_starts_on_a_cache_line() {
        let mut buffer = LaneBuffer::default();
        assert!(buffer.numbers().is_empty());
        buffer.reals::<pulp::Scalar>(3).copy_from_slice(&[1.0, 2.0, 3.0]);
        assert_eq!(buffer.reals::<pulp::Scalar>(5), [1.0, 2.0, 3.0, 0.0, 0.0]);
        for count in [6, 100, 1000] {
            assert_eq!(buffer.reals::<pulp::Scalar>(count).as_ptr().align_offset(64), 0);
        }
        assert_eq!(buffer.reals::<pulp::Scalar>(2), [1.0, 2.0]);
        assert_eq!(buffer.numbers().len(), 1000);
    }
}
