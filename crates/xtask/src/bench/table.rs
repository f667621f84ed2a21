//! A Markdown table: cells come in, columns that line up in a terminal too go out.

use std::fmt;

/// Rows under a header; the first column is text, the others are figures.
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(header: &[&str]) -> Self {
        Self { header: header.iter().copied().map(String::from).collect(), rows: Vec::new() }
    }

    /// Adds a row; cells it lacks stay empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = cells.into_iter().collect();
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = std::iter::once(&self.header).chain(&self.rows).map(|row| row[column].chars().count());
            cells.max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let line = |f: &mut fmt::Formatter<'_>, row: &[String]| {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 { write!(f, "| {cell:<width$} ")? } else { write!(f, "| {cell:>width$} ")? }
            }
            writeln!(f, "|")
        };
        line(f, &self.header)?;
        for (column, &width) in widths.iter().enumerate() {
            if column == 0 {
                write!(f, "|{}", "-".repeat(width + 2))?
            } else {
                write!(f, "|{}:", "-".repeat(width + 1))?
            }
        }
        writeln!(f, "|")?;
        self.rows.iter().try_for_each(|row| line(f, row))
    }
}

/// Seconds to three digits.
pub fn seconds(value: f64) -> String {
    let decimals = if value < 10.0 {
        2
    } else if value < 100.0 {
        1
    } else {
        0
    };
    format!("{value:.decimals$}")
}

/// Bytes as megabytes or kilobytes.
#[allow(clippy::cast_precision_loss, reason = "for reading")]
pub fn bytes(value: u64) -> String {
    let value = value as f64;
    if value >= 1e7 {
        format!("{:.0} MB", value / 1e6)
    } else if value >= 1e6 {
        format!("{:.1} MB", value / 1e6)
    } else {
        format!("{:.0} KB", value / 1e3)
    }
}

/// How many times as much.
pub fn ratio(value: f64, base: f64) -> String {
    let ratio = value / base;
    if ratio < 10.0 { format!("{ratio:.2}×") } else { format!("{ratio:.0}×") }
}

#[cfg(test)]
mod tests {
    use super::{Table, bytes, ratio, seconds};

    #[test]
    fn prints_markdown() {
        let mut table = Table::new(&["who", "s"]);
        table.row(["we".to_owned(), seconds(1.234)]);
        table.row(["they".to_owned()]);
        let text = table.to_string();
        assert_eq!(text, "| who  |    s |\n|------|-----:|\n| we   | 1.23 |\n| they |      |\n");
        assert_eq!((bytes(44_688), ratio(3.0, 2.0), seconds(150.4)), ("45 KB".into(), "1.50×".into(), "150".into()));
    }
}
