//! How wide a text will be, without a font.

/// Advance widths of the printable ASCII characters in the font `DejaVu Sans`, per mille of the font size. It is among the widest of the
/// system fonts a browser may choose, so a box that holds it holds the others.
const ADVANCE: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, //
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, //
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, //
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, //
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, //
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// The advance of characters outside ASCII that figures use, and of any other.
fn advance(character: char) -> u16 {
    match character {
        ' '..='~' => ADVANCE[(character as usize) - 32],
        '−' | '±' | '×' | '≤' | '≥' => 838,
        '²' | '³' => 401,
        '′' => 227,
        '…' => 1000,
        _ => 640,
    }
}

/// Returns the width of a text in the unit of `size`.
#[must_use]
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| f64::from(advance(c))).sum::<f64>() * size / 1000.0
}

/// Breaks a text at spaces into lines no wider than `width`; a longer word stands alone.
#[must_use]
pub(crate) fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Moves labels apart that would overlap, as little as needed and not below `bottom`: each comes as the middle of its first line and
/// its height, and the middles are returned in the same order.
#[must_use]
pub(crate) fn spread_apart(wanted: &[(f64, f64)], bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].0.total_cmp(&wanted[b].0));
    let mut placed: Vec<f64> = wanted.iter().map(|w| w.0).collect();
    let mut free = f64::NEG_INFINITY;
    for &index in &order {
        placed[index] = placed[index].max(free);
        free = placed[index] + wanted[index].1;
    }
    let mut limit = bottom + 8.0;
    for &index in order.iter().rev() {
        placed[index] = placed[index].min(limit - wanted[index].1);
        limit = placed[index];
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let text = "no alliance rating in sessions 3-5 and no outcome at all";
        let lines = wrap(text, 12.0, 120.0);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| text_width(line, 12.0) <= 120.0));
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn width_counts_characters_not_bytes() {
        assert!((text_width("−", 10.0) - 8.38).abs() < 1e-9);
    }

    #[test]
    fn labels_that_would_overlap_move_apart_and_stay_above_the_axis() {
        let placed = spread_apart(&[(99.0, 16.0), (98.0, 16.0), (10.0, 16.0)], 100.0);
        assert!((placed[2] - 10.0).abs() < 1e-9);
        assert!(placed[0] - placed[1] >= 16.0 - 1e-9 && placed[0] + 16.0 <= 108.0 + 1e-9);
    }
}
