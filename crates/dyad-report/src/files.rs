//! Names of the files of a report.

/// A name that every file system accepts: letters, digits, `-`, `_` and `.`; anything else becomes `-`.
pub(crate) fn safe(id: &str) -> String {
    let name: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    let name = name.trim_matches('.').to_owned();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// The name of a table's or a figure's file, without its extension.
pub(crate) fn name(plugin: &str, id: &str) -> String {
    format!("{}-{}", safe(plugin), safe(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_folder() {
        assert_eq!(name("a", "../../etc/passwd"), "a--..-etc-passwd");
        assert!(!name("..", "..").contains(".."));
        assert_eq!(safe(""), "unnamed");
    }
}
