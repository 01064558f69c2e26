//! SIMD lanes: several matrices side by side, element `(i, j)` of lane `l` at `a[j * ld + i]`, component `l`.
//!
//! All kernels in lanes use the operations of [`Lanes`], which are exact IEEE operations in each lane by
//! itself: what a matrix gets does not depend on its neighbours. AVX-512 and AVX2 fuse the same products
//! and sums; without a fused instruction (`Plain` on x86) the last bits differ, and so they do where a kernel adds
//! across lanes (the blocked Hessenberg reduction) or cuts its tiles by the number of registers (pairs).

use pulp::{Simd, WithSimd};

use super::EigenError;

/// Vector instructions that the lanes use.
///
/// The matrix products of the blocked Hessenberg reduction (general matrices of more than 112 rows) are faer's,
/// which chooses its instructions by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum InstructionSet {
    /// One matrix at a time, no vector instructions.
    Plain,
    /// Two lanes, AArch64.
    Neon,
    /// Four lanes, x86-64 with AVX2 and FMA.
    Avx2,
    /// Eight lanes, x86-64 with AVX-512.
    Avx512,
}

impl InstructionSet {
    /// The widest that this machine has.
    pub fn detect() -> Self {
        let all = [Self::Avx512, Self::Avx2, Self::Neon];
        all.into_iter().find(|set| set.is_available()).unwrap_or(Self::Plain)
    }

    /// Whether this machine has it.
    pub fn is_available(self) -> bool {
        match self {
            Self::Plain => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => pulp::x86::V3::try_new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => pulp::x86::V4::try_new().is_some(),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => pulp::aarch64::Neon::try_new().is_some(),
            _ => false,
        }
    }

    /// How many matrices are worked on at once.
    pub fn lanes(self) -> usize {
        match self {
            Self::Plain => 1,
            Self::Neon => 2,
            Self::Avx2 => 4,
            Self::Avx512 => 8,
        }
    }

    /// As options name it: `plain`, `neon`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The set for so many matrices in lanes: AVX2 where half of the lanes would be idle.
    ///
    /// In half of the memory. Only for kernels that do the same operations in each lane with both.
    pub(crate) fn for_lanes(self, count: usize) -> Self {
        let fits = self == Self::Avx512 && count <= Self::Avx2.lanes();
        if fits { Self::Avx2 } else { self }
    }

    /// `Ok` where this machine has it.
    pub(crate) fn check(self) -> Result<Self, EigenError> {
        if self.is_available() { Ok(self) } else { Err(EigenError::InstructionSetMissing { set: self }) }
    }

    /// Runs a kernel compiled for this set. The set must be available.
    pub(crate) fn run<Op: WithSimd>(self, kernel: Op) -> Op::Output {
        const CHECKED: &str = "available: checked when it was chosen";
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Simd::vectorize(pulp::x86::V4::try_new().expect(CHECKED), kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Simd::vectorize(pulp::x86::V3::try_new().expect(CHECKED), kernel),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => Simd::vectorize(pulp::aarch64::Neon::try_new().expect(CHECKED), kernel),
            _ => Simd::vectorize(pulp::Scalar, kernel),
        }
    }
}

impl std::fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Neon => "NEON",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        })
    }
}

impl std::str::FromStr for InstructionSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().replace('-', "").as_str() {
            "plain" => Ok(Self::Plain),
            "neon" => Ok(Self::Neon),
            "avx2" => Ok(Self::Avx2),
            "avx512" => Ok(Self::Avx512),
            _ => Err(format!("`{text}` is no instruction set: plain, neon, avx2 or avx512")),
        }
    }
}

/// The most lanes of any instruction set.
pub(crate) const MAX_LANES: usize = 8;

/// One number of each lane.
pub(crate) type Real<S> = <S as Simd>::f64s;
/// A yes or no of each lane.
pub(crate) type Mask<S> = <S as Simd>::m64s;

/// The operations of the lanes under short names.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<S: Simd>(pub S);

#[allow(clippy::inline_always)] // a call that is not inlined would lose the vector instructions
impl<S: Simd> Lanes<S> {
    /// Number of lanes.
    pub const COUNT: usize = S::F64_LANES;

    #[inline(always)]
    pub fn splat(self, value: f64) -> Real<S> {
        self.0.splat_f64s(value)
    }

    #[inline(always)]
    pub fn zero(self) -> Real<S> {
        self.0.splat_f64s(0.0)
    }

    #[inline(always)]
    pub fn add(self, a: Real<S>, b: Real<S>) -> Real<S> {
        self.0.add_f64s(a, b)
    }

    #[inline(always)]
    pub fn sub(self, a: Real<S>, b: Real<S>) -> Real<S> {
        self.0.sub_f64s(a, b)
    }

