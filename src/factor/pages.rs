//! Large buffers whose memory comes in large pieces.
//!
//! A factor or a block of columns is hundreds of megabytes that are written once: taken page by page, 4 kB at
//! a time, the faults alone cost a tenth of the factorization on one thread and most of the gain on
//! two. So the operating system is asked for large pages (Linux, `madvise`), and beyond
//! [`HUGE_BYTES`] for all pages at once: that many large pages a virtual machine may have to get from its
//! host first, which costs more than they save.

use memmap2::{MmapMut, MmapOptions};

/// Buffers below this many bytes are taken from the allocator.
const LARGE_BYTES: usize = 4 << 20;

/// Buffers from this many bytes on are filled with pages at once.
const HUGE_BYTES: usize = 256 << 20;

/// Numbers, zero at first. Derefs to a slice.
#[derive(Debug)]
pub struct Pages(Storage);

#[derive(Debug)]
enum Storage {
    Small(Vec<f64>),
    Large(MmapMut),
}

impl Pages {
    /// `length` zeros, or `None` where the memory can't be had.
    pub fn zeroed(length: usize) -> Option<Self> {
        let bytes = length.checked_mul(size_of::<f64>())?;
        if bytes < LARGE_BYTES {
            return Some(Self(Storage::Small(vec![0.0; length])));
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

impl std::ops::Deref for Pages {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        match &self.0 {
            Storage::Small(values) => values,
            Storage::Large(map) => bytemuck::cast_slice(map),
        }
    }
}

impl std::ops::DerefMut for Pages {
    fn deref_mut(&mut self) -> &mut [f64] {
        match &mut self.0 {
            Storage::Small(values) => values,
            Storage::Large(map) => bytemuck::cast_slice_mut(map),
        }
    }
}

impl PartialEq for Pages {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
