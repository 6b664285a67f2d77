//! The architecture, held by tests: who may know whom, and what each file owes its reader.

mod circles;
mod language;
mod migrations;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::root;

/// Which of our crates each of them may know, in whatever kind of dependency. A new crate needs a
/// line here.
const MAY_KNOW: [(&str, &[&str]); 13] = [
    ("abdm-fhir", &[]),
    ("abdm-fidelius", &[]),
    ("hip-proof", &[]),
    ("hip-launcher", &[]),
    ("hip-reference", &["abdm-fhir"]),
    // The outside world shares no code with the product, so that a mistake cannot cancel itself out.
    ("hip-sandbox", &[]),
    ("hip-domain-derive", &[]),
    ("hip-domain", &["abdm-fhir", "hip-domain-derive"]),
    ("hip-commands", &["hip-domain", "abdm-fhir", "abdm-fidelius"]),
    ("hip-projections", &["hip-domain"]),
    (
        "hip-infra",
        &[
            "abdm-fhir",
            "abdm-fidelius",
            "hip-commands",
            "hip-domain",
            "hip-projections",
            "hip-proof",
        ],
    ),
    (
        "hip",
        &[
            "abdm-fhir",
            "abdm-fidelius",
            "hip-commands",
            "hip-domain",
            "hip-infra",
            "hip-launcher",
            "hip-projections",
            "hip-proof",
            "hip-sandbox",
        ],
    ),
    (
        "hip-tests",
        &[
            "abdm-fhir",
            "abdm-fidelius",
            "hip-commands",
            "hip-domain",
            "hip-infra",
            "hip-launcher",
            "hip-projections",
            "hip-proof",
            "hip-reference",
            "hip-sandbox",
        ],
    ),
];

/// What would bring I/O, a clock or randomness into the domain.
const FORBIDDEN_IN_DOMAIN: [&str; 5] = ["axum", "rand", "reqwest", "sqlx", "tokio"];

/// How long a source file may be; from half of it on, look for the second idea in it.
const LINE_COUNT_MAX: usize = 400;

/// Files that are longer, each with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// How many files a folder of sources may hold.
const FILE_COUNT_MAX: usize = 20;

/// Folders that hold more, each with the reason.
const LARGE_FOLDERS: [(&str, &str); 2] = [
    ("domain/src", "one file an aggregate, and the words they share"),
    ("domain/fhir/src/model/resource", "one file a FHIR resource"),
];

/// What is not part of the repository. In a worktree `.git` is a file that names its place.
const FOREIGN: [&str; 3] = [".git", ".components", "target"];

