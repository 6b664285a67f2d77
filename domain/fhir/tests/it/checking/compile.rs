//! The compiler of rules, on definitions small enough to see at once.

use std::io::Write as _;

use abdm_fhir::Rules;
use abdm_fhir::rules::{CompileError, Input, compile, compile_folder};
use abdm_fhir::validate::{ValidateOptions, validate};
use serde_json::{Value, json};

type Files = Vec<(String, Vec<u8>)>;

/// A `StructureDefinition` with these elements below its root.
fn definition(kind: &str, name: &str, elements: &[Value]) -> (String, Vec<u8>) {
    let mut all = vec![json!({ "id": name, "path": name, "min": 0, "max": "*" })];
    all.extend(elements.iter().cloned());
    let definition = json!({
        "resourceType": "StructureDefinition",
        "url": format!("http://hl7.org/fhir/StructureDefinition/{name}"),
        "kind": kind,
        "abstract": false,
        "type": name,
        "snapshot": { "element": all }
    });
    (format!("StructureDefinition-{name}.json"), definition.to_string().into_bytes())
}

/// An element; `more` is put into it.
fn element(id: &str, of: &str, (min, max): (u8, &str), more: &Value) -> Value {
    let path: Vec<&str> = id.split('.').map(|step| step.split(':').next().unwrap()).collect();
    let mut element = json!({
        "id": id, "path": path.join("."), "min": min, "max": max, "type": [{ "code": of }]
    });
    element.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    element
}

/// A resource type `Thing` with these elements, and the data types that they may have.
fn thing(elements: &[Value]) -> Files {
    let text = |name: &str| element(name, "string", (0, "1"), &json!({}));
    vec![
        definition("complex-type", "Element", &[text("Element.id")]),
        definition(
            "complex-type",
            "Coding",
            &[text("Coding.system"), text("Coding.code"), text("Coding.display")],
        ),
        definition("complex-type", "BackboneElement", &[]),
        definition("complex-type", "DomainResource", &[text("DomainResource.id")]),
        definition("resource", "Thing", elements),
    ]
}

fn rules(files: Files) -> Result<Rules, CompileError> {
    Ok(compile(&[Input::of("things", files)])?.into_rules().unwrap())
}

fn findings(rules: &Rules, thing: &Value) -> Vec<(&'static str, String)> {
    let report = validate(thing.to_string().as_bytes(), rules, &ValidateOptions::default());
    report.findings.into_iter().map(|finding| (finding.rule, finding.path)).collect()
}

fn error(elements: &[Value]) -> String {
    rules(thing(elements)).unwrap_err().to_string()
}

#[test]
fn rules_of_a_compiled_definition_are_checked() {
    let rules = rules(thing(&[
        element("Thing.note", "string", (1, "1"), &json!({})),
        element("Thing.part", "BackboneElement", (0, "*"), &json!({})),
        element("Thing.part.size", "positiveInt", (0, "1"), &json!({})),
    ]))
    .unwrap();
    let thing = json!({ "resourceType": "Thing", "note": "x", "part": [{ "size": 1 }] });
    assert_eq!(findings(&rules, &thing), []);
    let thing =
        json!({ "resourceType": "Thing", "part": [{ "size": 0 }, { "size": 1, "sise": 1 }] });
    assert_eq!(
        findings(&rules, &thing),
        [
            ("primitive-format", "Thing.part[0].size".to_owned()),
            ("unknown-member", "Thing.part[1].sise".to_owned()),
            ("cardinality", "Thing.note".to_owned()),
        ]
    );
}

#[test]
fn a_pattern_asks_for_at_least_that_and_a_fixed_value_for_exactly_that() {
    let given = json!({ "system": "http://a", "code": "b" });
    for (member, rule) in [("patternCoding", "pattern"), ("fixedCoding", "fixed")] {
        let rules =
            rules(thing(&[element("Thing.code", "Coding", (0, "1"), &json!({ member: given }))]))
                .unwrap();
        let of = |code: Value| findings(&rules, &json!({ "resourceType": "Thing", "code": code }));
        assert_eq!(of(given.clone()), []);
        let more = of(json!({ "system": "http://a", "code": "b", "display": "c" }));
        assert_eq!(more.is_empty(), rule == "pattern");
        assert_eq!(
            of(json!({ "system": "http://a", "code": "c" })),
            [(rule, "Thing.code".to_owned())]
        );
    }
}

