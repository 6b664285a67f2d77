//! Codes of the layer in front of the gateway: credentials and routing.

use super::{Mark, Retry, Row};
use crate::operations::abdm_error::Context::{Callback, Session};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "900900",
        "Unclassified Authentication Failure",
        "the layer in front of the gateway could not check our session",
        "nothing, unless it lasts: then ask NHA's support",
        Retry::SOON,
    )
    .marked(Mark::SessionRefused),
    Row::new(
        "900901",
        "Invalid Credentials",
        "the gateway does not accept our session any more",
        "nothing: another session is opened and the call repeated; when it lasts, check client id and secret with `hip doctor`",
        Retry::Now,
    )
    .marked(Mark::SessionRefused),
    Row::new(
        "900901",
        "Invalid Credentials",
        "the gateway gives us no session: client id or secret is wrong",
        "correct client_id in section [gateway] and HIP_CLIENT_SECRET, then start again; everything waits until then",
        Retry::SLOWLY,
    )
    .within(&[Session]),
    Row::new(
        "900902",
        "Missing Credentials",
        "a call reached the gateway without our session",
        "nothing: another session is opened and the call repeated; when it lasts, look for a proxy that drops headers",
        Retry::Now,
    )
    .marked(Mark::SessionRefused),
    Row::new(
        "900902",
        "Missing Credentials",
        "a callback had no bearer, or none that the gateway signed, and was not stored",
        "nothing, when it was a stranger; when the gateway's own are refused, compare [gateway] audience, issuer and claims with the log",
        Retry::Never,
    )
    .within(&[Callback]),
    Row::new(
        "303001",
        "Currently, Address endpoint is suspended",
        "the layer in front of the gateway has shut a service off for a while",
        "nothing, unless it lasts for hours: then ask NHA's support",
        Retry::SLOWLY,
    ),
    Row::new(
        "ABDM-1201",
        "IDP Gateway is unavailable",
        "the gateway's identity service is away",
        "nothing, unless it lasts",
        Retry::SOON,
    ),
];