/// Starts of paths that exist on one machine only; taken apart, so that this file has none.
const MACHINE_PATHS: [&str; 3] =
    [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

#[derive(Deserialize)]
struct Manifest {
    package: Package,
    #[serde(flatten)]
    dependencies: Dependencies,
    #[serde(default)]
    target: BTreeMap<String, Dependencies>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    license: Option<toml::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Dependencies {
    #[serde(rename = "dependencies")]
    product: toml::Table,
    #[serde(rename = "build-dependencies")]
    build: toml::Table,
    #[serde(rename = "dev-dependencies")]
    tests: toml::Table,
}

impl Manifest {
    /// The crates that this one knows, by their own names, with or without those of its tests.
    fn known(&self, workspace: &Workspace, with_tests: bool) -> BTreeSet<String> {
        std::iter::once(&self.dependencies)
            .chain(self.target.values())
            .flat_map(|kinds| {
                let tests = with_tests.then_some(&kinds.tests);
                [&kinds.product, &kinds.build].into_iter().chain(tests)
            })
            .flatten()
            .map(|(name, details)| {
                let own_name =
                    |details: &toml::Value| Some(details.get("package")?.as_str()?.into());
                own_name(details)
                    .or_else(|| own_name(workspace.dependencies.get(name)?))
                    .unwrap_or_else(|| name.clone())
            })
            .collect()
    }
}

#[derive(Deserialize)]
struct Root {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    members: Vec<String>,
    dependencies: BTreeMap<String, toml::Value>,
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn workspace() -> Workspace {
    let root: Root = toml::from_str(&read(&root().join("Cargo.toml"))).expect("a root manifest");
    root.workspace
}

fn manifests(workspace: &Workspace) -> Vec<Manifest> {
    let members = workspace.members.iter();
    members
        .map(|member| {
            let path = root().join(member).join("Cargo.toml");
            toml::from_str(&read(&path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

/// Every file of the repository, as a path from its root.
fn files() -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a directory of ours can be read") {
            let entry = entry.expect("a directory of ours can be read");
            let kind = entry.file_type().expect("a directory entry has a type");
            let is_foreign = FOREIGN.iter().any(|name| entry.file_name() == *name);
            if kind.is_dir() && !is_foreign {
                directories.push(entry.path());
            } else if kind.is_file() && !is_foreign {
                let path = entry.path();
                found.push(path.strip_prefix(&root).expect("it was found below").to_owned());
            }
        }
    }
    found.sort();
    found
}

fn files_with_extension(extension: &str) -> impl Iterator<Item = PathBuf> {
    files().into_iter().filter(move |path| path.extension().is_some_and(|its| its == extension))
}

#[track_caller]
fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn arrows_point_one_way() {
    let workspace = workspace();
    let manifests = manifests(&workspace);
    let may_know: BTreeMap<&str, &[&str]> = MAY_KNOW.into_iter().collect();
    let members: BTreeSet<&str> = manifests.iter().map(|it| it.package.name.as_str()).collect();
    assert_eq!(members, may_know.keys().copied().collect(), "crates and their table differ");
    let mut wrong = Vec::new();
    for manifest in &manifests {
        let name = manifest.package.name.as_str();
        for known in manifest.known(&workspace, true) {
            if members.contains(known.as_str()) && !may_know[name].contains(&known.as_str()) {
                wrong.push(format!("{name} knows {known}"));
            }
        }
    }
    assert_none("dependencies against the arrows", &wrong);
}

#[test]
fn the_domain_does_no_io() {
    let workspace = workspace();
    let manifests = manifests(&workspace);
    let domain = manifests.iter().find(|it| it.package.name == "hip-domain").expect("the domain");
    let mut known = domain.known(&workspace, false);
    known.retain(|name| FORBIDDEN_IN_DOMAIN.contains(&name.as_str()));
    assert_none("the domain depends on", &known.into_iter().collect::<Vec<_>>());
}

#[test]
fn only_the_binary_describes_its_rest_interface() {
    let workspace = workspace();
    let below: Vec<String> = manifests(&workspace)
        .iter()
        .filter(|it| it.package.name != "hip" && it.known(&workspace, false).contains("utoipa"))
        .map(|it| it.package.name.clone())
        .collect();
    assert_none("crates below the binary that depend on utoipa", &below);
}

#[test]
fn every_crate_has_the_licence_of_the_workspace() {
    let is_inherited = |license: &Option<toml::Value>| {
        license.as_ref().and_then(|it| it.get("workspace")).and_then(toml::Value::as_bool)
            == Some(true)
    };
    let without: Vec<String> = manifests(&workspace())
        .into_iter()
        .filter(|manifest| !is_inherited(&manifest.package.license))
        .map(|manifest| manifest.package.name)
        .collect();
    assert_none("crates without `license.workspace = true`", &without);
}

#[test]
fn every_migration_opens_with_a_comment() {
    let migrations: Vec<PathBuf> =
        files_with_extension("sql").filter(|path| path.starts_with("migrations")).collect();
    assert!(!migrations.is_empty(), "the migrations have moved, and this test with them");
    let silent: Vec<String> = migrations
        .iter()
        .filter(|path| !read(&root().join(path)).starts_with("-- "))
        .map(|path| path.display().to_string())
        .collect();
    assert_none("migrations that do not say what they are for", &silent);
}

#[test]
fn files_stay_short_or_say_why() {
    let lines = |path: &Path| read(&root().join(path)).lines().count();
    let is_listed = |path: &Path| LONG_FILES.iter().any(|(long, _)| path == Path::new(long));
    let long: Vec<String> = files_with_extension("rs")
        .filter(|path| !is_listed(path) && lines(path) > LINE_COUNT_MAX)
        .map(|path| format!("{}: {} lines", path.display(), lines(&path)))
        .collect();
    assert_none("files with more than one idea", &long);
    for (path, reason) in LONG_FILES {
        assert!(lines(Path::new(path)) > LINE_COUNT_MAX, "{path} is short now ({reason})");
    }
}

#[test]
fn folders_stay_small_or_say_why() {
    let mut counts: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for path in files_with_extension("rs") {
        *counts.entry(path.parent().expect("a file lies in a folder").to_owned()).or_default() += 1;
    }
    counts.retain(|_, count| *count > FILE_COUNT_MAX);
    let is_listed = |path: &Path| LARGE_FOLDERS.iter().any(|(large, _)| path == Path::new(large));
    let large: Vec<String> = counts
        .iter()
        .filter(|(path, _)| !is_listed(path))
        .map(|(path, count)| format!("{}: {count} files", path.display()))
        .collect();
    assert_none("folders with more than one room in them", &large);
    for (path, reason) in LARGE_FOLDERS {
        assert!(counts.contains_key(Path::new(path)), "{path} is small now ({reason})");
    }
}

#[test]
fn the_binary_holds_no_sql() {
    let is_sql = |line: &str| {
        ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "sqlx::query", "QueryBuilder"]
            .iter()
            .any(|sign| line.contains(sign))
    };
    let (mut asked, mut count) = (vec![], 0);
    for path in files_with_extension("rs") {
        // The benchmarks ask the database what their rows compare with.
        if path.starts_with("api/src") && !path.starts_with("api/src/dev") {
            count += 1;
            if read(&root().join(&path)).lines().any(is_sql) {
                asked.push(path.display().to_string());
            }
        }
    }
    assert!(count > 100, "the sources of the binary have moved, and this test with them");
    assert_none("files of the binary with SQL, which belongs to hip-infra", &asked);
}

#[test]
fn modules_lie_beside_their_folders() {
    let old_style: Vec<String> = files_with_extension("rs")
        .filter(|path| path.ends_with("mod.rs"))
        .map(|path| path.display().to_string())
        .collect();
    assert_none("foo/mod.rs instead of foo.rs", &old_style);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let traces: Vec<String> = files()
        .into_iter()
        // What is no text cannot be searched, and holds no path that anybody wrote.
        .filter_map(|path| Some((fs::read_to_string(root().join(&path)).ok()?, path)))
        .flat_map(|(text, path)| {
            let found = MACHINE_PATHS.iter().filter(move |machine| text.contains(**machine));
            found.map(move |machine| format!("{}: {machine}", path.display())).collect::<Vec<_>>()
        })
        .collect();
    assert_none("files with a path of one machine", &traces);
}
