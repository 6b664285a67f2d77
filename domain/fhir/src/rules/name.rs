//! Member names of JSON objects, as small numbers.
//!
//! A name is looked up once, when the JSON is read; from there on, names are compared as numbers.
//! The names that hand-written rules speak of have the first numbers, the same in every rule file.

/// A name that some rule knows, or [`Name::UNKNOWN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(pub(crate) u16);

impl Name {
    /// No rule speaks of a member of this name.
    pub(crate) const UNKNOWN: Self = Self(u16::MAX);
    /// An item of a list has no name.
    pub(crate) const NONE: Self = Self(u16::MAX - 1);
}

macro_rules! well_known {
    ($($constant:ident = $text:literal),+ $(,)?) => {
        #[expect(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "only counts the constants below"
        )]
        enum Position { $($constant),+ }

        impl Name {
            $(pub(crate) const $constant: Self = Self(Position::$constant as u16);)+
        }

        /// The names with fixed numbers: the number of a name is its place here.
        pub(crate) const WELL_KNOWN: &[&str] = &[$($text),+];
    };
}

well_known! {
    RESOURCE_TYPE = "resourceType",
    ACTOR = "actor",
    ACTUAL = "actual",
    ADDRESS = "address",
    ANSWER = "answer",
    ASSESSMENT = "assessment",
    AUTHORED_ON = "authoredOn",
    CANCELATION_REASON = "cancelationReason",
    CATEGORY = "category",
    CLINICAL_STATUS = "clinicalStatus",
    CODE = "code",
    CODING = "coding",
    COMPARATOR = "comparator",
    COMPONENT = "component",
    CONDITION = "condition",
    CONTAINED = "contained",
    CONTENT_TYPE = "contentType",
    COUNT = "count",
    COUNT_MAX = "countMax",
    DATA = "data",
    DATA_ABSENT_REASON = "dataAbsentReason",
    DENOMINATOR = "denominator",
    DETAIL = "detail",
    DISPLAY = "display",
    DIV = "div",
    DOCUMENT_TYPE = "documentType",
    DURATION = "duration",
    DURATION_MAX = "durationMax",
    DURATION_UNIT = "durationUnit",
    EMPTY_REASON = "emptyReason",
    END = "end",
    ENTERAL_FORMULA = "enteralFormula",
    ENTRY = "entry",
    ESTIMATED_AGE = "estimatedAge",
    EXPRESSION = "expression",
    EXTENSION = "extension",
    FULL_URL = "fullUrl",
    HAS_MEMBER = "hasMember",
    HIGH = "high",
    ID = "id",
    IDENTIFIER = "identifier",
    IMPLICIT_RULES = "implicitRules",
    ITEM = "item",
    LAST_MODIFIED = "lastModified",
    LAST_UPDATED = "lastUpdated",
    LOW = "low",
    MEASURE = "measure",
    MEMBER = "member",
    META = "meta",
    MODIFIER_EXTENSION = "modifierExtension",
    NAME = "name",
    NUMERATOR = "numerator",
    OFFSET = "offset",
    ON_BEHALF_OF = "onBehalfOf",
    ORAL_DIET = "oralDiet",
    ORDER_DETAIL = "orderDetail",
    ORGANIZATION = "organization",
    PATH = "path",
    PATIENT = "patient",
    PERIOD = "period",
    PERIOD_MAX = "periodMax",
    PERIOD_UNIT = "periodUnit",
    PROBABILITY_DECIMAL = "probabilityDecimal",
    PRODUCT_OR_SERVICE = "productOrService",
    PROFILE = "profile",
    REFERENCE = "reference",
    RELATES_TO = "relatesTo",
    REQUEST = "request",
    RESOURCE = "resource",
    RESPONSE = "response",
    SEARCH = "search",
    SEARCH_PARAM = "searchParam",
    SECTION = "section",
    SECURITY = "security",
    SIZE = "size",
    START = "start",
    STATUS = "status",
    SUBJECT = "subject",
    SUMMARY = "summary",
    SUPPLEMENT = "supplement",
    SYSTEM = "system",
    TARGET_DISEASE = "targetDisease",
    TELECOM = "telecom",
    TEXT = "text",
    TIMESTAMP = "timestamp",
    TIME_OF_DAY = "timeOfDay",
    TOTAL = "total",
    TYPE = "type",
    URL = "url",
    USE = "use",
    VACCINE_CODE = "vaccineCode",
    VALUE = "value",
    VERIFICATION_STATUS = "verificationStatus",
    VERSION_ID = "versionId",
    WHEN = "when",
}
