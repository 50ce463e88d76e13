//! A reader over bytes that cannot leave them: every number of a damaged header is checked by use.

/// The file ended before what its header promised, or a number makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

/// Reads numbers and stretches, in one byte order.
#[derive(Clone, Debug)]
pub(super) struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
    pub(super) big_endian: bool,
}

macro_rules! number {
    ($name:ident, $type:ty) => {
        #[doc = concat!("The next ", stringify!($type), ".")]
        pub(super) fn $name(&mut self) -> Result<$type, Damaged> {
            let raw: [u8; size_of::<$type>()] = self.array()?;
            Ok(if self.big_endian {
                <$type>::from_be_bytes(raw)
            } else {
                <$type>::from_le_bytes(raw)
            })
        }
    };
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { all: bytes, at: 0, big_endian: false }
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes to a position.
    pub(super) fn seek(&mut self, at: usize) -> Result<(), Damaged> {
        self.at = (at <= self.all.len()).then_some(at).ok_or(Damaged)?;
        Ok(())
    }

    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Damaged> {
        let end = self.at.checked_add(n).ok_or(Damaged)?;
        let taken = self.all.get(self.at..end).ok_or(Damaged)?;
        self.at = end;
        Ok(taken)
    }

    /// Everything from here.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.all[self.at..]
    }

    /// The next bytes, if they are `word`.
    pub(super) fn expect(&mut self, word: &[u8]) -> Result<(), Damaged> {
        if self.take(word.len())? == word { Ok(()) } else { Err(Damaged) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        self.take(N)?.try_into().map_err(|_| Damaged)
    }

    /// A count of things that take at least `each` bytes: no more of them than the rest of the file can hold.
    pub(super) fn fits(&self, count: i64, each: usize) -> Result<usize, Damaged> {
        let count = usize::try_from(count).map_err(|_| Damaged)?;
        if count.checked_mul(each).is_some_and(|n| n <= self.all.len() - self.at) {
            Ok(count)
        } else {
            Err(Damaged)
        }
    }

    number!(u8, u8);
    number!(i8, i8);
    number!(u16, u16);
    number!(i16, i16);
    number!(i32, i32);
    number!(u32, u32);
    number!(i64, i64);
    number!(u64, u64);
    number!(f32, f32);
    number!(f64, f64);
}

/// A text field: up to its first NUL, without the blanks that fill it up.
pub(super) fn field(raw: &[u8]) -> &[u8] {
    let end = raw.iter().position(|b| *b == 0).unwrap_or(raw.len());
    raw[..end].trim_ascii_end()
}
