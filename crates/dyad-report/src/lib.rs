//! Turns findings into figures, tables, text and one HTML page.
