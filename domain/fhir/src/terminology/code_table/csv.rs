//! Comma separated values (RFC 4180), as spreadsheets write them.

/// The rows that are not blank, each with the number of its first line.
///
/// Never fails: a quote that is not closed ends with the text, and the fields it swallowed show as a
/// row of the wrong length.
pub(super) fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut reader = Reader { rows: vec![], row: vec![], field: String::new(), start: 1, line: 1 };
    let mut is_quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                reader.field.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if reader.field.trim().is_empty() => {
                reader.field.clear();
                is_quoted = true;
            }
            ',' if !is_quoted => reader.end_field(),
            '\n' if !is_quoted => reader.end_row(),
            '\r' if !is_quoted => {}
            other => {
                reader.line += usize::from(other == '\n');
                reader.field.push(other);
            }
        }
    }
    reader.end_row();
    reader.rows
}

struct Reader {
    rows: Vec<(usize, Vec<String>)>,
    row: Vec<String>,
    field: String,
    /// The first line of the row.
    start: usize,
    line: usize,
}

impl Reader {
    fn end_field(&mut self) {
        self.row.push(std::mem::take(&mut self.field));
    }

    fn end_row(&mut self) {
        self.end_field();
        let row = std::mem::take(&mut self.row);
        if row.iter().any(|field| !field.trim().is_empty()) {
            self.rows.push((self.start, row));
        }
        self.line += 1;
        self.start = self.line;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_quotes_and_line_ends() {
        let found = rows("a, \"b,\"\"c\nd\",\n\n\"e\",f\r\n\"g");
        let row = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect();
        assert_eq!(
            found,
            [(1, row(&["a", "b,\"c\nd", ""])), (4, row(&["e", "f"])), (5, row(&["g"]))]
        );
    }
}
