//! Whether a published effect holds here.
