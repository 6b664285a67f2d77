//! Papers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::render::card::{Card, Picture};
use crate::render::words::{concept, date, text};

pub(super) fn document(paper: &Value) -> Card<'_> {
    let contents = paper["content"].as_array().map_or(&[][..], Vec::as_slice);
    let heading = text(&paper["description"]).or_else(|| concept(&paper["type"]));
    Card::new(heading)
        .wanted("Kind", concept(&paper["type"]))
        .wanted("Status", text(&paper["status"]))
        .extra("State", text(&paper["docStatus"]).filter(|state| state != "final"))
        .with(contents.iter().map(|content| attachment(&content["attachment"])))
}

pub(super) fn binary(binary: &Value) -> Card<'_> {
    attachment(binary)
}

pub(super) fn attachment(attachment: &Value) -> Card<'_> {
    Card::new(text(&attachment["title"]).or_else(|| Some("Attachment".to_owned())))
        .wanted("Type", text(&attachment["contentType"]))
        .wanted("Size", size(attachment))
        .extra("Made", date(&attachment["creation"]))
        .extra("Text", words(attachment))
        .shown(Picture::of(attachment))
}

/// What is attached as text can be read here and now.
fn words(attachment: &Value) -> Option<String> {
    let is_text = attachment["contentType"].as_str()?.starts_with("text/plain");
    let bytes = is_text.then(|| STANDARD.decode(attachment["data"].as_str()?).ok()).flatten()?;
    String::from_utf8(bytes).ok()
}

/// Of the decoded bytes, which base64 tells without decoding.
fn size(attachment: &Value) -> Option<String> {
    let data = attachment["data"].as_str()?;
    let padding = data.bytes().rev().take_while(|byte| *byte == b'=').count();
    let bytes = (data.len() / 4 * 3).saturating_sub(padding);
    Some(if bytes < 1024 { format!("{bytes} bytes") } else { format!("{} KiB", bytes / 1024) })
}

impl<'v> Picture<'v> {
    /// None for what is not a picture, or not what it says: the data ends up in a page.
    pub(super) fn of(attachment: &'v Value) -> Option<Self> {
        let content_type = match attachment["contentType"].as_str()? {
            "image/png" => "image/png",
            "image/jpeg" | "image/jpg" => "image/jpeg",
            _ => return None,
        };
        let data = attachment["data"].as_str()?;
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        data.bytes().all(is_base64).then_some(Self { content_type, data })
    }
}
