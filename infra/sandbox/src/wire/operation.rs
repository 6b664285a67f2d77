//! The calls that the simulator serves.

use std::str::FromStr;

use crate::wire::peer::Peer;
use crate::wire::version::ApiVersion;

/// Base path of the gateway's operations in v3.
pub(crate) const GATEWAY_BASE: &str = "/api/hiecm";
/// Base path of the gateway's operations in v0.5.
pub(crate) const V05_BASE: &str = "/gateway";
/// The path of the HIU simulator's `dataPushUrl`.
pub(crate) const PUSH_PATH: &str = "/v3/transfer";
/// The path of the SMS service.
pub(crate) const SMS_PATH: &str = "/sms";
const SERVICE_BY_ID: &str = "/gateway/v3/bridge-service/serviceId/";

/// An operation of the simulated gateway, HIU or SMS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `POST /gateway/v3/sessions`
    Session,
    /// `GET /gateway/v3/certs`
    Certs,
    /// `GET /gateway/v3/.well-known/openid-configuration`
    OpenidConfiguration,
    /// `PATCH /gateway/v3/bridge/url`
    BridgeUrl,
    /// `GET /gateway/v3/bridge-services`
    BridgeServices,
    /// `GET /gateway/v3/bridge-service/serviceId/{id}`
    BridgeService,
    /// `POST /v3/token/generate-token`
    GenerateToken,
    /// `POST /hip/v3/link/carecontext`
    LinkCareContext,
    /// `POST /hip/v3/link/context/notify`
    ContextNotify,
    /// `POST /hip/v3/link/patient/links/sms/notify2`
    SmsNotify,
    /// `POST /user-initiated-linking/v3/patient/care-context/on-discover`
    OnDiscover,
    /// `POST /user-initiated-linking/v3/link/care-context/on-init`
    OnInit,
    /// `POST /user-initiated-linking/v3/link/care-context/on-confirm`
    OnConfirm,
    /// `POST /consent/v3/request/hip/on-notify`
    ConsentOnNotify,
    /// `POST /data-flow/v3/health-information/hip/on-request`
    OnRequest,
    /// `POST /data-flow/v3/health-information/notify`
    DataFlowNotify,
    /// `POST /patient-share/v3/on-share`
    OnShare,
    /// `POST` to the HIU's `dataPushUrl`
    Push,
    /// `POST /sms` to the SMS service
    Sms,
}

impl Operation {
    /// All operations, in the order in which a HIP usually calls them.
    pub const ALL: [Self; 19] = [
        Self::Session,
        Self::Certs,
        Self::OpenidConfiguration,
        Self::BridgeUrl,
        Self::BridgeServices,
        Self::BridgeService,
        Self::GenerateToken,
        Self::LinkCareContext,
        Self::ContextNotify,
        Self::SmsNotify,
        Self::OnDiscover,
        Self::OnInit,
        Self::OnConfirm,
        Self::ConsentOnNotify,
        Self::OnRequest,
        Self::DataFlowNotify,
        Self::OnShare,
        Self::Push,
        Self::Sms,
    ];

