use std::os::unix::fs::symlink;

use super::*;

/// A directory that the server's account can enter, whatever the umask is.
fn open_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn the_directory_is_ours_and_the_cluster_is_the_servers() {
    let root = open_directory();
    let path = root.path().join("a/b");
    let data_dir = DataDir::prepare(&path).unwrap();
    assert_eq!(mode(&root.path().join("a")), 0o755);
    let own_uid = geteuid().as_raw();
    assert_eq!(mode(&path), if own_uid == 0 { 0o711 } else { 0o700 });
    assert_eq!(fs::metadata(&path).unwrap().uid(), own_uid);

    let cluster = data_dir.make_unfinished_cluster().unwrap();
    let server_uid = data_dir.runs_as.as_ref().map_or(own_uid, |account| account.uid);
    assert_eq!(fs::metadata(&cluster).unwrap().uid(), server_uid);
    assert_eq!(mode(&cluster), 0o700);

    // Again, now that there is a cluster.
    fs::rename(cluster, data_dir.cluster()).unwrap();
    assert_eq!(DataDir::prepare(&path).unwrap().runs_as, data_dir.runs_as);
}

#[test]
fn a_directory_that_exists_keeps_its_mode() {
    let root = open_directory();
    DataDir::prepare(root.path()).unwrap();
    assert_eq!(mode(root.path()), 0o755);
}

#[test]
fn a_link_and_a_public_directory_are_refused() {
    let root = open_directory();
    let public = root.path().join("public");
    fs::create_dir(&public).unwrap();
    fs::set_permissions(&public, Permissions::from_mode(0o1777)).unwrap();
    let link = root.path().join("link");
    symlink(root.path(), &link).unwrap();
    for path in [public, link] {
        let refused = DataDir::prepare(&path);
        assert!(matches!(&refused, Err(LaunchError::NotOurs(at)) if *at == path), "{refused:?}");
    }
}

#[test]
fn root_names_the_directory_that_keeps_the_server_out() {
    if !geteuid().is_root() {
        return; // without root, the server runs as the same user, who can enter the directory
    }
    let closed = open_directory();
    fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let refused = DataDir::prepare(&closed.path().join("data"));
    let Err(LaunchError::Unreachable { directory, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(directory, fs::canonicalize(closed.path()).unwrap());
}

#[test]
fn a_directory_of_another_user_is_refused() {
    if !geteuid().is_root() {
        return; // only root can make a directory for another user
    }
    let public = open_directory();
    fs::set_permissions(public.path(), Permissions::from_mode(0o1777)).unwrap();
    let planted = public.path().join("planted");
    fs::create_dir(&planted).unwrap();
    lchown(&planted, Some(54_321), Some(54_321)).unwrap();
    for path in [planted.clone(), planted.join("data")] {
        let refused = DataDir::prepare(&path);
        assert!(matches!(&refused, Err(LaunchError::NotOurs(at)) if *at == planted), "{refused:?}");
    }
}
