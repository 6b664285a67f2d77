//! The servers that `hip-dev` can start.

use std::ffi::OsStr;
use std::path::Path;

use hip_launcher::{
    Durability, LaunchError, PostgresOptions, PrivatePostgres, ThrowawayMariadb, ThrowawayMongod,
    ThrowawayRedis,
};

/// A server that the tests need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Postgres,
    Redis,
    Mongod,
    Mariadb,
}

/// A running server. Dropping the value ends the server.
pub(crate) enum RunningServer {
    Postgres(PrivatePostgres),
    Redis(ThrowawayRedis),
    Mongod(ThrowawayMongod),
    Mariadb(ThrowawayMariadb),
}

impl Server {
    pub(crate) const ALL: [Self; 4] = [Self::Postgres, Self::Redis, Self::Mongod, Self::Mariadb];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Mongod => "mongod",
            Self::Mariadb => "mariadb",
        }
    }

    pub(crate) fn parse(name: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|server| name == server.name())
    }

    /// The variable in which the command finds the server's URL.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "HIP_TEST_PG",
            Self::Redis => "HIP_TEST_REDIS",
            Self::Mongod => "HIP_TEST_MONGO",
            Self::Mariadb => "HIP_TEST_MYSQL",
        }
    }

    /// Starts the server with all its files in a new directory in `home`.
    pub(crate) fn start(self, home: &Path) -> Result<RunningServer, LaunchError> {
        let home = home.join(self.name());
        match self {
            Self::Postgres => {
                let options = PostgresOptions { data_dir: home, durability: Durability::Throwaway };
                PrivatePostgres::start_on_loopback(options).map(RunningServer::Postgres)
            }
            Self::Redis => ThrowawayRedis::start(&home).map(RunningServer::Redis),
            Self::Mongod => ThrowawayMongod::start(&home).map(RunningServer::Mongod),
            Self::Mariadb => ThrowawayMariadb::start(&home).map(RunningServer::Mariadb),
        }
    }
}

impl RunningServer {
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres(postgres) => postgres.url("postgres"),
            Self::Redis(redis) => redis.url(),
            Self::Mongod(mongod) => mongod.url(),
            Self::Mariadb(mariadb) => mariadb.url(),
        }
    }

    pub(crate) fn stop(self) -> Result<(), LaunchError> {
        match self {
            Self::Postgres(postgres) => postgres.stop(),
            // They are killed when dropped.
            Self::Redis(_) | Self::Mongod(_) | Self::Mariadb(_) => Ok(()),
        }
    }
}
