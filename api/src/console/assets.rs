//! The stylesheet and the script. Their names carry a digest of their content, so browsers keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::http::middleware::problem::Problem;

/// A file that pages name.
pub(super) struct Asset {
    path: String,
    kind: &'static str,
    content: &'static str,
}

pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("css", "text/css; charset=utf-8", include_str!("../../assets/console.css"))
});

pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("js", "text/javascript; charset=utf-8", include_str!("../../assets/console.js"))
});

/// The prefix of all files.
const FOLDER: &str = "/console/assets/";

impl Asset {
    fn new(ending: &str, kind: &'static str, content: &'static str) -> Self {
        let digest = hex::encode(&Sha256::digest(content)[..8]);
        Self { path: format!("{FOLDER}console-{digest}.{ending}"), kind, content }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// Serves a file.
pub(super) async fn show(Path(name): Path<String>) -> Response {
    let assets = [&*STYLE, &*SCRIPT];
    let found = assets.into_iter().find(|asset| asset.path.strip_prefix(FOLDER) == Some(&name));
    match found {
        Some(asset) => {
            let headers = [
                (CONTENT_TYPE, asset.kind),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.content).into_response()
        }
        None => Problem::from_status(StatusCode::NOT_FOUND).into_response(),
    }
}
