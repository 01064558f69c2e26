//! Large buffers whose memory comes in large pieces.
//!
//! A matrix, a factor or a block of columns is hundreds of megabytes that are written once: taken page by page, 4 kB at
//! a time, the faults alone cost a tenth of the factorization on one thread and most of the gain on
//! two; of an assembly they cost a third. So the operating system is asked for large pages (Linux, `madvise`), and beyond
//! [`HUGE_BYTES`] for all pages at once: that many large pages a virtual machine may have to get from its
//! host first, which costs more than they save.

use bytemuck::Pod;
use memmap2::{MmapMut, MmapOptions};

/// Buffers below this many bytes are taken from the allocator.
const LARGE_BYTES: usize = 4 << 20;

/// Buffers from this many bytes on are filled with pages at once.
const HUGE_BYTES: usize = 256 << 20;

/// Numbers in memory that comes in large pieces, or in a vector that was given. Derefs to a slice.
#[derive(Debug)]
pub struct Pages<T = f64>(Storage<T>);

#[derive(Debug)]
enum Storage<T> {
    Small(Vec<T>),
    Large(MmapMut),
}

impl<T: Pod> Pages<T> {
    /// `length` zeros, or `None` where the memory can't be had.
    pub fn zeroed(length: usize) -> Option<Self> {
        let bytes = length.checked_mul(size_of::<T>())?;
        if bytes < LARGE_BYTES {
            return Some(Self(Storage::Small(vec![T::zeroed(); length])));
        }
        let mut wanted = MmapOptions::new();
        wanted.len(bytes);
        if bytes >= HUGE_BYTES {
            wanted.populate();
        }
        let map = wanted.map_anon().ok()?;
        // Only a wish: without large pages the buffer works as well.
        #[cfg(target_os = "linux")]
        if bytes < HUGE_BYTES {
            let _ = map.advise(memmap2::Advice::HugePage);
        }
        Some(Self(Storage::Large(map)))
    }

    /// As [`Pages::zeroed`].
    ///
    /// # Panics
    /// Where the memory can't be had, as `vec!` aborts then.
    pub fn zeroed_or_panic(length: usize) -> Self {
        Self::zeroed(length).unwrap_or_else(|| panic!("no memory for {length} numbers"))
    }
}

impl<T> From<Vec<T>> for Pages<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Storage::Small(values))
    }
}

impl<T: Pod> Clone for Pages<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeroed_or_panic(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl<T: Pod> std::ops::Deref for Pages<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Storage::Small(values) => values,
            Storage::Large(map) => bytemuck::cast_slice(map),
        }
    }
}

impl<T: Pod> std::ops::DerefMut for Pages<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Storage::Small(values) => values,
            Storage::Large(map) => bytemuck::cast_slice_mut(map),
        }
    }
}

impl<T: Pod + PartialEq> PartialEq for Pages<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
