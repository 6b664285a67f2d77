//! Permitted ports: 443, and ports from 1024 on that no well-known service uses.
//!
//! HIUs under development use many high ports, so a short list of permitted ones would
//! reject real peers. A page sent to a database or a control port helps nobody, so well-known ports
//! are rejected even with TLS.

const SERVICES: &[u16] = &[
    1433,  // SQL Server
    1521,  // Oracle
    2049,  // NFS
    2181,  // ZooKeeper
    2375,  // Docker
    2376,  // Docker
    2379,  // etcd
    2380,  // etcd
    3306,  // MySQL
    3389,  // remote desktop
    5432,  // PostgreSQL
    5672,  // RabbitMQ
    5900,  // VNC
    5984,  // CouchDB
    5985,  // Windows remote management
    5986,  // Windows remote management
    6379,  // Redis
    6443,  // Kubernetes
    8200,  // Vault
    8500,  // Consul
    9042,  // Cassandra
    9092,  // Kafka
    9200,  // Elasticsearch
    9300,  // Elasticsearch
    10250, // Kubernetes
    11211, // memcached
    15672, // RabbitMQ
    27017, // MongoDB
    27018, // MongoDB
];

pub(super) fn is_pushed_to(port: u16) -> bool {
    port == 443 || (port >= 1024 && !SERVICES.contains(&port))
}
