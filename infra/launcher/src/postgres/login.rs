//! The database user of the service. It owns nothing and has the rights of its group.

use super::PrivatePostgres;
use super::check_name;
use super::password::Password;
use super::wire::Session;
use super::wire_error::WireError;
use crate::error::LaunchError;

impl PrivatePostgres {
    /// Creates a user that can log in and belongs to `group`, unless it already exists.
    ///
    /// Creates the group if it is missing. The password is in a file beside the owner's.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Name`] if a name needs quoting or has more than 63 bytes, and [`LaunchError::Login`]
    /// if the server cannot be reached or refuses.
    pub fn create_login(&self, login: &str, group: &str) -> Result<(), LaunchError> {
        check_name(login)?;
        check_name(group)?;
        // Two calls at once would conflict, in the file and in the server.
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
            // Last, so that a user who can log in already has its group.
            session.execute(&format!(
                "ALTER ROLE \"{login}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION \
                 NOBYPASSRLS PASSWORD '{}'",
                password.as_str()
            ))
        });
        made.map_err(LaunchError::Login)
    }

    /// Like [`PrivatePostgres::url`], for a user that was made with [`PrivatePostgres::create_login`].
    ///
    /// # Errors
    ///
    /// [`LaunchError::NoLogin`] if there is no such user.
    pub fn login_url(&self, login: &str, database: &str) -> Result<String, LaunchError> {
        let password = Password::read(&self.data_dir.login_password(login))?;
        let password = password.ok_or_else(|| LaunchError::NoLogin(login.to_owned()))?;
        Ok(self.url_of(login, &password, database))
    }
}

fn make_role(session: &mut Session, name: &str) -> Result<(), WireError> {
    match session.execute(&format!("CREATE ROLE \"{name}\" NOLOGIN")) {
        // It already exists, or another client creates it at the same time.
        Err(WireError::Refused { sqlstate, .. }) if ["42710", "23505"].contains(&&*sqlstate) => {
            Ok(())
        }
        made => made,
    }
}
