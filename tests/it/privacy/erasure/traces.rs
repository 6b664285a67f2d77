//! Everything that a provider has written anywhere, searched as who has stolen it would search it.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use futures_util::TryStreamExt;
use hip_tests::World;
use hip_tests::person::mentions;
use hip_tests::servers::mongo_database;
use mongodb::bson::Document;
use sqlx::{AssertSqlSafe, Row};

/// Characters that base64 and its variant for URLs are written with.
const BASE64: &[u8] = b"+/-_=";

/// Shorter runs of such characters are words.
const BASE64_LENGTH_MIN: usize = 16;

/// A place, and what is written there.
struct Written {
    place: String,
    bytes: Vec<u8>,
}

/// Where any of `needles` can be read: in tables, in a dump of the database, in files, in the stores beside
/// it; as it is, or behind hexadecimal digits or base64.
pub(super) async fn traces(world: &World, needles: &[&str]) -> Vec<String> {
    let mut written = tables(world).await;
    written.push(dump(world));
    written.extend(files(world.launch.data_dir()));
    written.extend(documents(world).await);
    written.extend(cache(world).await);
    assert!(written.len() > 20, "there is something to search");
    let mut found = vec![];
    for Written { place, bytes } in &written {
        let readable = readable(bytes);
        let holds = |needle: &&&str| readable.iter().any(|text| mentions(text, needle));
        found.extend(needles.iter().filter(holds).map(|needle| format!("{place}: {needle}")));
    }
    found
}

/// The bytes as they are, and what they say in hexadecimal digits and in base64.
fn readable(bytes: &[u8]) -> Vec<String> {
    let hex = from_hex(bytes);
    let within = from_base64(bytes).into_iter().chain(from_base64(&hex)).collect::<Vec<_>>();
    let all = [bytes.to_vec(), hex].into_iter().chain(within);
    all.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// The bytes of every run of hexadecimal digits.
fn from_hex(text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![];
    for run in text.split(|byte| !byte.is_ascii_hexdigit()).filter(|run| run.len() >= 8) {
        let run = &run[..run.len() / 2 * 2];
        bytes.extend(hex::decode(run).unwrap_or_default());
        bytes.push(b' ');
    }
    bytes
}

fn from_base64(text: &[u8]) -> Vec<Vec<u8>> {
    const VARIANTS: [GeneralPurpose; 4] = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    let is_of_one = |byte: &u8| byte.is_ascii_alphanumeric() || BASE64.contains(byte);
    let runs = text.split(|byte| !is_of_one(byte)).filter(|run| run.len() >= BASE64_LENGTH_MIN);
    runs.filter_map(|run| VARIANTS.iter().find_map(|variant| variant.decode(run).ok())).collect()
}

/// Every row of every table that is not the server's own.
async fn tables(world: &World) -> Vec<Written> {
    let mut owner = world.database.as_owner().await;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
          WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut owner)
    .await
    .expect("the tables are listed");
    let mut written = vec![];
    for place in names {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT t::text AS text FROM {place} t")))
            .fetch_all(&mut owner)
            .await
            .expect("the table can be read");
        let text: Vec<String> = rows.iter().map(|row| row.get("text")).collect();
        written.push(Written { place, bytes: text.join("\n").into_bytes() });
    }
    written
}

/// A dump of the database, as a backup would have it.
fn dump(world: &World) -> Written {
    let dumped = Command::new("pg_dump").arg(&world.launch.database_url).output();
    let dumped = dumped.expect("pg_dump is installed with the server");
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
    Written { place: "pg_dump".to_owned(), bytes: dumped.stdout }
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<Written> {
    let mut directories: Vec<PathBuf> = vec![directory.to_owned()];
    let mut written = vec![];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("the directory can be read") {
            let path = entry.expect("the directory can be read").path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("the file can be read");
                written.push(Written { place: path.display().to_string(), bytes });
            }
        }
    }
    written
}

fn store<'w>(world: &'w World, name: &str) -> Option<&'w str> {
    let found = world.launch.environment.iter().find(|(known, _)| *known == name);
    found.map(|(_, url)| url.as_str())
}

/// Every collection of the document store, when there is one beside the database.
async fn documents(world: &World) -> Vec<Written> {
    let Some(url) = store(world, "MONGODB_URL") else { return vec![] };
    let database = mongo_database(url).await;
    let mut written = vec![];
    for name in database.list_collection_names().await.expect("collections are listed") {
        let found = database.collection::<Document>(&name).find(Document::new()).await;
        let found = found.expect("the collection can be read").try_collect::<Vec<_>>().await;
        let text: Vec<String> =
            found.expect("the collection can be read").iter().map(ToString::to_string).collect();
        let place = format!("collection {name}");
        written.push(Written { place, bytes: text.join("\n").into_bytes() });
    }
    written
}

/// Every key and value of the cache, when there is one.
async fn cache(world: &World) -> Vec<Written> {
    let Some(url) = store(world, "REDIS_URL") else { return vec![] };
    let client = redis::Client::open(url).expect("REDIS_URL is a URL");
    let connection = client.get_multiplexed_async_connection().await;
    let mut connection = connection.expect("the cache answers");
    let keys: Vec<String> =
        redis::cmd("KEYS").arg("*").query_async(&mut connection).await.expect("keys are listed");
    let mut written = vec![];
    for key in keys {
        let kind: String =
            redis::cmd("TYPE").arg(&key).query_async(&mut connection).await.expect("a key's type");
        let read = match kind.as_str() {
            "hash" => redis::cmd("HGETALL").arg(&key).to_owned(),
            "string" => redis::cmd("MGET").arg(&key).to_owned(),
            "set" => redis::cmd("SMEMBERS").arg(&key).to_owned(),
            "zset" => redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).to_owned(),
            other => panic!("a key of type {other}"),
        };
        // A key of somebody else's test may be gone by now.
        let values: Vec<Option<Vec<u8>>> =
            read.query_async(&mut connection).await.expect("a value can be read");
        let mut bytes = key.clone().into_bytes();
        bytes.extend(values.into_iter().flatten().flatten());
        written.push(Written { place: format!("key {key}"), bytes });
    }
    written
}
