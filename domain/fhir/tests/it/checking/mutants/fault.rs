//! The faults.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Mutant;
use super::guide::{CODES, DATES, REQUIRED, SYSTEMS};
use super::site::{self, Site};

const NOWHERE: &str = "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff";

/// What was done at which element.
type Done = BTreeSet<(&'static str, String)>;

/// All faults of a document that have not been done yet, each with the name of what was done.
pub(super) fn mutants(
    name: &str,
    document: &Value,
    done: &mut Done,
) -> Vec<(&'static str, Mutant)> {
    let mut mutants = Mutants { name, document, done, made: vec![] };
    for site in site::all(document) {
        let value = document.pointer(&site.pointer).unwrap();
        mutants.of_json(&site, value);
        mutants.of_elements(&site, value);
        mutants.of_texts(&site, value);
        mutants.of_references(&site, value);
    }
    mutants.of_the_document();
    mutants.made
}

struct Mutants<'d> {
    name: &'d str,
    document: &'d Value,
    done: &'d mut Done,
    made: Vec<(&'static str, Mutant)>,
}

impl Mutants<'_> {
    fn put(&mut self, operator: &'static str, site: &Site, value: Value) {
        self.change(operator, site, |document| {
            *document.pointer_mut(&site.pointer).unwrap() = value;
        });
    }

    fn change(&mut self, operator: &'static str, site: &Site, change: impl FnOnce(&mut Value)) {
        if self.done.insert((operator, site.path.clone())) {
            let mut document = self.document.clone();
            change(&mut document);
            self.made.push((operator, site.mutant(document.to_string())));
        }
    }

    fn add(&mut self, operator: &'static str, site: &Site, name: &str, value: Value) {
        self.change(operator, site, |document| {
            document.pointer_mut(&site.pointer).unwrap()[name] = value;
        });
    }

    /// JSON that FHIR does not allow anywhere.
    fn of_json(&mut self, site: &Site, value: &Value) {
        self.put("null", site, Value::Null);
        match value {
            Value::String(_) => {
                self.put("empty text", site, json!(""));
                self.put("number for text", site, json!(7));
            }
            Value::Number(number) => self.put("text for number", site, json!(number.to_string())),
            Value::Bool(truth) => self.put("text for truth", site, json!(truth.to_string())),
            Value::Object(_) => {
                self.put("empty object", site, json!({}));
                self.put("text for object", site, json!("x"));
                self.add("unknown member", site, "zzz", json!("x"));
                self.add("unknown member beside", site, "_zzz", json!({ "id": "x" }));
            }
            Value::Array(items) => {
                self.put("empty list", site, json!([]));
                self.put("item for list", site, items[0].clone());
            }
            Value::Null => {}
        }
        if !site.is_item() && !value.is_array() {
            self.put("list for item", site, json!([value]));
        }
        self.twice(site, value);
    }

    /// A name twice in one object, which only the text can show.
    fn twice(&mut self, site: &Site, value: &Value) {
        const MARK: &str = "\u{1}";
        if site.is_item() || value.is_array() || !self.done.insert(("twice", site.path.clone())) {
            return;
        }
        let mut document = self.document.clone();
        *document.pointer_mut(&site.pointer).unwrap() = json!(MARK);
        let mark = json!(MARK).to_string();
        let once = format!("{}:{value}", json!(site.key()));
        let json = document.to_string().replace(&mark, &format!("{value},{once}"));
        self.made.push(("twice", site.mutant(json)));
    }

    fn of_elements(&mut self, site: &Site, value: &Value) {
        if REQUIRED.contains(&site.path.as_str()) && !site.is_item() {
            self.change("missing", site, |document| {
                let parent = document.pointer_mut(site.parent()).unwrap();
                parent.as_object_mut().unwrap().remove(site.key());
            });
        }
        if SYSTEMS.contains(&site.path.as_str()) {
            self.put("other system", site, json!("http://example.org/codes"));
        }
        if CODES.contains(&site.path.as_str()) && value.is_string() {
            self.put("unknown code", site, json!("nonsense"));
        }
        let stem = ["value", "effective", "onset", "medication"].into_iter().find(|stem| {
            let rest = site.name().strip_prefix(stem);
            rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
        });
        if let Some(stem) = stem.filter(|_| !site.is_item()) {
            let other = if stem == "medication" { "Reference" } else { "Period" };
            self.change("two types", site, |document| {
                let parent = document.pointer_mut(site.parent()).unwrap();
                parent[format!("{stem}{other}")] = json!({ "id": "x" });
            });
        }
        if site.path == "Observation.valueQuantity" {
            self.change("other type", site, |document| {
                let parent = document.pointer_mut(site.parent()).unwrap().as_object_mut().unwrap();
                parent.remove("valueQuantity");
                parent.insert("valueAddress".into(), json!({ "text": "x" }));
            });
        }
    }

    fn of_texts(&mut self, site: &Site, value: &Value) {
        let Some(text) = value.as_str() else {
            return;
        };
        if DATES.contains(&site.name()) {
            self.put("no such day", site, json!("2026-02-30"));
            self.put("no such month", site, json!("2026-13"));
            self.put("no date", site, json!("04/05/2026"));
            if text.contains('T') {
                self.put("no zone", site, json!("2026-05-04T10:30:00"));
                self.put("no such hour", site, json!("2026-05-04T24:30:00Z"));
            }
        }
        match site.name() {
            "resourceType" => self.put("unknown type", site, json!("Pationt")),
            "id" => self.put("no id", site, json!("a b")),
            "system" | "url" => self.put("blank in address", site, json!("http://a b")),
            "code" => self.put("blank before code", site, json!(format!(" {text}"))),
            "data" => self.put("no base64", site, json!("%%%")),
            "contentType" => self.put("no media type", site, json!("pdf")),
            "div" => {
                let put = |from: &str, to: &str| json!(text.replacen(from, to, 1));
                self.put("open tag", site, put("</div>", "<p></div>"));
                self.put("script", site, put("</div>", "<script>x</script></div>"));
                self.put("event", site, put("<div ", "<div onload=\"x\" "));
                self.put("no namespace", site, put("xmlns", "class"));
                self.put("bare ampersand", site, put("</div>", " & </div>"));
                self.put(
                    "no words",
                    site,
                    json!("<div xmlns=\"http://www.w3.org/1999/xhtml\"> </div>"),
                );
            }
            _ => {}
        }
    }

    fn of_references(&mut self, site: &Site, value: &Value) {
        let Some(address) = value["reference"].as_str() else {
            return;
        };
        let composition = &self.document["entry"][0]["fullUrl"];
        let with = |reference: &str| {
            let mut with = value.clone();
            with["reference"] = json!(reference);
            with
        };
        self.put("leads nowhere", site, with(NOWHERE));
        self.put("relative", site, with("Patient/nobody"));
        self.put("contained nowhere", site, with("#nobody"));
        self.put("address in capitals", site, with(&address.to_uppercase()));
        let mut to_composition = with(composition.as_str().unwrap());
        to_composition.as_object_mut().unwrap().remove("type");
        self.put("to the Composition", site, to_composition);
        self.add("names another type", site, "type", json!("Device"));
    }

    fn of_the_document(&mut self) {
        let name = self.name;
        let site =
            |pointer: &str| Site { pointer: pointer.to_owned(), path: format!("{name}:{pointer}") };
        for kind in ["collection", "searchset", "message", "transaction"] {
            let mut site = site("/type");
            site.path.push_str(kind);
            self.put("kind of bundle", &site, json!(kind));
        }
        self.put("other profile", &site("/meta/profile/0"), json!("http://example.org/Other"));
        self.add("total", &site(""), "total", json!(1));
        self.add("search", &site("/entry/1"), "search", json!({ "mode": "match" }));
        self.add("request", &site("/entry/1"), "request", json!({ "method": "GET", "url": "x" }));
        self.add("response", &site("/entry/1"), "response", json!({ "status": "200" }));
        self.put("relative", &site("/entry/1/fullUrl"), json!("Patient/1"));
        self.put("not first", &site("/entry/0"), self.document["entry"][1].clone());
        self.put(
            "doubled",
            &site("/entry/1/fullUrl"),
            self.document["entry"][0]["fullUrl"].clone(),
        );
        let composition = site("/entry/0/resource/meta/profile/0");
        self.put("no document profile", &composition, json!("http://example.org/Other"));
        self.put(
            "profile of another type",
            &site("/entry/0/resource/meta/profile/0"),
            json!("https://nrces.in/ndhm/fhir/r4/StructureDefinition/Patient"),
        );
        self.of_sections(&site("/entry/0/resource/section"));
        self.change("second patient", &site("/entry"), |document| {
            let entries = document["entry"].as_array_mut().unwrap();
            let is_patient = |entry: &&Value| entry["resource"]["resourceType"] == "Patient";
            let mut other = entries.iter().find(is_patient).unwrap().clone();
            (other["fullUrl"], other["resource"]["id"]) = (json!(NOWHERE), json!(NOWHERE[9..]));
            entries.push(other);
        });
    }

    fn of_sections(&mut self, sections: &Site) {
        self.change("section twice", sections, |document| {
            let list = document.pointer_mut(&sections.pointer).unwrap().as_array_mut().unwrap();
            list.push(list[0].clone());
        });
        self.change("empty section", sections, |document| {
            let list = document.pointer_mut(&sections.pointer).unwrap().as_array_mut().unwrap();
            let section = list[0].as_object_mut().unwrap();
            section.remove("entry");
            section.remove("text");
        });
        self.change("entry of another kind", sections, |document| {
            let patient = document["entry"].as_array().unwrap().iter();
            let mut patients =
                patient.filter(|entry| entry["resource"]["resourceType"] == "Patient");
            let url = patients.next().unwrap()["fullUrl"].clone();
            let list = document.pointer_mut(&sections.pointer).unwrap();
            list[0]["entry"].as_array_mut().unwrap().push(json!({ "reference": url }));
        });
    }
}
