//! What pictures of the body show: a report and its picture.
//!
//! The profile wants a picture. A report without one is told as a paper of its own, see `papers`.

use super::coding;
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Attachment as Bytes, CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{DiagnosticReport, Evidence, Media, MediaLink};
use crate::terminology::{modality, system};
use crate::visit::{Attachment, ImagingReport, Moment, media_type};

/// The reports that have a picture.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = vec![];
    for (index, report) in draft.visit.imaging_reports.iter().enumerate() {
        if let Some(image) = &report.image {
            items.push(self::report(draft, index, report, image));
        } else {
            let path = format!("imagingReports[{index}]");
            let message = "a report without a picture is a document of its own, not part of this";
            draft.leave_out(path, message);
        }
    }
    items
}

/// One report with its picture.
pub(in crate::document) fn report<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    report: &'a ImagingReport,
    image: &'a Attachment,
) -> Item<'a> {
    let name = &report.name;
    let picture = picture(draft, index, report, image);
    let loinc = coding(system::LOINC, report.loinc_code.as_ref(), report.loinc_term.as_ref(), name);
    let line = format!("{name}: {}", report.conclusion);
    let read = report.reported_at.as_ref();
    let reader = draft.cast.interpreter(None);
    let resource = DiagnosticReport {
        id: draft.id(&format!("imaging/{index}")),
        meta: Meta::of(profile::DIAGNOSTIC_REPORT_IMAGING),
        text: Narrative::paragraph(&line),
        based_on: None,
        status: "final",
        code: CodeableConcept::worded(name, loinc),
        subject: draft.patient(),
        encounter: draft.encounter(),
        effective_date_time: draft.at(read).as_str(),
        issued: read.map(Moment::as_str),
        performer: draft.cast.performers(reader.is_some()),
        results_interpreter: [reader.unwrap_or_else(|| draft.organization())],
        specimen: None,
        evidence: Evidence::Media([MediaLink { link: picture.reference }]),
        conclusion: (&report.conclusion).into(),
    };
    draft.add(resource, name, line)
}

fn picture<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    report: &'a ImagingReport,
    image: &'a Attachment,
) -> Item<'a> {
    let title = image.title.as_ref().unwrap_or(&report.name);
    let modality = report.modality.as_ref().map(|word| {
        let known = modality::of(word).map(|(code, name)| Coding::new(system::DICOM, code, name));
        CodeableConcept::worded(word, known)
    });
    let media = Media {
        id: draft.id(&format!("imaging/{index}/picture")),
        meta: Meta::of(profile::MEDIA),
        text: Narrative::paragraph(title),
        status: "completed",
        modality,
        subject: draft.patient(),
        encounter: draft.encounter(),
        created_date_time: report.reported_at.as_ref().map(Moment::as_str),
        content: Bytes {
            content_type: media_type::actual(&image.content_type, &image.data),
            data: (&image.data).into(),
            title: title.into(),
            creation: None,
        },
    };
    draft.add(media, title, title.clone())
}
