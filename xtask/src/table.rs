//! Columns for people: the closing table of `ci`, `consumers` and `bench`.

use std::time::Duration;

/// Rows as lines, each column as wide as its widest cell; the last column is not padded.
pub(crate) fn table<R: AsRef<[String]>>(rows: &[R]) -> String {
    let columns = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(|column| width(rows, column)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row
            .as_ref()
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Tenths of a second: what a person can tell apart.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn width<R: AsRef<[String]>>(rows: &[R], column: usize) -> usize {
    rows.iter()
        .filter_map(|row| row.as_ref().get(column))
        .map(|cell| cell.chars().count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_spaces() {
        let rows =
            [["fmt", "ok", ""], ["features", "ok", "1.0 s"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "fmt       ok\nfeatures  ok  1.0 s\n");
    }

    #[test]
    fn no_rows_are_no_lines() {
        assert_eq!(table::<Vec<String>>(&[]), "");
    }
}
