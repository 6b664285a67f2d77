//! NHA's ABDM-wrapper with its MongoDB, as processes of this run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Client, Collection, IndexModel};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::BenchPeersArgs;
use crate::dev::bench::cpu;
use crate::dev::demo_environment::FACILITY_ID;
use crate::dev::person::Person;

/// Where a build leaves the jar, in a checkout.
const BUILT_IN: [&str; 2] = ["build/libs", "target"];

/// Time limit for each of the two servers to listen.
const START_TIME_MAX: Duration = Duration::from_mins(2);

/// Patients in one insert.
const INSERTED_AT_ONCE: usize = 1_000;

/// The wrapper and its MongoDB. They are killed when this is dropped.
pub(super) struct Wrapper {
    pub(super) url: String,
    mongod: Child,
    java: Child,
    /// Data and logs; removed on drop.
    _folder: tempfile::TempDir,
}

impl Wrapper {
    /// Starts both, with patients that it can be asked for, and the two indexes that it declares.
    pub(super) async fn start(
        options: &BenchPeersArgs,
        gateway: &str,
        people: u32,
    ) -> anyhow::Result<Self> {
        let jar = jar(&options.wrapper)?;
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("mongo");
        fs::create_dir(&data)?;
        let (mongo_port, port) = (hip_launcher::free_port()?, hip_launcher::free_port()?);
        let mut command = Command::new(&options.mongod);
        command.arg("--dbpath").arg(&data).args(["--bind_ip", "127.0.0.1", "--nounixsocket"]);
        command.args(["--port", &mongo_port.to_string()]);
        let mut mongod = spawn(command, folder.path().join("mongod.log"), "MongoDB (--mongod)")?;
        listens(&mut mongod, mongo_port, "MongoDB").await?;
        insert(mongo_port, people).await?;

        let mut command = Command::new(&options.java);
        command.args(["-Xmx2g", "-jar"]).arg(jar).args([
            format!("--server.port={port}"),
            "--server.address=127.0.0.1".to_owned(),
            format!("--spring.data.mongodb.port={mongo_port}"),
            "--clientId=load".to_owned(),
            "--clientSecret=load".to_owned(),
            format!("--gatewayBaseUrl={gateway}"),
            "--hipBaseUrl=http://127.0.0.1:1".to_owned(),
            "--logging.level.root=WARN".to_owned(),
            "--logging.level.in.nha.abdm.wrapper=WARN".to_owned(),
            "--logging.level.org.springframework.web=WARN".to_owned(),
        ]);
        let mut java = spawn(command, folder.path().join("wrapper.log"), "Java 17 (--java)")?;
        listens(&mut java, port, "the wrapper").await?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), mongod, java, _folder: folder })
    }

    /// Processor time of both since their start.
    pub(super) fn cpu(&self) -> Option<Duration> {
        let of = |process: &Child| cpu::of_process(process.id()?);
        Some(of(&self.mongod)? + of(&self.java)?)
    }
}

/// The jar that starts by itself: not the one with the classes alone.
fn jar(given: &Path) -> anyhow::Result<PathBuf> {
    if given.is_file() {
        return Ok(given.to_owned());
    }
    let built = BUILT_IN.iter().filter_map(|folder| fs::read_dir(given.join(folder)).ok());
    let mut jars: Vec<PathBuf> = built
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension() == Some(OsStr::new("jar")))
        .filter(|path| !path.to_string_lossy().ends_with("-plain.jar"))
        .collect();
    jars.sort();
    jars.pop().with_context(|| {
        format!(
            "no jar in {} of {}; build the wrapper first",
            BUILT_IN.join(" or "),
            given.display()
        )
    })
}

fn spawn(mut command: Command, log: PathBuf, what: &str) -> anyhow::Result<Child> {
    let log = File::create(log)?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    command.spawn().with_context(|| format!("{what} cannot be started"))
}

async fn listens(process: &mut Child, port: u16, what: &str) -> anyhow::Result<()> {
    let begun_at = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if let Some(status) = process.try_wait()? {
            bail!("{what} has ended: {status}");
        }
        ensure!(begun_at.elapsed() < START_TIME_MAX, "{what} does not listen");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The patients as the wrapper keeps them, each with two records that are not linked.
async fn insert(port: u16, people: u32) -> anyhow::Result<()> {
    let client = Client::with_uri_str(format!("mongodb://127.0.0.1:{port}")).await?;
    let patients: Collection<Document> = client.database("abdm_wrapper").collection("patients");
    let people: Vec<Document> = (0..people).map(|number| patient(number.into())).collect();
    for some in people.chunks(INSERTED_AT_ONCE) {
        patients.insert_many(some).await?;
    }
    for key in ["abhaAddress", "patientReference"] {
        let options = IndexOptions::builder().unique(true).build();
        let index = IndexModel::builder().keys(doc! { key: 1 }).options(options).build();
        patients.create_index(index).await?;
    }
    Ok(())
}

fn patient(number: u64) -> Document {
    let holder = Person::numbered(number).holder();
    let record = |suffix: &str, hi_type: &str| {
        doc! {
            "referenceNumber": format!("C{number}-{suffix}"),
            "display": "Visit",
            "isLinked": false,
            "hiType": hi_type,
        }
    };
    doc! {
        "abhaAddress": holder.abha_address,
        "name": &holder.name,
        "gender": holder.gender,
        "dateOfBirth": format!("{}-02-17", holder.year_of_birth),
        "patientReference": format!("P{number}"),
        "patientDisplay": holder.name,
        "patientMobile": holder.mobile,
        "hipId": FACILITY_ID,
        "careContexts": [record("1", "OPConsultation"), record("2", "Prescription")],
    }
}
