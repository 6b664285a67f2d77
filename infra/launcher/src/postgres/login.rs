//! The database user of the service: it owns nothing, and has the rights of its group.

use super::PrivatePostgres;
use super::check_name;
use super::password::Password;
use super::wire::Session;
use super::wire_error::WireError;
use crate::error::LaunchError;

impl PrivatePostgres {
    /// Makes a user that can log in and belongs to `group`, unless it is there already. The group is
    /// made, too, when it is missing. The password lies in a file beside the owner's.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Name`] unless both names are plain, and [`LaunchError::Login`] when the server is
    /// gone or refuses.
    pub fn create_login(&self, login: &str, group: &str) -> Result<(), LaunchError> {
        check_name(login)?;
        check_name(group)?;
        // Two at once would stand in each other's way, in the file and in the server.
        let _turn = self.data_dir.lock()?;
        let path = self.data_dir.login_password(login);
        let known = Password::read(&path)?;
        let can_log_in =
            |password: &Password| Session::open(&self.socket, login, password, "postgres").is_ok();
        if known.as_ref().is_some_and(can_log_in) {
            return Ok(());
        }
        let password = Password::random();
        password.write(&path)?;
        let made = self.session().and_then(|mut session| {
            make_role(&mut session, group)?;
            make_role(&mut session, login)?;
            session.execute(&format!("GRANT \"{group}\" TO \"{login}\""))?;
            // Last, so that a user who can log in has all that belongs to it.
            session.execute(&format!(
                "ALTER ROLE \"{login}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION \
                 NOBYPASSRLS PASSWORD '{}'",
                password.as_str()
            ))
        });
        made.map_err(LaunchError::Login)
    }

    /// As [`PrivatePostgres::url`], as a user that was made with [`PrivatePostgres::create_login`].
    ///
    /// # Errors
    ///
    /// [`LaunchError::NoLogin`] when there is no such user.
    pub fn login_url(&self, login: &str, database: &str) -> Result<String, LaunchError> {
        let password = Password::read(&self.data_dir.login_password(login))?;
        let password = password.ok_or_else(|| LaunchError::NoLogin(login.to_owned()))?;
        Ok(self.url_of(login, &password, database))
    }
}

fn make_role(session: &mut Session, name: &str) -> Result<(), WireError> {
    match session.execute(&format!("CREATE ROLE \"{name}\" NOLOGIN")) {
        // It is there, or somebody else makes it in this moment.
        Err(WireError::Refused { sqlstate, .. }) if ["42710", "23505"].contains(&&*sqlstate) => {
            Ok(())
        }
        made => made,
    }
}
