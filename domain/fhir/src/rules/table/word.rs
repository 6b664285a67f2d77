//! Words that the tables are written in.

use crate::rules::codec::choices;

choices! {
    /// The primitive types of R4.
    spelled enum Primitive {
        /// A `uri` that must be absolute. The definitions say so in prose only.
        AbsoluteUri = "absolute uri",
        Base64Binary = "base64Binary",
        Boolean = "boolean",
        Canonical = "canonical",
        Code = "code",
        Date = "date",
        DateTime = "dateTime",
        Decimal = "decimal",
        Id = "id",
        Instant = "instant",
        Integer = "integer",
        Markdown = "markdown",
        Oid = "oid",
        PositiveInt = "positiveInt",
        String = "string",
        Time = "time",
        UnsignedInt = "unsignedInt",
        Uri = "uri",
        Url = "url",
        Uuid = "uuid",
        Xhtml = "xhtml",
    }

    /// What may stand beside the slices of a list.
    spelled enum SlicingRules {
        Closed = "closed",
        Open = "open",
        OpenAtEnd = "openAtEnd",
    }

    /// How binding a value set is. Weaker ones are not compiled.
    spelled enum Strength {
        Required = "required",
        Extensible = "extensible",
    }

    /// How much an invariant weighs.
    spelled enum Weight {
        Error = "error",
        Warning = "warning",
    }
}

choices! {
    /// Data types that have rules of their own.
    enum TypeRole {
        /// No such rules.
        Plain,
        Attachment,
        Coding,
        Extension,
        Meta,
        /// And what narrows it, such as `Age`.
        Quantity,
        Reference,
    }

    /// How the codes of a value set are known.
    enum CodeList {
        /// All of them are listed.
        Listed,
        /// Too many to list, with a form that can be checked: `text/plain`.
        MimeType,
        /// ISO 4217: `INR`.
        Currency,
    }

    /// How a fixed value is meant.
    enum FixedKind {
        /// Equal, nothing more and nothing less.
        Fixed,
        /// At least this.
        Pattern,
    }
}
