//! Maps a path to a callback kind, in all spellings that the gateway uses.

use hip_domain::inbound::{ApiVersion, CallbackKind};

/// Callback kind and API version of a path. The gateway posts with and without `/api`, with a trailing slash,
/// with two leading slashes, and below the path of the bridge URL if it has one.
pub(in crate::http) fn kind_of(path: &str, prefix: &str) -> Option<(CallbackKind, ApiVersion)> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let path = segments.collect::<Vec<_>>().join("/");
    let path = path.strip_prefix(prefix).unwrap_or(&path).trim_start_matches('/');
    let path = format!("/{}", path.strip_prefix("api/").unwrap_or(path));
    CallbackKind::ALL.into_iter().find_map(|kind| {
        let is_current = kind.path() == path || kind.other_paths().contains(&path.as_str());
        if is_current {
            return Some((kind, ApiVersion::V3));
        }
        (kind.v05_path() == Some(path.as_str())).then_some((kind, ApiVersion::V05))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_known_by_every_spelling_of_its_path() {
        let discover = Some((CallbackKind::Discover, ApiVersion::V3));
        let path = "v3/hip/patient/care-context/discover";
        for spelling in [
            format!("/{path}"),
            format!("/api/{path}"),
            format!("//api/{path}/"),
            format!("/api//{path}"),
        ] {
            assert_eq!(kind_of(&spelling, ""), discover, "{spelling}");
            assert_eq!(kind_of(&format!("/hospital/hip{spelling}"), "hospital/hip"), discover);
            assert_eq!(kind_of(&spelling, "hospital/hip"), discover, "without the prefix, too");
        }
        assert_eq!(kind_of(&format!("/other/{path}"), ""), None);
        assert_eq!(kind_of("/api/v3/hip", ""), None);
        let before = Some((CallbackKind::PatientStatus, ApiVersion::V05));
        assert_eq!(kind_of("/v0.5/patients/status/notify", ""), before);
        for kind in CallbackKind::ALL {
            assert_eq!(kind_of(kind.path(), ""), Some((kind, ApiVersion::V3)));
        }
    }
}
