//! Analysis plugin: therapist-burnout.
