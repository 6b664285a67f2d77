//! How a picture was made, in DICOM's own codes.

const MODALITIES: &[(&str, &str)] = &[
    ("CR", "Computed Radiography"),
    ("CT", "Computed Tomography"),
    ("DX", "Digital Radiography"),
    ("ECG", "Electrocardiography"),
    ("MG", "Mammography"),
    ("MR", "Magnetic Resonance"),
    ("NM", "Nuclear Medicine"),
    ("PT", "Positron emission tomography (PET)"),
    ("RF", "Radio Fluoroscopy"),
    ("US", "Ultrasound"),
    ("XA", "X-Ray Angiography"),
];

/// Code and display for a code in any case; other words are sent as text.
pub(crate) fn of(word: &str) -> Option<(&'static str, &'static str)> {
    let word = word.trim();
    MODALITIES.iter().copied().find(|(code, _)| code.eq_ignore_ascii_case(word))
}
