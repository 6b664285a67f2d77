//! Papers: scans that came with the visit, and reports that are text alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::document::draft::{Draft, Item};
use crate::model::Text;
use crate::model::datatype::{Attachment, CodeableConcept, Coding, Meta, Reference};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{DocumentContent, DocumentReference};
use crate::terminology::system;
use crate::visit::media_type;
use crate::visit::{ImagingReport, Moment, ScannedDocument, ScannedDocumentKind};

/// A scanned paper, as it came.
pub(in crate::document) fn scan<'a>(draft: &mut Draft<'a>, scan: &'a ScannedDocument) -> Item<'a> {
    let attachment = Attachment {
        content_type: media_type::actual(&scan.content_type, &scan.data),
        data: (&scan.data).into(),
        title: (&scan.title).into(),
        creation: scan.created_at.as_ref().map(|it| draft.at(Some(it)).as_str()),
    };
    let kind = kind(scan.kind.unwrap_or(ScannedDocumentKind::Other));
    paper(draft, &scan.title, kind, attachment)
}

/// An imaging report without a picture, which no profile of a report admits, written out.
pub(in crate::document) fn written_report<'a>(
    draft: &mut Draft<'a>,
    report: &'a ImagingReport,
) -> Item<'a> {
    let read = report.reported_at.as_ref();
    let at = draft.at(read).for_people();
    let (by, place) = (draft.cast.interpreter(None), draft.organization());
    let signed: Vec<&str> = by.iter().chain([&place]).map(Reference::display).collect();
    let signed = signed.join(", ");
    let text = format!("{}\n{at}\n\n{}\n\n{signed}\n", report.name, report.conclusion);
    let attachment = Attachment {
        content_type: "text/plain;charset=utf-8".into(),
        data: STANDARD.encode(text).into(),
        title: (&report.name).into(),
        creation: read.map(Moment::as_str),
    };
    paper(draft, &report.name, kind(ScannedDocumentKind::ImagingReport), attachment)
}

fn paper<'a>(
    draft: &mut Draft<'a>,
    title: &'a String,
    (code, display): (&'static str, &'static str),
    attachment: Attachment<'a>,
) -> Item<'a> {
    let line = format!("{title} ({display})");
    let reference = DocumentReference {
        id: draft.id("paper"),
        meta: Meta::of(profile::DOCUMENT_REFERENCE),
        text: Narrative::paragraph(&line),
        status: "current",
        doc_status: "final",
        kind: CodeableConcept::worded(display, [Coding::new(system::SNOMED_CT, code, display)]),
        subject: draft.patient(),
        date: draft.at(None).as_str(),
        custodian: draft.organization(),
        description: Text::from(title),
        content: [DocumentContent { attachment }],
    };
    draft.add(reference, title, line)
}

/// SNOMED CT code and display of what a paper is.
fn kind(kind: ScannedDocumentKind) -> (&'static str, &'static str) {
    match kind {
        ScannedDocumentKind::Prescription => ("440545006", "Prescription record"),
        ScannedDocumentKind::LabReport => ("4241000179101", "Laboratory report"),
        ScannedDocumentKind::ImagingReport => ("4201000179104", "Imaging report"),
        ScannedDocumentKind::DischargeSummary => ("373942005", "Discharge summary"),
        ScannedDocumentKind::Other => ("419891008", "Record artifact"),
    }
}
