//! No two files of a crate use each other, directly or over others.
//!
//! An arrow goes from the file that uses a name to the file that defines it, through any re-exports between. Three
//! things are no arrows: to hand a name on (`pub use`), to declare a module, and what a module takes from the modules
//! around it, which are its own home. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;
use syn::{Item, UseTree};

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut found = Vec::new();
    for member in super::workspace().members {
        found.extend(circles(&super::root().join(member).join("src")));
    }
    super::assert_none("arrows of files that use each other in a circle", &found);
}

#[test]
fn a_circle_over_a_re_export_is_found() {
    let crate_ = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(crate_.path().join(name), text).unwrap();
    fs::create_dir(crate_.path().join("room")).unwrap();
    write("lib.rs", "mod lamp; mod room; mod table;");
    write("room.rs", "mod chair; pub use chair::Chair; pub struct Wall;");
    write("room/chair.rs", "use super::Wall; pub struct Chair(crate::table::Table, Wall);");
    write("table.rs", "use crate::lamp; pub struct Table; fn light() { lamp::light() }");
    write("lamp.rs", "pub fn light() {}");
    assert_eq!(circles(crate_.path()), Vec::<String>::new());
    write("lamp.rs", "use crate::room::Chair; pub fn light() { drop(None::<Chair>) }");
    let found = circles(crate_.path());
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|arrow| arrow.ends_with("room/chair.rs: Chair")), "{found:#?}");
}

/// A module's path from the root of its crate.
type Module = Vec<String>;

/// From each file to the files that it uses, with the names that it takes from there.
type Arrows<'a> = BTreeMap<&'a Module, BTreeMap<&'a Module, BTreeSet<String>>>;

#[derive(Default)]
struct File {
    path: PathBuf,
    /// Names that it defines itself.
    defines: BTreeSet<String>,
    /// Names that it brings in, each with the path that it was brought in by.
    brings: BTreeMap<String, Module>,
    /// Modules of which it brings in everything.
    globs: Vec<Module>,
    /// Paths that it uses.
    uses: BTreeSet<Module>,
}

/// The arrows of all circles among the sources below `source`, each as `from -> to: names`.
fn circles(source: &Path) -> Vec<String> {
    let mut files = BTreeMap::new();
    for path in sources(source) {
        let module = module_of(source, &path);
        let text = fs::read_to_string(&path).expect("a source can be read");
        let parsed =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut file = File { path, ..File::default() };
        let mut reader = Reader { module: &module, file: &mut file };
        for item in &parsed.items {
            reader.visit_item(item);
        }
        files.insert(module, file);
    }
    Crate { files }.circles()
}

fn sources(source: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (vec![], vec![source.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources can be read") {
            let path = entry.expect("a folder of sources can be read").path();
            let is_tests = path.file_stem().is_some_and(|name| name == "tests" || name == "bin");
            if path.is_dir() && !is_tests {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") && !is_tests {
                found.push(path);
            }
        }
    }
    found
}

fn module_of(source: &Path, path: &Path) -> Module {
    let inner = path.strip_prefix(source).expect("it lies below").with_extension("");
    let names: Module = inner.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    match names.as_slice() {
        [root] if root == "lib" || root == "main" => vec![],
        _ => names,
    }
}

struct Reader<'a> {
    module: &'a Module,
    file: &'a mut File,
}

