//! Ruptures and repairs in a client's series: detectors, repair, agreement.
