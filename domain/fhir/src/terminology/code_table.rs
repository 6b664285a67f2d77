//! A code map out of an operator's table.

mod csv;

use std::collections::HashMap;
use std::fmt;

use super::code_map::{Code, CodeMap, Coded};
use super::normal;

/// The first line of a table.
const HEADER: [&str; 4] = ["kind", "name", "code", "display"];

/// Codes by name, without regard to case and blanks.
#[derive(Debug, Clone, Default)]
pub struct CodeTable(HashMap<(Coded, String), Code>);

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeTableError {
    /// Counted from 1; a quoted field may span lines.
    pub line: usize,
    /// For the person who keeps the table.
    pub message: &'static str,
}

impl fmt::Display for CodeTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for CodeTableError {}

impl CodeTable {
    /// Reads a table from comma separated text in UTF-8, with quotes where a field needs them:
    ///
    /// ```text
    /// kind,name,code,display
    /// medicine,Paracetamol 650 mg Tablet,1000000001,Paracetamol 650 mg oral tablet
    /// vaccine,"Pentavalent, dose 1",1000000002,Pentavalent vaccine
    /// ```
    ///
    /// # Errors
    ///
    /// The first line that cannot be used: a wrong shape, an unknown kind, something that is no
    /// SNOMED CT code, or a name that has two codes.
    pub fn from_csv(text: &str) -> Result<Self, CodeTableError> {
        let mut rows = csv::rows(text).into_iter();
        let (line, header) = rows.next().unwrap_or_default();
        if header.iter().map(|name| normal(name)).ne(HEADER) {
            return Err(CodeTableError {
                line: line.max(1),
                message: "the first line must be: kind,name,code,display",
            });
        }
        let mut table = Self::default();
        for (line, row) in rows {
            table.insert(&row).map_err(|message| CodeTableError { line, message })?;
        }
        Ok(table)
    }

    fn insert(&mut self, row: &[String]) -> Result<(), &'static str> {
        let [kind, name, code, display] = row else {
            return Err("must have four fields: kind, name, code, display");
        };
        let kind = match normal(kind).as_str() {
            "medicine" => Coded::Medicine,
            "vaccine" => Coded::Vaccine,
            _ => return Err("the kind must be medicine or vaccine"),
        };
        let (name, code, display) = (normal(name), code.trim(), display.trim());
        if name.is_empty() || display.is_empty() {
            return Err("name and display must not be empty");
        }
        if !(6..=18).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("the code must be a SNOMED CT code: 6 to 18 digits");
        }
        let code = Code { code: code.to_owned(), display: display.to_owned() };
        match self.0.insert((kind, name), code.clone()) {
            Some(other) if other != code => Err("this name has another code in an earlier line"),
            Some(_) | None => Ok(()),
        }
    }
}

impl CodeMap for CodeTable {
    fn code(&self, what: Coded, words: &str) -> Option<Code> {
        self.0.get(&(what, normal(words))).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\u{feff}Kind,Name,Code,Display\r\n\
        medicine,Paracetamol  650 mg,1000000001,\"Paracetamol, 650 mg\"\r\n\
        \r\n\
        vaccine,\"ಪೋಲಿಯೊ \"\"OPV\"\"\",1000000002,Oral polio vaccine";

    #[test]
    fn a_name_is_found_in_any_case_and_with_any_blanks() {
        let table = CodeTable::from_csv(TABLE).unwrap();
        let found = table.code(Coded::Medicine, " paracetamol 650  MG ").unwrap();
        assert_eq!(found.display, "Paracetamol, 650 mg");
        assert_eq!(table.code(Coded::Vaccine, "ಪೋಲಿಯೊ \"OPV\"").unwrap().code, "1000000002");
        assert_eq!(table.code(Coded::Vaccine, "Paracetamol 650 mg"), None);
    }

    #[test]
    fn a_line_that_cannot_be_used_is_named() {
        let faults = |line: &str| {
            let text = format!("kind,name,code,display\n\nmedicine,A,1000000001,A\n{line}\n");
            CodeTable::from_csv(&text).unwrap_err()
        };
        for (line, message) in [
            ("medicine,B,12345,B", "6 to 18 digits"),
            ("medicine,B,१२३४५६,B", "6 to 18 digits"),
            ("drug,B,1000000002,B", "medicine or vaccine"),
            ("medicine,B,1000000002", "four fields"),
            ("medicine,B,1000000002, ", "must not be empty"),
            ("medicine, a ,1000000002,A", "another code"),
        ] {
            let fault = faults(line);
            assert_eq!(fault.line, 4, "{line}");
            assert!(fault.message.contains(message), "{line}: {fault}");
        }
        assert_eq!(CodeTable::from_csv("").unwrap_err().line, 1);
        assert_eq!(CodeTable::from_csv("name,code\n").unwrap_err().line, 1);
    }
}
