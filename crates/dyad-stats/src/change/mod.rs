//! Reliable and clinically significant change, sudden gains and losses.