#[test]
fn a_slice_that_must_be_there_is_missed_even_when_the_list_is() {
    let slicing = json!({ "slicing": { "discriminator": [{ "type": "value", "path": "system" }], "rules": "open" } });
    let elements = [
        element("Thing.code", "Coding", (0, "*"), &slicing),
        element("Thing.code:ours", "Coding", (1, "1"), &json!({ "sliceName": "ours" })),
        element(
            "Thing.code:ours.system",
            "string",
            (1, "1"),
            &json!({ "fixedString": "http://a" }),
        ),
    ];
    let rules = rules(thing(&elements)).unwrap();
    let of = |thing: Value| findings(&rules, &thing);
    let (ours, other) = (json!({ "system": "http://a" }), json!({ "system": "http://b" }));
    assert_eq!(of(json!({ "resourceType": "Thing", "code": [other, ours] })), []);
    assert_eq!(of(json!({ "resourceType": "Thing" })), [("cardinality", "Thing.code".to_owned())]);
    for codes in [json!([other]), json!([ours, ours])] {
        let found = of(json!({ "resourceType": "Thing", "code": codes }));
        assert_eq!(found, [("slice-cardinality", "Thing.code".to_owned())]);
    }
}

#[test]
fn value_sets_are_worked_out_from_their_parts() {
    let binding = json!({ "binding": { "strength": "required", "valueSet": "http://v|1" } });
    let mut files = thing(&[element("Thing.state", "code", (0, "1"), &binding)]);
    let system = json!({
        "url": "http://s", "content": "complete",
        "concept": [{ "code": "a", "concept": [{ "code": "b" }] }, { "code": "c" }]
    });
    let set = json!({
        "url": "http://v",
        "compose": {
            "include": [{ "system": "http://s" }, { "system": "http://t", "concept": [{ "code": "d" }] }],
            "exclude": [{ "system": "http://s", "concept": [{ "code": "c" }] }]
        }
    });
    files.push(("CodeSystem-s.json".into(), system.to_string().into_bytes()));
    files.push(("ValueSet-v.json".into(), set.to_string().into_bytes()));
    let rules = rules(files).unwrap();
    for (code, is_in) in [("a", true), ("b", true), ("c", false), ("d", true), ("e", false)] {
        let found = findings(&rules, &json!({ "resourceType": "Thing", "state": code }));
        assert_eq!(found.is_empty(), is_in, "{code}: {found:?}");
    }
}

#[test]
fn an_unknown_rule_is_refused_by_name() {
    let constraint = |severity: &str| {
        let constraint = json!([{ "key": "zzz-1", "severity": severity }]);
        element("Thing.note", "string", (0, "1"), &json!({ "constraint": constraint }))
    };
    assert!(error(&[constraint("error")]).starts_with("Thing.note has the invariant zzz-1"));
    assert!(rules(thing(&[constraint("warning")])).is_ok());
    let unknown = error(&[element("Thing.note", "Song", (0, "1"), &json!({}))]);
    assert_eq!(unknown, "Thing.note is of type Song, which no input defines");
    let slicing = json!({ "slicing": { "discriminator": [{ "type": "value", "path": "system" }], "rules": "open" } });
    let sliced = error(&[
        element("Thing.code", "Coding", (0, "*"), &slicing),
        element("Thing.code:ours", "Coding", (0, "1"), &json!({ "sliceName": "ours" })),
    ]);
    assert!(sliced.starts_with("Thing.code:ours is sliced by value:system"), "{sliced}");
}

#[test]
fn a_folder_and_a_published_package_give_the_same_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (unpacked, packed) = (folder.path().join("things"), folder.path().join("things.tgz"));
    std::fs::create_dir(&unpacked).unwrap();
    let gzip = flate2::write::GzEncoder::new(
        std::fs::File::create(&packed).unwrap(),
        flate2::Compression::fast(),
    );
    let mut archive = tar::Builder::new(gzip);
    let mut files = thing(&[element("Thing.note", "string", (1, "1"), &json!({}))]);
    files.push(("example/StructureDefinition-Broken.json".into(), b"{".to_vec()));
    for (name, content) in files {
        if !name.contains('/') {
            std::fs::write(unpacked.join(&name), &content).unwrap();
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("package/{name}"), &content[..]).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap().flush().unwrap();

    let out = folder.path().join("things.rules");
    let manifest = compile_folder(std::slice::from_ref(&packed), &out).unwrap();
    let rules = Rules::from_bytes(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(rules.manifest(), &manifest);
    let [from_package, from_folder] = [packed, unpacked].map(|path| {
        let compiled = compile(&[Input::read(&path).unwrap()]).unwrap();
        (compiled.manifest().sources[0].sha256.clone(), compiled.into_rules().unwrap())
    });
    assert_eq!(from_package.0, from_folder.0);
    let thing = json!({ "resourceType": "Thing" });
    assert_eq!(findings(&from_package.1, &thing), findings(&from_folder.1, &thing));
    assert_eq!(findings(&rules, &thing), [("cardinality", "Thing.note".to_owned())]);
}