    /// A short name, for command lines and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Certs => "certs",
            Self::OpenidConfiguration => "openid-configuration",
            Self::BridgeUrl => "bridge-url",
            Self::BridgeServices => "bridge-services",
            Self::BridgeService => "bridge-service",
            Self::GenerateToken => "generate-token",
            Self::LinkCareContext => "link-care-context",
            Self::ContextNotify => "context-notify",
            Self::SmsNotify => "sms-notify",
            Self::OnDiscover => "on-discover",
            Self::OnInit => "on-init",
            Self::OnConfirm => "on-confirm",
            Self::ConsentOnNotify => "consent-on-notify",
            Self::OnRequest => "on-request",
            Self::DataFlowNotify => "data-flow-notify",
            Self::OnShare => "on-share",
            Self::Push => "push",
            Self::Sms => "sms",
        }
    }

    /// The part of the simulator that serves it.
    pub fn peer(self) -> Peer {
        match self {
            Self::Push => Peer::Hiu,
            Self::Sms => Peer::Sms,
            Self::Session
            | Self::Certs
            | Self::OpenidConfiguration
            | Self::BridgeUrl
            | Self::BridgeServices
            | Self::BridgeService
            | Self::GenerateToken
            | Self::LinkCareContext
            | Self::ContextNotify
            | Self::SmsNotify
            | Self::OnDiscover
            | Self::OnInit
            | Self::OnConfirm
            | Self::ConsentOnNotify
            | Self::OnRequest
            | Self::DataFlowNotify
            | Self::OnShare => Peer::Gateway,
        }
    }

    /// The HTTP method, in upper case.
    pub fn method(self) -> &'static str {
        match self {
            Self::Certs
            | Self::OpenidConfiguration
            | Self::BridgeServices
            | Self::BridgeService => "GET",
            Self::BridgeUrl => "PATCH",
            Self::Session
            | Self::GenerateToken
            | Self::LinkCareContext
            | Self::ContextNotify
            | Self::SmsNotify
            | Self::OnDiscover
            | Self::OnInit
            | Self::OnConfirm
            | Self::ConsentOnNotify
            | Self::OnRequest
            | Self::DataFlowNotify
            | Self::OnShare
            | Self::Push
            | Self::Sms => "POST",
        }
    }

    /// The path in v3, without the gateway base. The path of [`Self::BridgeService`] continues with an id.
    pub fn path(self) -> &'static str {
        match self {
            Self::Session => "/gateway/v3/sessions",
            Self::Certs => "/gateway/v3/certs",
            Self::OpenidConfiguration => "/gateway/v3/.well-known/openid-configuration",
            Self::BridgeUrl => "/gateway/v3/bridge/url",
            Self::BridgeServices => "/gateway/v3/bridge-services",
            Self::BridgeService => SERVICE_BY_ID,
            Self::GenerateToken => "/v3/token/generate-token",
            Self::LinkCareContext => "/hip/v3/link/carecontext",
            Self::ContextNotify => "/hip/v3/link/context/notify",
            Self::SmsNotify => "/hip/v3/link/patient/links/sms/notify2",
            Self::OnDiscover => "/user-initiated-linking/v3/patient/care-context/on-discover",
            Self::OnInit => "/user-initiated-linking/v3/link/care-context/on-init",
            Self::OnConfirm => "/user-initiated-linking/v3/link/care-context/on-confirm",
            Self::ConsentOnNotify => "/consent/v3/request/hip/on-notify",
            Self::OnRequest => "/data-flow/v3/health-information/hip/on-request",
            Self::DataFlowNotify => "/data-flow/v3/health-information/notify",
            Self::OnShare => "/patient-share/v3/on-share",
            Self::Push => PUSH_PATH,
            Self::Sms => SMS_PATH,
        }
    }

    /// The path below the v0.5 base; `None` if the operation does not exist in v0.5.
    pub fn v05_path(self) -> Option<&'static str> {
        match self {
            Self::OnDiscover => Some("/v0.5/care-contexts/on-discover"),
            Self::OnInit => Some("/v0.5/links/link/on-init"),
            Self::OnConfirm => Some("/v0.5/links/link/on-confirm"),
            Self::ConsentOnNotify => Some("/v0.5/consents/hip/on-notify"),
            Self::OnRequest => Some("/v0.5/health-information/hip/on-request"),
            Self::DataFlowNotify => Some("/v0.5/health-information/notify"),
            Self::Session
            | Self::Certs
            | Self::OpenidConfiguration
            | Self::BridgeUrl
            | Self::BridgeServices
            | Self::BridgeService
            | Self::GenerateToken
            | Self::LinkCareContext
            | Self::ContextNotify
            | Self::SmsNotify
            | Self::OnShare
            | Self::Push
            | Self::Sms => None,
        }
    }

    /// Finds the operation and the API version of a call to `peer`; `None` if the path is unknown.
    pub(crate) fn find(peer: Peer, method: &str, path: &str) -> Option<(Self, ApiVersion)> {
        if peer == Peer::Gateway
            && let Some(path) = path.strip_prefix(V05_BASE)
        {
            let here = |it: &Self| it.v05_path() == Some(path) && it.method() == method;
            return Some((Self::ALL.into_iter().find(here)?, ApiVersion::V05));
        }
        let path = match peer {
            Peer::Gateway => path.strip_prefix(GATEWAY_BASE)?,
            Peer::Hiu | Peer::Sms => path,
        };
        let found = Self::ALL.into_iter().find(|operation| {
            operation.peer() == peer
                && operation.method() == method
                && if *operation == Self::BridgeService {
                    path.strip_prefix(SERVICE_BY_ID).is_some_and(|id| !id.is_empty())
                } else {
                    path == operation.path()
                }
        });
        Some((found?, ApiVersion::V3))
    }

    /// The error code for a repeated REQUEST-ID, or for a second answer to the same question.
    pub(crate) fn duplicate_code(self) -> &'static str {
        match self {
            Self::GenerateToken => "ABDM-1092",
            Self::LinkCareContext => "ABDM-1090",
            Self::OnDiscover => "ABDM-1106",
            Self::OnInit => "ABDM-1107",
            Self::OnConfirm => "ABDM-1108",
            Self::OnShare => "ABDM-1087",
            Self::OnRequest | Self::DataFlowNotify => "ABDM-1113",
            Self::Session
            | Self::Certs
            | Self::OpenidConfiguration
            | Self::BridgeUrl
            | Self::BridgeServices
            | Self::BridgeService
            | Self::ContextNotify
            | Self::SmsNotify
            | Self::ConsentOnNotify
            | Self::Push
            | Self::Sms => "ABDM-1064",
        }
    }
}

/// No operation has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no operation is called {0}")]
pub struct UnknownOperation(pub String);

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
            .ok_or_else(|| UnknownOperation(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_path() {
        for operation in Operation::ALL {
            let base = if operation.peer() == Peer::Gateway { GATEWAY_BASE } else { "" };
            let id = if operation == Operation::BridgeService { "IN1" } else { "" };
            let path = format!("{base}{}{id}", operation.path());
            let found = Operation::find(operation.peer(), operation.method(), &path);
            assert_eq!(found, Some((operation, ApiVersion::V3)));
            if let Some(path) = operation.v05_path() {
                let path = format!("{V05_BASE}{path}");
                let found = Operation::find(Peer::Gateway, "POST", &path);
                assert_eq!(found, Some((operation, ApiVersion::V05)));
            }
            assert_eq!(operation.name().parse(), Ok(operation));
        }
        assert_eq!(Operation::find(Peer::Hiu, "POST", "/api/hiecm/gateway/v3/sessions"), None);
    }
}