    #[inline(always)]
    pub fn mul(self, a: Real<S>, b: Real<S>) -> Real<S> {
        self.0.mul_f64s(a, b)
    }

    #[inline(always)]
    pub fn div(self, a: Real<S>, b: Real<S>) -> Real<S> {
        self.0.div_f64s(a, b)
    }

    /// `a b + c`
    #[inline(always)]
    pub fn fma(self, a: Real<S>, b: Real<S>, c: Real<S>) -> Real<S> {
        self.0.mul_add_e_f64s(a, b, c)
    }

    /// `c - a b`
    #[inline(always)]
    pub fn fnma(self, a: Real<S>, b: Real<S>, c: Real<S>) -> Real<S> {
        self.0.negate_mul_add_e_f64s(a, b, c)
    }

    #[inline(always)]
    pub fn neg(self, a: Real<S>) -> Real<S> {
        self.0.neg_f64s(a)
    }

    #[inline(always)]
    pub fn abs(self, a: Real<S>) -> Real<S> {
        self.0.abs_f64s(a)
    }

    #[inline(always)]
    pub fn sqrt(self, a: Real<S>) -> Real<S> {
        self.0.sqrt_f64s(a)
    }

    /// `|a|` with the sign of `b`
    #[inline(always)]
    pub fn copysign(self, a: Real<S>, b: Real<S>) -> Real<S> {
        let sign = self.0.and_f64s(b, self.0.splat_f64s(-0.0));
        self.0.or_f64s(self.abs(a), sign)
    }

    /// The larger one; the second where one is NaN.
    #[inline(always)]
    pub fn max(self, a: Real<S>, b: Real<S>) -> Real<S> {
        self.select(self.gt(a, b), a, b)
    }

    /// The smaller one; the second where one is NaN.
    #[inline(always)]
    pub fn min(self, a: Real<S>, b: Real<S>) -> Real<S> {
        self.select(self.lt(a, b), a, b)
    }

    #[inline(always)]
    pub fn lt(self, a: Real<S>, b: Real<S>) -> Mask<S> {
        self.0.less_than_f64s(a, b)
    }

    #[inline(always)]
    pub fn le(self, a: Real<S>, b: Real<S>) -> Mask<S> {
        self.0.less_than_or_equal_f64s(a, b)
    }

    #[inline(always)]
    pub fn gt(self, a: Real<S>, b: Real<S>) -> Mask<S> {
        self.0.greater_than_f64s(a, b)
    }

    #[inline(always)]
    pub fn eq(self, a: Real<S>, b: Real<S>) -> Mask<S> {
        self.0.equal_f64s(a, b)
    }

    #[inline(always)]
    pub fn and(self, a: Mask<S>, b: Mask<S>) -> Mask<S> {
        self.0.and_m64s(a, b)
    }

    #[inline(always)]
    pub fn or(self, a: Mask<S>, b: Mask<S>) -> Mask<S> {
        self.0.or_m64s(a, b)
    }

    #[inline(always)]
    pub fn not(self, a: Mask<S>) -> Mask<S> {
        self.0.not_m64s(a)
    }

    /// `a` where the mask says yes, else `b`
    #[inline(always)]
    pub fn select(self, mask: Mask<S>, a: Real<S>, b: Real<S>) -> Real<S> {
        self.0.select_f64s(mask, a, b)
    }

    /// `a` where the mask says yes, else 0
    #[inline(always)]
    pub fn keep(self, mask: Mask<S>, a: Real<S>) -> Real<S> {
        self.select(mask, a, self.zero())
    }

    /// Whether any lane says yes.
    #[inline(always)]
    pub fn any(self, mask: Mask<S>) -> bool {
        self.0.first_true_m64s(mask) < Self::COUNT
    }

    /// The sum over the lanes.
    #[inline(always)]
    pub fn sum(self, a: Real<S>) -> f64 {
        self.0.reduce_sum_f64s(a)
    }

    /// One number per lane from memory; `values` holds one for each lane.
    #[inline(always)]
    pub fn load(self, values: &[f64]) -> Real<S> {
        bytemuck::pod_read_unaligned(bytemuck::cast_slice(&values[..Self::COUNT]))
    }

    /// The numbers of all lanes.
    #[inline(always)]
    pub fn numbers(self, values: &Real<S>) -> &[f64] {
        bytemuck::cast_slice(std::slice::from_ref(values))
    }

    /// The numbers of all lanes, vector by vector.
    #[inline(always)]
    pub fn all_numbers(self, values: &[Real<S>]) -> &[f64] {
        bytemuck::cast_slice(values)
    }

    /// The numbers of all lanes, vector by vector, to be changed.
    #[inline(always)]
    pub fn all_numbers_mut(self, values: &mut [Real<S>]) -> &mut [f64] {
        bytemuck::cast_slice_mut(values)
    }
}