impl Reader<'_> {
    /// A path as it is written, from the root of the crate; `None` if it leads out of the crate or begins with a
    /// name that has to be looked up.
    fn absolute(&self, path: &[String]) -> Module {
        match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("self") => [self.module, &path[1..]].concat(),
            Some("super") => {
                let up = path.iter().take_while(|name| *name == "super").count();
                let kept = self.module.len().saturating_sub(up);
                [&self.module[..kept], &path[up..]].concat()
            }
            Some(_) | None => [self.module, path].concat(),
        }
    }

    fn bring(&mut self, tree: &UseTree, before: &[String], is_handed_on: bool) {
        match tree {
            UseTree::Path(path) => {
                self.bring(&path.tree, &[before, &[path.ident.to_string()]].concat(), is_handed_on);
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = before.last().cloned().unwrap_or_default();
                self.bring_one(last, before, is_handed_on);
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.bring_one(name.clone(), &[before, &[name]].concat(), is_handed_on);
            }
            UseTree::Rename(rename) => {
                let path = if rename.ident == "self" {
                    before.to_vec()
                } else {
                    [before, &[rename.ident.to_string()]].concat()
                };
                self.bring_one(rename.rename.to_string(), &path, is_handed_on);
            }
            UseTree::Glob(_) => {
                let path = self.absolute(before);
                self.file.globs.push(path);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.bring(tree, before, is_handed_on);
                }
            }
        }
    }

    fn bring_one(&mut self, name: String, path: &[String], is_handed_on: bool) {
        let path = self.absolute(path);
        if !is_handed_on {
            self.file.uses.insert(path.clone());
        }
        self.file.brings.insert(name, path);
    }

    fn define(&mut self, name: &syn::Ident) {
        self.file.defines.insert(name.to_string());
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|it| {
        it.path().is_ident("cfg")
            && it.parse_args::<syn::Path>().is_ok_and(|of| of.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Use(it) if !is_for_tests(&it.attrs) => {
                let is_handed_on = !matches!(it.vis, syn::Visibility::Inherited);
                self.bring(&it.tree, &[], is_handed_on);
                return;
            }
            Item::Mod(it) if is_for_tests(&it.attrs) => return,
            Item::Const(it) => self.define(&it.ident),
            Item::Enum(it) => self.define(&it.ident),
            Item::Fn(it) => self.define(&it.sig.ident),
            Item::Macro(it) => {
                if let Some(name) = &it.ident {
                    self.define(name);
                }
            }
            Item::Static(it) => self.define(&it.ident),
            Item::Struct(it) => self.define(&it.ident),
            Item::Trait(it) => self.define(&it.ident),
            Item::Type(it) => self.define(&it.ident),
            Item::Union(it) => self.define(&it.ident),
            Item::ExternCrate(_)
            | Item::ForeignMod(_)
            | Item::Impl(_)
            | Item::Mod(_)
            | Item::TraitAlias(_)
            | Item::Use(_)
            | Item::Verbatim(_)
            | _ => {}
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names: Module = path.segments.iter().map(|it| it.ident.to_string()).collect();
            let path = self.absolute(&names);
            self.file.uses.insert(path);
        }
        syn::visit::visit_path(self, path);
    }
}

struct Crate {
    files: BTreeMap<Module, File>,
}

impl Crate {
    /// The file that defines what a path leads to; nothing for a module itself, and for what lies outside.
    fn defining(&self, path: &[String], depth: u32) -> Option<&Module> {
        if depth > 16 {
            return None;
        }
        let place =
            (0..=path.len()).rev().find(|count| self.files.contains_key(&path[..*count]))?;
        let (module, file) = self.files.get_key_value(&path[..place])?;
        let name = path.get(place)?;
        if file.defines.contains(name) {
            return Some(module);
        }
        if let Some(brought) = file.brings.get(name) {
            let further = [brought, &path[place + 1..]].concat();
            if further != path {
                return self.defining(&further, depth + 1);
            }
        }
        let in_glob = |glob: &Module| self.defining(&[glob, &path[place..]].concat(), depth + 1);
        file.globs.iter().find_map(in_glob)
    }

    fn arrows(&self) -> Arrows<'_> {
        let mut arrows = Arrows::new();
        for (module, file) in &self.files {
            for path in &file.uses {
                if let Some(target) = self.defining(path, 0)
                    && !module.starts_with(target)
                {
                    let name = path.get(target.len()).or(path.last()).cloned().unwrap_or_default();
                    arrows.entry(module).or_default().entry(target).or_default().insert(name);
                }
            }
        }
        arrows
    }

    /// The arrows between files that reach each other.
    fn circles(&self) -> Vec<String> {
        let arrows = self.arrows();
        let reached: BTreeMap<&Module, BTreeSet<&Module>> =
            self.files.keys().map(|module| (module, reach(module, &arrows))).collect();
        let mut found = vec![];
        for (from, targets) in &arrows {
            for (to, names) in targets {
                if reached[to].contains(from) {
                    let [from, to] = [from, to].map(|module| self.files[*module].path.display());
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    found.push(format!("{from} -> {to}: {}", names.join(", ")));
                }
            }
        }
        found
    }
}

/// Every file that a file can reach along the arrows.
fn reach<'a>(from: &'a Module, arrows: &Arrows<'a>) -> BTreeSet<&'a Module> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(module) = next.pop() {
        for target in arrows.get(module).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(*target) {
                next.push(target);
            }
        }
    }
    seen
}
