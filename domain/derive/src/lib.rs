//! `#[derive(LogEvent)]`: implements `hip_domain::aggregate::LogEvent` and `cqrs_es::DomainEvent` for an enum of
//! events.
//!
//! It reads from each variant:
//!
//! - the stored name, from `#[serde(rename = "…")]`;
//! - the sealed part, from `#[sealed]` on the field that holds it, or `#[sealed(member)]` if it is a member of that
//!   field. At most one field of a variant is sealed. A sealed field needs `#[serde(skip)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Ident, LitStr, Member, Meta, Result, Variant};

/// See the description of the crate.
#[proc_macro_derive(LogEvent, attributes(sealed))]
pub fn log_event(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    implementation(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn implementation(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(events) = &input.data else {
        return Err(Error::new(input.span(), "events are an enum"));
    };
    let event = &input.ident;
    let (mut names, mut parts, mut parts_mut) = (vec![], vec![], vec![]);
    for variant in &events.variants {
        let name = stored_name(variant)?;
        let ident = &variant.ident;
        names.push(quote!(Self::#ident { .. } => #name));
        if let Some(Sealed { field, member }) = sealed(variant)? {
            let (shared, unique) = match member {
                None => (quote!(part), quote!(part)),
                Some(member) => (quote!(&part.#member), quote!(&mut part.#member)),
            };
            parts.push(quote!(Self::#ident { #field: part, .. } => Some(#shared)));
            parts_mut.push(quote!(Self::#ident { #field: part, .. } => Some(#unique)));
        }
    }
    let sealed = (!parts.is_empty()).then(|| {
        // With a sealed part in each variant there is no other.
        let rest = (parts.len() < events.variants.len()).then(|| quote!(_ => None,));
        quote! {
            fn sealed(&self) -> Option<&dyn crate::sealed::SealedPart> {
                match self { #(#parts,)* #rest }
            }

            fn sealed_mut(&mut self) -> Option<&mut dyn crate::sealed::SealedPart> {
                match self { #(#parts_mut,)* #rest }
            }
        }
    });
    Ok(quote! {
        impl crate::aggregate::LogEvent for #event {
            fn name(&self) -> &'static str {
                match self { #(#names,)* }
            }

            #sealed
        }

        impl cqrs_es::DomainEvent for #event {
            fn event_type(&self) -> String {
                crate::aggregate::LogEvent::name(self).to_owned()
            }

            fn event_version(&self) -> String {
                "1".to_owned()
            }
        }
    })
}

fn stored_name(variant: &Variant) -> Result<LitStr> {
    let mut name = None;
    each_serde(&variant.attrs, |word, value| {
        if word == "rename" {
            name = value;
        }
    })?;
    name.ok_or_else(|| {
        Error::new(variant.span(), "the stored name is missing: #[serde(rename = \"…\")]")
    })
}

/// The field with the sealed part.
struct Sealed {
    field: Member,
    member: Option<Ident>,
}

fn sealed(variant: &Variant) -> Result<Option<Sealed>> {
    let mut found = None;
    for (place, field) in variant.fields.iter().enumerate() {
        let Some(attribute) = field.attrs.iter().find(|one| one.path().is_ident("sealed")) else {
            continue;
        };
        let member = match &attribute.meta {
            Meta::Path(_) => None,
            Meta::List(_) | Meta::NameValue(_) => Some(attribute.parse_args::<Ident>()?),
        };
        let mut is_skipped = member.is_some();
        each_serde(&field.attrs, |word, _| is_skipped |= word == "skip")?;
        if !is_skipped {
            return Err(Error::new(field.span(), "a sealed part needs #[serde(skip)]"));
        }
        if found.is_some() {
            return Err(Error::new(field.span(), "a variant has one sealed part at most"));
        }
        let field = field.ident.clone().map_or_else(|| place.into(), Member::Named);
        found = Some(Sealed { field, member });
    }
    Ok(found)
}

/// Calls `see` for each word in `#[serde(…)]`, with its text.
fn each_serde(attributes: &[Attribute], mut see: impl FnMut(Ident, Option<LitStr>)) -> Result<()> {
    for attribute in attributes.iter().filter(|one| one.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().cloned().unwrap_or_else(|| format_ident!("other"));
            let value =
                if meta.input.peek(syn::Token![=]) { Some(meta.value()?.parse()?) } else { None };
            see(word, value);
            Ok(())
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn error(input: &DeriveInput) -> String {
        implementation(input).unwrap_err().to_string()
    }

    #[test]
    fn an_event_without_a_stored_name_is_an_error() {
        let input = parse_quote!(
            enum E {
                Begun {},
            }
        );
        assert!(error(&input).contains("stored name"));
    }

    #[test]
    fn a_sealed_part_that_would_be_stored_in_clear_is_an_error() {
        let input = parse_quote!(
            enum E {
                #[serde(rename = "e.begun")]
                Begun {
                    #[serde(default)]
                    #[sealed]
                    part: Sealed<Part>,
                },
            }
        );
        assert!(error(&input).contains("serde(skip)"));
    }

    #[test]
    fn names_and_parts_are_found() {
        let input = parse_quote!(
            enum E {
                #[serde(rename = "e.begun", alias = "other")]
                Begun(#[sealed(raw)] Box<Begun>),
                #[serde(rename = "e.ended")]
                Ended {
                    #[serde(skip)]
                    #[sealed]
                    part: Sealed<Part>,
                },
            }
        );
        let code = implementation(&input).unwrap().to_string();
        for found in
            ["\"e.begun\"", "\"e.ended\"", "0 : part , ..", "& mut part . raw", "part : part"]
        {
            assert!(code.contains(found), "{found}: {code}");
        }
    }
}
